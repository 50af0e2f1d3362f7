// The generator's residual block: convolutions only. Each one gathers the statistics that the next one normalizes with.
#include <algorithm>
#include <cmath>
#include <vector>

#include "conv/conv_pack.h"
#include "kokoro_fast/conv.h"
#include "workspace.h"

namespace kokoro_fast {
namespace {

constexpr double kEpsilon = 1e-5;  // the epsilon of torch's InstanceNorm

// AdaIN of one convolution as a mean, a gain and an offset per channel: (3, C).
struct Norm {
  std::vector<float> values;

  Norm(const float* moments, const float* style, int64_t channels) : values(3 * channels) {
    for (int64_t c = 0; c < channels; ++c) {
      values[c] = moments[c];
      values[channels + c] = static_cast<float>((1.0 + style[c]) / std::sqrt(moments[channels + c] + kEpsilon));
      values[2 * channels + c] = style[channels + c];
    }
  }
};

}  // namespace

void resblock(const ResBlock& args, ParallelFor parallel_for) {
  const int64_t channels = args.channels;
  const int64_t size = args.steps * channels;
  const Workspace memory(2 * size * static_cast<int64_t>(sizeof(float)));
  float* inner = memory.floats(0);
  float* running = memory.floats(size);
  const int64_t n_convs = 2 * args.n_pairs;
  if (args.given_moments != nullptr) {
    std::copy(args.given_moments, args.given_moments + n_convs * 2 * channels, args.moments);
  } else {
    channel_moments(args.x, args.steps, channels, args.moments, parallel_for);
  }
  const auto run = [&](int64_t index, const float* x, const float* residual, float* y, bool accumulate) {
    const float* moments = args.moments + index * 2 * channels;
    const Norm norm(moments, args.style + index * 2 * channels, channels);
    const float* values = norm.values.data();
    const bool gathers = args.given_moments == nullptr && index + 1 < n_convs;
    const PackedShape shape = packed_header(args.packed[index]);
    const int64_t dilation = args.dilations[index];
    conv({x,
          {values, values + channels, values + 2 * channels, args.alpha + index * channels, 1.0F},
          args.packed[index],
          residual,
          y,
          gathers ? args.moments + (index + 1) * 2 * channels : nullptr,
          args.steps,
          args.steps,
          channels,
          dilation,
          1,
          (shape.taps - 1) / 2 * dilation,
          1.0F,
          accumulate},
         parallel_for);
  };
  const float* x = args.x;
  for (int64_t pair = 0; pair < args.n_pairs; ++pair) {
    const bool is_last = pair + 1 == args.n_pairs;
    run(2 * pair, x, nullptr, inner, false);
    run(2 * pair + 1, inner, x, is_last ? args.y : running, is_last && args.accumulate);
    x = running;
  }
}

}  // namespace kokoro_fast
