// Trims and pauses by hand; tests/test_host_joins.py compares them with Python on random sound.
#include <cmath>
#include <vector>

#include "check.h"
#include "joins.h"

namespace {

using kokoro_fast::Join;
using kokoro_fast::plan_join;
using kokoro_fast::plan_silence;
using kokoro_fast::silent_ends;

constexpr int64_t kSecond = 24000;

std::vector<float> sound(int64_t head, int64_t n, int64_t tail) {
  std::vector<float> audio(head + n + tail);
  for (int64_t i = 0; i < n; ++i) audio[head + i] = 0.3F * std::cos(static_cast<float>(i) * 0.1F);
  return audio;
}

bool is_join(const Join& join, int64_t head, int64_t tail, int64_t pause) {
  return join.trim_head == head && join.trim_tail == tail && join.pause == pause;
}

TEST(silence_is_found_in_windows_of_5_ms) {
  const auto audio = sound(250, 1200, 130);
  const auto ends = silent_ends(audio.data(), static_cast<int64_t>(audio.size()));
  CHECK(ends.head == 240 && ends.tail == 130 - (1560 - 1450));
}

TEST(silence_throughout_is_sound) {
  for (const int64_t n : {0, 1, 120, 10'000}) {
    const std::vector<float> audio(n);
    const auto ends = silent_ends(audio.data(), n);
    CHECK(ends.head == 0 && ends.tail == 0);
  }
  auto audio = sound(2400, 1200, 2400);
  audio[3000] = NAN;
  CHECK(silent_ends(audio.data(), 6000).head == 0);
  audio[3000] = INFINITY;
  CHECK(silent_ends(audio.data(), 6000).head == 0);
}

TEST(gap_is_cut_or_filled) {
  const auto audio = sound(9600, 4800, 14400);
  const auto n = static_cast<int64_t>(audio.size());
  CHECK(is_join(plan_join(audio.data(), n, 0.45, {true, false}), 9600 - 2400, 14400 - (10800 - 720), 0));
  CHECK(is_join(plan_join(audio.data(), n, 0.75, {false, false}), 9600 - 720, 0, 18000 - 720 - 14400));
  CHECK(is_join(plan_join(audio.data(), n, 0.0, {false, false}), 9600 - 720, 14400, 0));
  CHECK(is_join(plan_join(audio.data(), n, 0.01, {false, false}), 9600 - 720, 14400, 0));
}

TEST(end_of_all_keeps_a_little_silence) {
  const auto audio = sound(9600, 4800, 14400);
  const auto n = static_cast<int64_t>(audio.size());
  CHECK(is_join(plan_join(audio.data(), n, 2, {false, true}), 9600 - 720, 14400 - 7200, 0));
  CHECK(is_join(plan_join(audio.data(), n, 2, {false, true}, true), 9600 - 720, 0, 2 * kSecond - 14400));
  const auto sharp = sound(0, 4800, 0);
  CHECK(is_join(plan_join(sharp.data(), 4800, 0.45, {true, true}), 0, 0, 0));
}

TEST(silence_alone) {
  CHECK(is_join(plan_silence(0.5, false), 0, 0, kSecond / 2 - 720));
  CHECK(is_join(plan_silence(0.5, true), 0, 0, kSecond / 2));
  CHECK(is_join(plan_silence(0.01, false), 0, 0, 0));
}

TEST(seconds_are_rounded_as_python_does) {
  CHECK(plan_silence(0.5 / kSecond, true).pause == 0);
  CHECK(plan_silence(1.5 / kSecond, true).pause == 2);
  CHECK(plan_silence(2.5 / kSecond, true).pause == 2);
}

}  // namespace
