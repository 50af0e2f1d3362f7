// AdaIN + Snake: one row of time at a time, so that the second reading of a row comes from the cache.
#include <algorithm>
#include <cmath>

#include "vector_kernels.h"

namespace kokoro_fast {
namespace {

constexpr double kEpsilon = 1e-5;      // the epsilon of torch's InstanceNorm
constexpr int64_t kGrain = 32 * 1024;  // fewer values are not worth a thread

void one_row(const AdainSnake& args, const VectorKernels& kernels, int64_t row) {
  const int64_t channel = row % args.channels;
  const int64_t length = args.lengths ? args.lengths[row / args.channels] : args.steps;
  const float* x = args.x + row * args.steps;
  float* y = args.y + row * args.steps;
  if (length > 0) {
    const Moments moments = kernels.moments(x, length);
    const double gain = (1.0 + args.scale[row]) / std::sqrt(moments.variance + kEpsilon);
    const float mean = static_cast<float>(moments.mean);
    const double lost = moments.mean - mean;  // the part of the mean that float cannot hold goes into the offset
    const float offset = static_cast<float>(args.shift[row] - lost * gain);
    kernels.affine_snake(x, length, mean, static_cast<float>(gain), offset, args.alpha[channel], y);
  }
  std::fill(y + length, y + args.steps, 0.0F);
}

}  // namespace

void adain_snake(const AdainSnake& args, ParallelFor parallel_for) {
  struct Context {
    const AdainSnake& args;
    const VectorKernels& kernels;
  } context{args, vector_kernels()};
  const auto rows = [](int64_t begin, int64_t end, void* pointer) {
    const Context& c = *static_cast<Context*>(pointer);
    for (int64_t row = begin; row < end; ++row) one_row(c.args, c.kernels, row);
  };
  const int64_t grain = std::max<int64_t>(1, kGrain / std::max<int64_t>(1, args.steps));
  parallel_for(0, args.batch * args.channels, grain, rows, &context);
}

}  // namespace kokoro_fast
