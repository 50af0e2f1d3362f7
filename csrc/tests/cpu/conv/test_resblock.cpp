// The residual block: the same as its convolutions one by one, and as double arithmetic.
#include <gtest/gtest.h>

#include <tuple>

#include "resblock_case.h"

namespace {

using namespace conv_case;

// y = x + conv(act(x)) by one call, with the statistics taken in a pass of their own.
Values by_hand(const Block& block, int64_t index, const Values& x, const Values* residual, const float* moments) {
  const int64_t n = block.channels;
  Values mean(n), gain(n);
  for (int64_t c = 0; c < n; ++c) {
    mean[c] = moments[c];
    gain[c] = static_cast<float>((1.0 + block.style[index * 2 * n + c]) / std::sqrt(moments[n + c] + 1e-5));
  }
  const Activation activation{mean.data(), gain.data(), block.style.data() + (index * 2 + 1) * n,
                              block.alpha.data() + index * n, 1};
  const int64_t padding = (block.convs[index].shape.taps - 1) / 2 * block.dilations[index];
  Values y(x.size());
  conv({x.data(), activation, block.packed[index].data(), residual ? residual->data() : nullptr, y.data(), nullptr,
        block.steps, block.steps, n, block.dilations[index], 1, padding, 1, false},
       serial_for);
  return y;
}

TEST(ResBlock, IsItsConvolutions) {
  on_every_kernel([](Precision precision, const std::string& name) {
    for (const auto& [steps, channels, taps] :
         {std::tuple{1, 3, 3}, std::tuple{2, 17, 7}, std::tuple{70, 66, 11}, std::tuple{601, 32, 3}}) {
      const Block block(precision, steps, channels, taps);
      Values moments(12 * channels);
      const Values found = block.run(threads_for, false, moments);
      Values x = block.x;
      for (int64_t pair = 0; pair < 3; ++pair) {
        const Values inner = by_hand(block, 2 * pair, x, nullptr, moments.data() + 4 * pair * channels);
        x = by_hand(block, 2 * pair + 1, inner, &x, moments.data() + (4 * pair + 2) * channels);
      }
      ASSERT_EQ(found, x) << name + ": " + std::to_string(steps);
      Values again(12 * channels);
      ASSERT_EQ(block.run(serial_for, false, again, moments.data()), found) << name + ": given moments";
      ASSERT_EQ(again, moments) << name + ": the moments that were used";
      const Values added = block.run(serial_for, true, again);
      for (int64_t i = 0; i < x.size(); ++i) {
        const double expected = static_cast<double>(found[i]) + block.y[i];
        ASSERT_LE(std::abs(added[i] - expected), 1e-6 * (1 + std::abs(expected))) << name + ": accumulate";
      }
    }
  });
}

std::vector<double> exact_conv(const Block& block, int64_t index, const std::vector<double>& x) {
  const int64_t n = block.channels;
  const Case& one = block.convs[index];
  std::vector<double> activated(x.size());
  for (int64_t c = 0; c < n; ++c) {
    double mean = 0, variance = 0;
    for (int64_t t = 0; t < block.steps; ++t) mean += x[t * n + c] / block.steps;
    for (int64_t t = 0; t < block.steps; ++t) variance += std::pow(x[t * n + c] - mean, 2) / block.steps;
    for (int64_t t = 0; t < block.steps; ++t) {
      const double v = (x[t * n + c] - mean) / std::sqrt(variance + 1e-5) * (1.0 + block.style[index * 2 * n + c]) +
                       block.style[(index * 2 + 1) * n + c];
      const double alpha = block.alpha[index * n + c];
      activated[t * n + c] = v + std::pow(std::sin(alpha * v), 2) / alpha;
    }
  }
  const int64_t taps = one.shape.taps;
  std::vector<double> y(x.size());
  for (int64_t i = 0; i < block.steps * n; ++i) {
    y[i] = one.has_bias ? one.bias[i % n] : 0.0;
    for (int64_t tap = 0; tap < taps; ++tap) {
      const int64_t at = i / n + (tap - (taps - 1) / 2) * block.dilations[index];
      if (at < 0 || at >= block.steps) continue;
      for (int64_t c = 0; c < n; ++c) y[i] += activated[at * n + c] * one.weight[(i % n * n + c) * taps + tap];
    }
  }
  return y;
}

TEST(ResBlock, EqualsDoubleArithmetic) {
  on_every_kernel([](Precision precision, const std::string& name) {
    if (precision != Precision::fp32) return;  // rounded to fewer bits, three pairs in a row wander off
    const Block block(precision, 150, 22, 7);
    std::vector<double> x(block.x.data(), block.x.data() + block.x.size());
    for (int64_t pair = 0; pair < 3; ++pair) {
      const std::vector<double> y = exact_conv(block, 2 * pair + 1, exact_conv(block, 2 * pair, x));
      for (size_t i = 0; i < x.size(); ++i) x[i] += y[i];
    }
    const Values found = block.run(threads_for);
    for (int64_t i = 0; i < found.size(); ++i) {
      ASSERT_LT(std::abs(found[i] - x[i]), 2e-5) << name + ": value " + std::to_string(i);
    }
  });
}

TEST(ResBlock, IsTheSameOnAnyNumberOfThreads) {
  on_every_kernel([](Precision precision, const std::string& name) {
    const Block block(precision, 1500, 64, 3);
    ASSERT_EQ(block.run(serial_for), block.run(threads_for)) << name;
  });
}

TEST(ResBlock, ResblocksAtOnceDoNotDisturbEachOther) {
  on_every_kernel([](Precision precision, const std::string& name) {
    const std::vector<Block> blocks = {Block(precision, 300, 64, 3), Block(precision, 40, 17, 7)};
    const std::vector<Values> alone = {blocks[0].run(serial_for), blocks[1].run(serial_for)};
    std::vector<int> equal(2, 0);
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) {
      threads.emplace_back([&, i] {
        for (int round = 0; round < 4; ++round) equal[i] += blocks[i].run(threads_for) == alone[i];
      });
    }
    for (std::thread& thread : threads) thread.join();
    ASSERT_EQ(equal[0], 4) << name;
    ASSERT_EQ(equal[1], 4) << name;
  });
}

}  // namespace
