// One residual block with random arguments.
#pragma once

#include "conv_case.h"

namespace conv_case {

// Arguments of a block of three pairs, all random.
struct Block {
  int64_t steps, channels;
  std::vector<int64_t> dilations = {1, 1, 3, 1, 5, 1};
  std::vector<Case> convs;  // their weights and alphas are used
  std::vector<Packed> packed;
  Values x, style, alpha, y;

  Block(Precision precision, int64_t n_steps, int64_t n_channels, int64_t taps)
      : steps(n_steps),
        channels(n_channels),
        x(normal(steps * channels, 3, 2)),
        style(normal(6 * 2 * channels, 0, 0.5F)),
        alpha(uniform(6 * channels, 0.3F, 3)),
        y(normal(steps * channels)) {
    for (int i = 0; i < 6; ++i) {
      Case& one = convs.emplace_back(precision, Shape{1, 1, channels, channels, taps, 1, 1, 0, channels});
      const float deviation = 1 / std::sqrt(static_cast<float>(channels * taps));
      for (int64_t k = 0; k < one.weight.size(); ++k) one.weight[k] *= deviation;
      packed.emplace_back(one.weights());
    }
  }

  Values run(ParallelFor parallel_for, bool accumulates, Values& moments, const float* given = nullptr) const {
    std::vector<const uint8_t*> blocks;
    for (const Packed& one : packed) blocks.push_back(one.data());
    Values result = y;
    resblock({x.data(), style.data(), alpha.data(), blocks.data(), dilations.data(), given, moments.data(),
              result.data(), steps, channels, 3, accumulates},
             parallel_for);
    return result;
  }

  Values run(ParallelFor parallel_for) const {
    Values moments(6 * 2 * channels);
    return run(parallel_for, false, moments);
  }
};

}  // namespace conv_case
