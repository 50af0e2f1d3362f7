// Sine and hyperbolic tangent in double, as straight-line arithmetic that becomes vector code. Rounded to float they
// are the nearest float but for one value in some thousands. Valid only without -ffast-math.
#pragma once

#include <cstdint>

namespace kokoro_fast {
namespace {  // each instruction set has its own copy: a shared inline function could be taken from the wrong one

constexpr double kRoundToWholeDouble = 6755399441055744.0;  // 1.5 * 2^52: adding it leaves no bits for a fraction

inline double round_to_whole(double x) { return (x + kRoundToWholeDouble) - kRoundToWholeDouble; }

// sin(phase) for a phase in radians of up to some millions. The phase is counted in half turns, so that taking the
// whole ones away is exact. Minimax polynomial on a quarter of a turn either way, error 1.7e-11.
inline double sine_of(double phase) {
  const double half_turns = phase * 0.318309886183790671538;
  const double whole = round_to_whole(half_turns);
  const double r = half_turns - whole;
  const double t = r * r;
  const double even = 3.1415926533564291 + t * t * (2.550162932727986 + t * t * 0.08203554821481065);
  const double odd = -5.1677127482930352 + t * t * (-0.59924855702487622 - t * t * 0.0070064800656587547);
  const double half = whole * 0.5;
  const double fraction = half - round_to_whole(half);  // 0 after an even number of half turns, 0.5 after an odd one
  return (1.0 - 8.0 * fraction * fraction) * r * (even + t * odd);
}

// 2^x for -1022 <= x <= 0. Minimax polynomial on half a unit either way, relative error 2.1e-16.
inline double power_of_two(double x) {
  const double shifted = x + kRoundToWholeDouble;
  const double f = x - (shifted - kRoundToWholeDouble);
  const double f2 = f * f;
  const double f4 = f2 * f2;
  const double low = (1.0 + 0.69314718055994998 * f) + f2 * (0.24022650695910221 + 0.055504108664447708 * f);
  const double middle =
      (0.0096181291075677433 + 0.0013333558230167568 * f) + f2 * (0.00015403530485588751 + 1.5252657258436069e-5 * f);
  const double high = (1.3215422535405273e-6 + 1.0208690667105048e-7 * f) + f2 * 7.0757953166626313e-9;
  const double mantissa = low + f4 * (middle + f4 * high);
  // The whole part of x stands in the low bits of `shifted`; moved to the exponent's place it scales the mantissa.
  const uint64_t exponent = __builtin_bit_cast(uint64_t, shifted) << 52;
  return __builtin_bit_cast(double, __builtin_bit_cast(uint64_t, mantissa) + exponent);
}

inline double tanh_of(double x) {
  const double size = x < 0.0 ? -x : x;
  const double bounded = size > 20.0 ? 20.0 : size;  // tanh(20) is 1 in double; NaN passes
  const double e = power_of_two(-2.885390081777926815 * bounded);
  const double t = (1.0 - e) / (1.0 + e);
  return x < 0.0 ? -t : t;
}

}  // namespace
}  // namespace kokoro_fast
