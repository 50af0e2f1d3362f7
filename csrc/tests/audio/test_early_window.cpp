// The window by hand; the Python tests compare it with its reference on random durations.
#include "kokoro_fast/early_window.h"

#include <gtest/gtest.h>

#include "kokoro_fast/constants.h"

namespace {

using kokoro_fast::blend;
using kokoro_fast::early_window;
using kokoro_fast::EarlyWindow;
using kokoro_fast::kBlend;

void check_window(const std::optional<EarlyWindow>& window, int64_t first, int64_t end) {
  ASSERT_TRUE(window.has_value());
  EXPECT_EQ(window->first, first);
  EXPECT_EQ(window->end, end);
}

TEST(EarlyWindow, BeginsBeforeTheOnsetAndLastsHalfASecond) {
  check_window(early_window({12, 100, 12}, 0.5), 8 * 600, 32 * 600);
  check_window(early_window({2, 100, 12}, 0.5), 0, 22 * 600);
}

TEST(EarlyWindow, LastsAsLongAsItIsTold) {
  check_window(early_window({12, 100, 12}, 0.25), 8 * 600, 22 * 600);
  check_window(early_window({12, 100, 12}, 0.3), 8 * 600, 24 * 600);
}

TEST(EarlyWindow, ShortChunkHasNone) {
  EXPECT_FALSE(early_window({12, 20, 12}, 0.5).has_value());
  EXPECT_FALSE(early_window({1}, 0.5).has_value());
}

TEST(EarlyWindow, EndsWithTheChunk) { check_window(early_window({100, 1, 1}, 0.5), 96 * 600, 102 * 600); }

TEST(Blend, ExactSoundTakesOverIn20Ms) {
  const std::vector<float> early_tail(kBlend, 1.0F);
  const std::vector<float> exact(2680, 2.0F);
  const std::vector<float> blended = blend(early_tail.data(), exact.data(), 2680);
  ASSERT_EQ(blended.size(), exact.size());
  EXPECT_GT(blended[0], 1.0F);
  EXPECT_LT(blended[0], 1.01F);
  EXPECT_LT(blended[239], 1.5F);
  EXPECT_GT(blended[240], 1.5F);
  EXPECT_GT(blended[479], 1.99F);
  EXPECT_LT(blended[479], 2.0F);
  EXPECT_EQ(blended[480], 2.0F);
}

}  // namespace
