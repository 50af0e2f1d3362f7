// The convolution with products of unsigned activations and signed weights of 8 bits and int32 sums, for AVX-512 VNNI.
#include <immintrin.h>

#include <cstring>

#include "conv/conv_activation.h"
#include "conv/conv_tile.h"

namespace kokoro_fast {
namespace avx512 {
namespace {

struct Int8 {
  using Sums = __m512i;
  using Weights = __m512i;
  static Weights load(const uint8_t* from) { return _mm512_loadu_si512(from); }
  static __m512i broadcast(const uint8_t* from) {
    int32_t word;
    std::memcpy(&word, from, sizeof word);
    return _mm512_set1_epi32(word);
  }
  static void multiply_add(Sums& sums, __m512i x, Weights w) { sums = _mm512_dpbusd_epi32(sums, x, w); }
  static Floats finish(Sums sums, const float* multiplier) {
    return _mm512_cvtepi32_ps(sums) * _mm512_loadu_ps(multiplier);
  }
};

void activate(const float* x, int64_t n, const RowActivation& how, uint8_t* row) {
  activate_row<float, 4>(x, n, how, reinterpret_cast<float*>(row),
                         [](Floats values, int64_t, float* to) { store_floats(to, values); });
}

void widen_range(const float* x, int64_t n, float* low, float* high) {
  Floats least = Floats{} + *low;
  Floats greatest = Floats{} + *high;
  int64_t c = 0;
  for (; c + kLanes <= n; c += kLanes) {
    const Floats values = load_floats(x + c);
    least = _mm512_min_ps(values, least);  // in this order of arguments, NaN is skipped
    greatest = _mm512_max_ps(values, greatest);
  }
  *low = _mm512_reduce_min_ps(least);
  *high = _mm512_reduce_max_ps(greatest);
  for (; c < n; ++c) {
    *low = x[c] < *low ? x[c] : *low;
    *high = x[c] > *high ? x[c] : *high;
  }
}

__m128i bytes_of(Floats values, float steps_per_unit, float zero_point) {
  const __m512i whole = _mm512_cvtps_epi32(values * steps_per_unit + zero_point);
  return _mm512_cvtusepi32_epi8(_mm512_max_epi32(whole, _mm512_setzero_si512()));  // to 255 at most
}

void quantize(const float* x, int64_t n, float steps_per_unit, float zero_point, uint8_t* bytes) {
  int64_t c = 0;
  for (; c + kLanes <= n; c += kLanes) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(bytes + c), bytes_of(load_floats(x + c), steps_per_unit, zero_point));
  }
  if (c == n) return;
  const auto rest = static_cast<__mmask16>((1U << (n - c)) - 1);
  const Floats values = _mm512_maskz_loadu_ps(rest, x + c);
  _mm_mask_storeu_epi8(bytes + c, rest, bytes_of(values, steps_per_unit, zero_point));
}

}  // namespace

extern const ConvKernels conv_int8;
const ConvKernels conv_int8 = {activate, multiply<Int8>, widen_range, quantize};

}  // namespace avx512
}  // namespace kokoro_fast
