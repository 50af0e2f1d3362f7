// Magnitude and phase of a spectrum, frame by frame, as the generator takes them in.
#include <algorithm>
#include <cstring>
#include <vector>

#include "vector_kernels.h"

namespace kokoro_fast {
namespace {

constexpr int64_t kFramesPerBlock = 64;  // with 11 bins, input and output of a block fit the first-level cache

}  // namespace

void polar_rows(const PolarRows& args, ParallelFor parallel_for) {
  struct Context {
    const PolarRows& args;
    const VectorKernels& kernels;
  } context{args, vector_kernels()};
  const auto blocks = [](int64_t begin, int64_t end, void* pointer) {
    const auto& [args, kernels] = *static_cast<Context*>(pointer);
    const int64_t bins = args.bins;
    std::vector<float> magnitude(kFramesPerBlock * bins);
    std::vector<float> phase(kFramesPerBlock * bins);
    for (int64_t first = begin * kFramesPerBlock; first < std::min(end * kFramesPerBlock, args.frames);
         first += kFramesPerBlock) {
      const int64_t frames = std::min(kFramesPerBlock, args.frames - first);
      kernels.to_polar(args.complex + first * bins * 2, frames * bins, magnitude.data(), phase.data());
      for (int64_t i = 0; i < frames; ++i) {  // interleaved by frames
        float* row = args.rows + (first + i) * 2 * bins;
        std::memcpy(row, &magnitude[i * bins], bins * sizeof(float));
        std::memcpy(row + bins, &phase[i * bins], bins * sizeof(float));
      }
    }
  };
  parallel_for(0, (args.frames + kFramesPerBlock - 1) / kFramesPerBlock, 16, blocks, &context);
}

}  // namespace kokoro_fast
