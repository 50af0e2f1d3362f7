// Two engines in one process: their kernels share the pool of threads and the working memory, and nothing else.
// ThreadSanitizer watches this test.
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "conv/resblock_case.h"
#include "thread_pool.h"

namespace {

using namespace conv_case;

void pooled_for(int64_t begin, int64_t end, int64_t grain, ParallelBody body, void* context) {
  pool_for(3, begin, end, grain, body, context);
}

// A convolution, a residual block and an LSTM with arguments of their own.
struct Engine {
  static constexpr int64_t kHidden = 16;
  static constexpr int64_t kSteps = 20;

  Case one;
  Block block;
  Values gates = normal(kSteps * 2 * 4 * kHidden);
  Values weight = normal(2 * 4 * kHidden * kHidden, 0, 0.2F);

  Engine(Precision precision, int64_t steps, int64_t channels)
      : one(precision, {steps, steps, channels, 70, 3, 1, 1, 1, 70}),
        block(precision, steps, channels, 3) {}

  std::vector<Values> run(ParallelFor parallel_for) const {
    Values y(kSteps * 2 * kHidden);
    lstm({gates.data(), weight.data(), y.data(), kSteps, 2, kHidden}, parallel_for);
    return {one.run(parallel_for), block.run(parallel_for), y};
  }
};

TEST(EnginesAtOnce, HearNothingOfEachOther) {
  on_every_kernel([](Precision precision, const std::string& name) {
    const std::vector<Engine> engines = {Engine(precision, 120, 33), Engine(precision, 70, 17)};
    std::vector<int> equal(engines.size(), 0);
    std::vector<std::thread> threads;
    for (size_t i = 0; i < engines.size(); ++i) {
      threads.emplace_back([&engine = engines[i], &count = equal[i]] {
        const std::vector<Values> alone = engine.run(serial_for);
        for (int round = 0; round < 20; ++round) count += engine.run(pooled_for) == alone;
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(equal, (std::vector<int>{20, 20})) << name;
  });
}

}  // namespace
