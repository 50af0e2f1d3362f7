// Elementary functions as straight-line float arithmetic, so that the loops around them become vector code.
//
// Sine and cosine: absolute error below 2e-7 for arguments up to 25,000 (tested against double). Beyond that, accuracy
// falls off as the argument's own rounding grows, and values stay in range. NaN and infinity give NaN. Valid only
// without -ffast-math.
#pragma once

#include <cstdint>

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

// e^x with a relative error below 2e-7. Below -87 the result is 0, from 88.3 on infinity; NaN stays.
inline float exponential(float x) {
  constexpr float kRoundToWhole = 12582912.0F;
  constexpr float kLn2High = 0.693359375F;  // few bits, so that its products with k are exact
  constexpr float kLn2Low = -2.12194440e-4F;
  const float bounded = x > 88.3F ? 88.3F : x < -87.0F ? -87.0F : x;
  const float shifted = bounded * 1.44269504F + kRoundToWhole;
  const float k = shifted - kRoundToWhole;
  const float r = (bounded - k * kLn2High) - k * kLn2Low;
  const float p = (((0.001395046F * r + 0.008368886F) * r + 0.04166620708F) * r + 0.1666651903F) * r + 0.5000000094F;
  const float mantissa = 1.0F + (r + r * r * p);
  // k stands in the low bits of `shifted`; moved to the exponent's place it scales the mantissa.
  const uint32_t exponent = __builtin_bit_cast(uint32_t, shifted) << 23;
  const float y = __builtin_bit_cast(float, __builtin_bit_cast(uint32_t, mantissa) + exponent);
  return x > 88.3F ? __builtin_inff() : x < -87.0F ? 0.0F : x != x ? x : y;
}

// The angle of the point (x, y) in radians, with an absolute error below 4e-7 and the signs of atan2, also of zeros.
inline float arc_tangent(float y, float x) {
  const float width = __builtin_fabsf(x);
  const float height = __builtin_fabsf(y);
  const bool is_steep = height > width;
  const float longer = is_steep ? height : width;
  const float shorter = is_steep ? width : height;
  const float q = shorter / (longer == 0.0F ? 1.0F : longer);
  const float t = q * q;
  const float t2 = t * t;
  const float low = (-0.3333331561F + 0.1999885597F * t) + t2 * (-0.1426637238F + 0.1095958179F * t);
  const float high = (-0.08417687051F + 0.05811205334F * t) + t2 * (-0.03126634245F + 0.01093547597F * t);
  const float p = low + t2 * t2 * (high + t2 * t2 * -0.001793652357F);
  float angle = q + q * t * p;
  angle = is_steep ? kHalfPi - angle : angle;
  angle = __builtin_copysignf(1.0F, x) < 0.0F ? 2 * kHalfPi - angle : angle;
  return __builtin_copysignf(angle, y);
}

}  // namespace
}  // namespace kokoro_fast
