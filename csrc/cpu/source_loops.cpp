// Compiled once per instruction set, with KOKORO_FAST_ISA naming it, and without fused multiply-adds: the order of
// roundings below is the reference's own (docs/decisions/0005-phases-in-the-references-order.md).
#include "source_loops.h"

#include "double_math.h"

namespace kokoro_fast {
namespace KOKORO_FAST_ISA {
namespace {

// a * b + c rounded once, as a float fused multiply-add does; the product of two floats is exact in double.
inline float multiply_add_once(float a, float b, float c) {
  return static_cast<float>(static_cast<double>(a) * static_cast<double>(b) + static_cast<double>(c));
}

inline float at_least_zero(float x) { return x > 0.0F ? x : 0.0F; }
inline float at_most_one(float x) { return x < 1.0F ? x : 1.0F; }

void add_sine(const Glide& glide, int64_t k, int64_t n, float* __restrict sum) {
  const float before = glide.before[k];
  const float after = glide.after[k];
  const float weight = glide.weights[k];
  const float amplitude = glide.amplitude;
  const float origin = static_cast<float>(glide.origin);
  const float rate = glide.half_frames_per_sample;
  const int32_t first = static_cast<int32_t>(glide.first);
  const int32_t count = static_cast<int32_t>(n);
#pragma omp simd
  for (int32_t i = 0; i < count; ++i) {
    const float place = at_least_zero(multiply_add_once(rate, static_cast<float>(first + i) + 0.5F, -0.5F));
    const float way = at_most_one(at_least_zero(place - origin));
    const float phase = multiply_add_once(before, 1.0F - way, after * way);
    const float sine = static_cast<float>(sine_of(phase)) * amplitude;
    sum[i] += sine * weight;
  }
}

void sines(const Glide& glide, int64_t n, float* sum) {
  for (int64_t i = 0; i < n; ++i) sum[i] = 0.0F;
  for (int64_t k = 0; k < glide.n_sines; ++k) add_sine(glide, k, n, sum);
}

void excite(const float* __restrict sum, const float* __restrict noise, float bias, float noise_scale, int64_t n,
            float* __restrict samples) {
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    const float value = (sum[i] + bias) + noise[i] * noise_scale;
    samples[i] = static_cast<float>(tanh_of(value));
  }
}

}  // namespace

extern const SourceLoops source_loops;
const SourceLoops source_loops = {sines, excite};

}  // namespace KOKORO_FAST_ISA
}  // namespace kokoro_fast
