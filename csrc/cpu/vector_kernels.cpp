// Compiled once per instruction set, with KOKORO_FAST_ISA naming it. Plain loops that the compiler turns into vector
// code: no intrinsics, and nothing from the standard library, whose inline functions the linker shares between sets.
#include "vector_kernels.h"

#include "vector_math.h"

namespace kokoro_fast {
namespace KOKORO_FAST_ISA {
namespace {

// Sum and sum of squared deviations block by block, in float while a block sits in the first-level cache, then merged
// in double (Chan et al. 1979): accurate for any mean, at the speed of one pass over memory.
constexpr int64_t kMomentsBlock = 512;

double block_sum(const float* x, int64_t n) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < n; ++i) sum += x[i];
  return sum;
}

// Also returns the sum of deviations, which corrects a center that float could not hold exactly.
double block_deviations(const float* x, int64_t n, float center, double* deviation_sum) {
  float sum = 0;
  float squares = 0;
#pragma omp simd reduction(+ : sum, squares)
  for (int64_t i = 0; i < n; ++i) {
    const float deviation = x[i] - center;
    sum += deviation;
    squares += deviation * deviation;
  }
  *deviation_sum = sum;
  return squares;
}

Moments moments(const float* x, int64_t n) {
  double mean = 0;
  double squares = 0;
  for (int64_t begin = 0; begin < n; begin += kMomentsBlock) {
    const int64_t size = n - begin < kMomentsBlock ? n - begin : kMomentsBlock;
    const double weight = static_cast<double>(size);
    const float center = static_cast<float>(block_sum(x + begin, size) / weight);
    double deviation_sum;
    double block_squares = block_deviations(x + begin, size, center, &deviation_sum);
    block_squares -= deviation_sum * deviation_sum / weight;
    const double delta = center + deviation_sum / weight - mean;
    const double total = static_cast<double>(begin + size);
    mean += delta * weight / total;
    squares += block_squares + delta * delta * static_cast<double>(begin) * weight / total;
  }
  return {mean, squares / static_cast<double>(n)};
}

void affine_snake(const float* __restrict x, int64_t n, float mean, float gain, float offset, float alpha,
                  float* __restrict y) {
  const float inverse_alpha = 1.0F / alpha;
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    const float value = (x[i] - mean) * gain + offset;
    const float sine = sine_near_zero(reduce_by_pi(alpha * value).angle);  // squared below: its sign does not matter
    y[i] = value + sine * sine * inverse_alpha;
  }
}

void polar(const float* __restrict magnitude, const float* __restrict phase, int64_t n, float* __restrict real,
           float* __restrict imaginary) {
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    const Reduced reduced = reduce_by_pi(phase[i]);
    const float signed_magnitude = magnitude[i] * half_turn_sign(reduced.half_turns);
    real[i] = signed_magnitude * cosine_near_zero(reduced.angle);
    imaginary[i] = signed_magnitude * sine_near_zero(reduced.angle);
  }
}

void exp_polar(const float* __restrict log_magnitude, const float* __restrict angle, int64_t n, float* __restrict real,
               float* __restrict imaginary) {
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    const Reduced reduced = reduce_by_pi(angle[i]);
    const float phase = half_turn_sign(reduced.half_turns) * sine_near_zero(reduced.angle);
    const float magnitude = exponential(log_magnitude[i]);
    real[i] = magnitude * cosine_near_zero(phase);
    imaginary[i] = magnitude * sine_near_zero(phase);
  }
}

void to_polar(const float* __restrict complex, int64_t n, float* __restrict magnitude, float* __restrict phase) {
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    const float real = complex[2 * i];
    const float imaginary = complex[2 * i + 1];
    magnitude[i] = __builtin_sqrtf(real * real + imaginary * imaginary);
    phase[i] = arc_tangent(imaginary, real);
  }
}

void multiply_add(float factor, const float* __restrict x, int64_t n, float* __restrict sum) {
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) sum[i] += factor * x[i];
}

}  // namespace

extern const VectorKernels kernels;
const VectorKernels kernels = {moments,  affine_snake, polar,         exp_polar,
                               to_polar, multiply_add, &source_loops, &lstm_loops};

}  // namespace KOKORO_FAST_ISA
}  // namespace kokoro_fast
