#include "early.h"

#include "check.h"

using namespace kokoro_fast;

TEST(window_begins_before_the_onset_and_lasts_half_a_second) {
  const Window window = window_of({12, 100, 12});
  CHECK(window.first == 8 * 600);
  CHECK(window.end == 32 * 600);
  CHECK(window_of({2, 100, 12}).first == 0);
}

TEST(what_is_short_has_no_window) {
  CHECK(window_of({12, 20, 12}).empty());
  CHECK(window_of({1}).empty());
  CHECK(window_of({100, 1, 1}).end == 102 * 600);  // and not beyond the chunk
}

TEST(exact_sound_takes_over_in_20_ms) {
  const Window window{600, 1800};
  const std::vector<float> early(1200, 1.0F);
  const std::vector<float> exact(4000, 2.0F);
  const std::vector<float> rest = blended(window, early, exact);
  CHECK(rest.size() == 4000 - 1800 + 480);
  CHECK(rest[0] > 1.0F && rest[0] < 1.01F);
  CHECK(rest[239] < 1.5F && rest[240] > 1.5F);
  CHECK(rest[479] > 1.99F && rest[479] < 2.0F);
  CHECK(rest[480] == 2.0F);
}
