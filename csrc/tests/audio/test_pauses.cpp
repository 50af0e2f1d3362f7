// Trims and pauses by hand; the Python tests compare them with their reference on random sound.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "kokoro_fast/pauses.h"

namespace {

using kokoro_fast::plan_silence;
using kokoro_fast::plan_trim;
using kokoro_fast::silent_ends;
using kokoro_fast::Trim;

constexpr int64_t kSecond = 24000;

std::vector<float> sound(int64_t head, int64_t n, int64_t tail) {
  std::vector<float> audio(head + n + tail);
  for (int64_t i = 0; i < n; ++i) audio[head + i] = 0.3F * std::cos(static_cast<float>(i) * 0.1F);
  return audio;
}

bool is_trim(const Trim& trim, int64_t head, int64_t tail, int64_t pause) {
  return trim.trim_head == head && trim.trim_tail == tail && trim.pause == pause;
}

TEST(SilentEnds, SilenceIsFoundInWindowsOf5Ms) {
  const auto audio = sound(250, 1200, 130);
  const auto ends = silent_ends(audio.data(), static_cast<int64_t>(audio.size()));
  EXPECT_EQ(ends.head, 240);
  EXPECT_EQ(ends.tail, 130 - (1560 - 1450));
}

TEST(SilentEnds, SilenceThroughoutIsSound) {
  for (const int64_t n : {0, 1, 120, 10'000}) {
    const std::vector<float> audio(n);
    const auto ends = silent_ends(audio.data(), n);
    EXPECT_EQ(ends.head, 0);
    EXPECT_EQ(ends.tail, 0);
  }
  auto audio = sound(2400, 1200, 2400);
  audio[3000] = NAN;
  EXPECT_EQ(silent_ends(audio.data(), 6000).head, 0);
  audio[3000] = INFINITY;
  EXPECT_EQ(silent_ends(audio.data(), 6000).head, 0);
}

TEST(Pauses, SilenceIsCutOrFilledUpToThePause) {
  const auto audio = sound(9600, 4800, 14400);
  const auto n = static_cast<int64_t>(audio.size());
  EXPECT_TRUE(is_trim(plan_trim(audio.data(), n, 0.45, {true, false}), 9600 - 2400, 14400 - (10800 - 720), 0));
  EXPECT_TRUE(is_trim(plan_trim(audio.data(), n, 0.75, {false, false}), 9600 - 720, 0, 18000 - 720 - 14400));
  EXPECT_TRUE(is_trim(plan_trim(audio.data(), n, 0.0, {false, false}), 9600 - 720, 14400, 0));
  EXPECT_TRUE(is_trim(plan_trim(audio.data(), n, 0.01, {false, false}), 9600 - 720, 14400, 0));
}

TEST(Pauses, EndOfAllKeepsALittleSilence) {
  const auto audio = sound(9600, 4800, 14400);
  const auto n = static_cast<int64_t>(audio.size());
  EXPECT_TRUE(is_trim(plan_trim(audio.data(), n, 2, {false, true}), 9600 - 720, 14400 - 7200, 0));
  EXPECT_TRUE(is_trim(plan_trim(audio.data(), n, 2, {false, true}, true), 9600 - 720, 0, 2 * kSecond - 14400));
  const auto sharp = sound(0, 4800, 0);
  EXPECT_TRUE(is_trim(plan_trim(sharp.data(), 4800, 0.45, {true, true}), 0, 0, 0));
}

TEST(Pauses, SilenceAlone) {
  EXPECT_TRUE(is_trim(plan_silence(0.5, false), 0, 0, kSecond / 2 - 720));
  EXPECT_TRUE(is_trim(plan_silence(0.5, true), 0, 0, kSecond / 2));
  EXPECT_TRUE(is_trim(plan_silence(0.01, false), 0, 0, 0));
}

TEST(Pauses, SecondsAreRoundedAsPythonDoes) {
  EXPECT_EQ(plan_silence(0.5 / kSecond, true).pause, 0);
  EXPECT_EQ(plan_silence(1.5 / kSecond, true).pause, 2);
  EXPECT_EQ(plan_silence(2.5 / kSecond, true).pause, 2);
}

}  // namespace
