#include <cmath>

#include "kokoro_fast/kernels.h"

namespace kokoro_fast {

void serial_for(int64_t begin, int64_t end, int64_t, ParallelBody body, void* context) {
  if (begin < end) body(begin, end, context);
}

void float_to_pcm16(const float* samples, int16_t* pcm, int64_t n_samples) {
  for (int64_t i = 0; i < n_samples; ++i) {
    const float x = samples[i];
    const float clipped = x > 1.0F ? 1.0F : x < -1.0F ? -1.0F : x;
    pcm[i] = std::isnan(x) ? int16_t{0} : static_cast<int16_t>(std::lrint(clipped * 32767.0F));
  }
}

}  // namespace kokoro_fast
