// The innermost loops of the harmonic source; source_loops.cpp is compiled once per instruction set.
#pragma once

#include <cstdint>

namespace kokoro_fast {

// Samples between the middles of two neighboring half-frames, where the phase of every sine runs linearly from one to
// the other. Half-frames are counted from the middle of the first.
struct Glide {
  const float* before;   // (n_sines,) phases in radians at half-frame `origin`
  const float* after;    // (n_sines,) phases at the next one
  const float* weights;  // (n_sines,)
  int64_t n_sines;
  float amplitude;
  int64_t first;   // index of the first sample in its utterance
  int64_t origin;  // the half-frame whose middle lies before the samples
  float half_frames_per_sample;
};

struct SourceLoops {
  // sum = the weighted sum of all sines, for n samples.
  void (*sines)(const Glide& glide, int64_t n, float* sum);
  // samples = tanh(sum + bias + noise_scale * noise).
  void (*excite)(const float* sum, const float* noise, float bias, float noise_scale, int64_t n, float* samples);
};

namespace generic {
extern const SourceLoops source_loops;
}
namespace avx2 {
extern const SourceLoops source_loops;
}
namespace avx512 {
extern const SourceLoops source_loops;
}

}  // namespace kokoro_fast
