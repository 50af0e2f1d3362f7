// Rows of activations on their way into the convolution. Included by the files that are compiled per instruction set.
#pragma once

#include "conv/conv_kernels.h"
#include "vectors.h"

namespace kokoro_fast {
namespace {  // each instruction set has its own copy

constexpr float kSixTerms[] = {9.86960316F, -32.4695816F, 42.7253838F, -30.0859528F, 12.9907303F, -3.27294612F};
constexpr float kFourTerms[] = {9.86667442F, -32.3538742F, 41.2949638F, -22.9909248F};

// sin(pi * turns)^2 within 2e-7 with 6 terms and 3e-5 with 4, for |turns| up to 2^22: minimax polynomials in the
// squared distance to the nearest whole number. Absolute errors; the argument's own rounding comes on top.
template <int kTerms>
inline Floats squared_sine(Floats turns) {
  const float* term = kTerms == 6 ? kSixTerms : kFourTerms;
  constexpr float kRoundToWhole = 12582912.0F;  // 1.5 * 2^23: adding it leaves no bits for a fraction
  const Floats fraction = turns - ((turns + kRoundToWhole) - kRoundToWhole);
  Floats square = fraction * fraction;
  square = square < 0.25F ? square : Floats{} + 0.25F;  // huge arguments give values in range, though not right
  Floats sum = Floats{} + term[kTerms - 1];
  for (int i = kTerms - 2; i >= 0; --i) sum = sum * square + term[i];
  return sum * square;
}

template <int kTerms>
inline Floats activated(Floats x, const RowActivation& how, int64_t channel) {
  const Floats value =
      (x - load_floats(how.mean + channel)) * load_floats(how.gain + channel) + load_floats(how.offset + channel);
  if (how.turns == nullptr) return value < 0 ? value * how.slope : value;
  const Floats turns = value * load_floats(how.turns + channel);
  return value + squared_sine<kTerms>(turns) * load_floats(how.inverse_alpha + channel);
}

// `write(value, channel, to)` converts kLanes elements.
template <class Element, int kTerms, class Write>
inline void activate_row(const float* x, int64_t n, const RowActivation how, Element* out, Write write) {
  int64_t c = 0;
  for (; c + kLanes <= n; c += kLanes) write(activated<kTerms>(load_floats(x + c), how, c), c, out + c);
  if (c == n) return;
  float rest[kLanes] = {};
  Element converted[kLanes];
  for (int64_t i = 0; i < n - c; ++i) rest[i] = x[c + i];
  write(activated<kTerms>(load_floats(rest), how, c), c, converted);
  for (int64_t i = 0; i < n - c; ++i) out[c + i] = converted[i];
}

}  // namespace
}  // namespace kokoro_fast
