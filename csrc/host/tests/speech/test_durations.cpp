#include "speech/durations.h"

#include <gtest/gtest.h>

#include <limits>

#include "support/scratch.h"

using namespace kokoro_fast;

TEST(Durations, AreRoundedToEvenAndAtLeastOne) {
  const auto durations = durations_at({0.0F, 0.4F, 1.5F, 2.5F, 3.5F, 49.6F}, 1.0F);
  ASSERT_TRUE(durations.ok());
  EXPECT_EQ(*durations, std::vector<int64_t>({1, 1, 2, 2, 4, 50}));
  EXPECT_EQ(*durations_at({3.0F, 5.0F}, 2.0F), std::vector<int64_t>({2, 2}));
  EXPECT_EQ(*durations_at({3.0F}, 0.5F), std::vector<int64_t>({6}));
}

TEST(Durations, FramesRepeatTheirToken) {
  EXPECT_EQ(frames_of({2, 1, 3}), std::vector<int64_t>({0, 0, 1, 2, 2, 2}));
  EXPECT_TRUE(frames_of({}).empty());
}

TEST(Durations, NonsenseOfAModelIsAnError) {
  for (const float frames : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 1e9F}) {
    check_error(durations_at({1.0F, frames}, 1.0F), Code::model_failed, "frames");
  }
}
