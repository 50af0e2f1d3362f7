#include "timing.h"

#include <limits>

#include "check.h"
#include "scratch.h"

using namespace kokoro_fast;

TEST(durations_are_rounded_to_even_and_at_least_one) {
  const auto durations = durations_at({0.0F, 0.4F, 1.5F, 2.5F, 3.5F, 49.6F}, 1.0F);
  CHECK(durations.ok());
  CHECK(*durations == std::vector<int64_t>({1, 1, 2, 2, 4, 50}));
  CHECK(*durations_at({3.0F, 5.0F}, 2.0F) == std::vector<int64_t>({2, 2}));
  CHECK(*durations_at({3.0F}, 0.5F) == std::vector<int64_t>({6}));
}

TEST(frames_repeat_their_token) {
  CHECK(frames_of({2, 1, 3}) == std::vector<int64_t>({0, 0, 1, 2, 2, 2}));
  CHECK(frames_of({}).empty());
}

TEST(nonsense_of_a_model_is_an_error) {
  for (const float frames : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 1e9F}) {
    check_error(durations_at({1.0F, frames}, 1.0F), Code::model_failed, "frames");
  }
}
