// Sine and cosine as straight-line float arithmetic, so that the loops around them become vector code.
//
// Absolute error below 2e-7 for arguments up to 25,000 (tested against double). Beyond that, accuracy falls off as the
// argument's own rounding grows, and values stay in range. NaN and infinity give NaN. Valid only without -ffast-math.
#pragma once

namespace kokoro_fast {
namespace {  // each instruction set has its own copy: a shared inline function could be taken from the wrong one

constexpr float kHalfPi = 1.57079637F;

struct Reduced {
  float half_turns;  // k, a whole number
  float angle;       // argument - k * pi, within pi / 2 of zero
};

// Cody-Waite: pi in three pieces, the first two short enough that their products with k <= 2^13 are exact.
inline Reduced reduce_by_pi(float argument) {
  constexpr float kRoundToWhole = 12582912.0F;  // 1.5 * 2^23: adding it leaves no bits for a fraction
  constexpr float kPiHigh = 3.140625F;
  constexpr float kPiMiddle = 0.0009675025939941406F;
  constexpr float kPiLow = 1.509958e-7F;
  const float k = (argument * 0.31830988618F + kRoundToWhole) - kRoundToWhole;
  float angle = ((argument - k * kPiHigh) - k * kPiMiddle) - k * kPiLow;
  // Only arguments too large to be reduced leave the range. Written so that NaN passes through.
  angle = angle > kHalfPi ? kHalfPi : angle;
  angle = angle < -kHalfPi ? -kHalfPi : angle;
  return {k, angle};
}

// Minimax polynomials on [-pi / 2, pi / 2]; errors before rounding 4.7e-9 and 4.0e-10.
inline float sine_near_zero(float r) {
  const float t = r * r;
  const float p = ((2.59977477e-06F * t - 1.98064895e-04F) * t + 8.33301556e-03F) * t - 1.66666570e-01F;
  return r + r * t * p;
}

inline float cosine_near_zero(float r) {
  const float t = r * r;
  const float p = ((-2.61913264e-07F * t + 2.47691855e-05F) * t - 1.38885674e-03F) * t + 4.16666557e-02F;
  return (1.0F - 0.5F * t) + t * t * p;
}

// +1 for an even number of half turns, -1 for an odd one.
inline float half_turn_sign(float half_turns) {
  constexpr float kRoundToWhole = 12582912.0F;
  const float half = half_turns * 0.5F;
  const float fraction = half - ((half + kRoundToWhole) - kRoundToWhole);  // 0, or 0.5 either way
  return 1.0F - 8.0F * fraction * fraction;
}

}  // namespace
}  // namespace kokoro_fast
