// The pool's loops: each piece is done once, whichever thread takes it, also with several callers at the same time.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "thread_pool.h"

namespace {

using kokoro_fast::pool_for;

// Counts how often each number of [begin, end) was taken.
struct Counts {
  int64_t begin;
  std::vector<std::atomic<int>> taken;

  Counts(int64_t begin, int64_t end) : begin(begin), taken(end > begin ? end - begin : 0) {}

  static void body(int64_t piece_begin, int64_t piece_end, void* context) {
    Counts& counts = *static_cast<Counts*>(context);
    for (int64_t i = piece_begin; i < piece_end; ++i) ++counts.taken[i - counts.begin];
  }

  bool all_once() const {
    for (const auto& count : taken) {
      if (count.load() != 1) return false;
    }
    return true;
  }
};

bool covers_once(int64_t n_threads, int64_t begin, int64_t end, int64_t grain) {
  Counts counts(begin, end);
  pool_for(n_threads, begin, end, grain, Counts::body, &counts);
  return counts.all_once();
}

TEST(ThreadPool, TakesEveryPieceOnce) {
  for (const int64_t n_threads : {1, 2, 3, 8}) {
    for (const int64_t size : {0, 1, 2, 7, 64, 1001}) {
      for (const int64_t grain : {1, 3, 100}) EXPECT_TRUE(covers_once(n_threads, 5, 5 + size, grain));
    }
  }
}

TEST(ThreadPool, ServesSeveralCallersAtOnce) {
  std::atomic<bool> right{true};
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&right] {
      for (int repeat = 0; repeat < 300; ++repeat) {
        if (!covers_once(3, 0, 50 + repeat, 1)) right = false;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_TRUE(right.load());
}

}  // namespace
