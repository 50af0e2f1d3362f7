// The convolution with bf16 products and float32 sums, for AVX-512 CPUs that have them.
#include <immintrin.h>

#include <cstring>

#include "conv/conv_activation.h"
#include "conv/conv_tile.h"

namespace kokoro_fast {
namespace avx512 {
namespace {

struct Bf16 {
  using Sums = __m512;
  using Weights = __m512bh;
  static Weights load(const uint8_t* from) { return reinterpret_cast<__m512bh>(_mm512_loadu_si512(from)); }
  static __m512bh broadcast(const uint8_t* from) {
    int32_t word;
    std::memcpy(&word, from, sizeof word);
    return reinterpret_cast<__m512bh>(_mm512_set1_epi32(word));
  }
  static void multiply_add(Sums& sums, __m512bh x, Weights w) { sums = _mm512_dpbf16_ps(sums, x, w); }
  static Floats finish(Sums sums, const float*) { return sums; }
};

// Rounds to the nearest bf16, ties to even.
void activate(const float* x, int64_t n, const RowActivation& how, uint8_t* words) {
  activate_row<uint16_t, 4>(x, n, how, reinterpret_cast<uint16_t*>(words), [](Floats values, int64_t, uint16_t* to) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(values)));
  });
}

}  // namespace

extern const ConvKernels conv_bf16;
const ConvKernels conv_bf16 = {activate, multiply<Bf16>, nullptr, nullptr};

}  // namespace avx512
}  // namespace kokoro_fast
