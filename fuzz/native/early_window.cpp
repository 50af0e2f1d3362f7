// From expected frames to durations, and from these to the early window, which is inside the chunk and pays.
#include "kokoro_fast/early_window.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "fuzz.h"
#include "kokoro_fast/constants.h"
#include "speech/durations.h"

namespace {

using fuzz::require;
using namespace kokoro_fast;

void check_window(const std::vector<int64_t>& durations, int64_t n_samples, double seconds) {
  const std::optional<EarlyWindow> window = early_window(durations, seconds);
  if (!window) return;
  require(window->first >= 0 && window->first < window->end && window->end <= n_samples, "the window is inside");
  require(window->first % kSamplesPerFrame == 0 && window->end % kSamplesPerFrame == 0, "it has whole frames");
  require(window->first <= durations.front() * kSamplesPerFrame, "it begins before the first sound");
  const double most = static_cast<double>(durations.front() * kSamplesPerFrame) + (seconds + 0.025) * kSampleRate;
  require(static_cast<double>(window->end) <= most, "it is no longer than it was told");
  require(static_cast<double>(window->end - window->first) * kWorthAWindow <= static_cast<double>(n_samples),
          "rendering it is much less work than rendering all");
}

void check_blend(fuzz::Bytes& input) {
  const std::vector<float> early = input.take_values(kBlend);
  const std::vector<float> exact = input.take_values(kBlend + input.take_between(0, 300));
  const std::vector<float> blended = blend(early.data(), exact.data(), static_cast<int64_t>(exact.size()));
  require(blended.size() == exact.size(), "the blend is as long as the exact sound");
  for (size_t i = 0; i < static_cast<size_t>(kBlend); ++i) {
    const float rounding = 1e-6F * (std::abs(early[i]) + std::abs(exact[i]));
    require(
        blended[i] >= std::min(early[i], exact[i]) - rounding && blended[i] <= std::max(early[i], exact[i]) + rounding,
        "the blend is between the two");
  }
  require(std::equal(blended.begin() + kBlend, blended.end(), exact.begin() + kBlend), "then all is exact");
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Bytes input(data, size);
  const float speed = 0.5F + static_cast<float>(input.take<uint8_t>()) / 170;
  const double seconds = static_cast<double>(input.take<uint8_t>()) / 64;
  check_blend(input);
  std::vector<float> expected(static_cast<size_t>(input.take_between(1, 512)));
  for (float& frames : expected) frames = input.take_bool() ? std::abs(input.take_value()) * 8 : input.take<float>();
  const auto durations = durations_at(expected, speed);
  const bool is_sensible = std::all_of(expected.begin(), expected.end(),
                                       [speed](float frames) { return std::nearbyint(frames / speed) < 10000; });
  require(durations.ok() == is_sensible, "exactly the sensible numbers are accepted");
  if (!durations) {
    require(fuzz::is_line(durations.message()), "an error is one line");
    return 0;
  }
  const std::vector<int64_t> frames = frames_of(*durations);
  require(durations->size() == expected.size() && std::is_sorted(frames.begin(), frames.end()), "frames are in order");
  for (size_t i = 0; i < durations->size(); ++i) {
    const auto n = std::count(frames.begin(), frames.end(), static_cast<int64_t>(i));
    require(n == (*durations)[i] && n >= 1, "every token has its frames");
    if (i >= 8) break;  // counting all of them would take too long
  }
  check_window(*durations, static_cast<int64_t>(frames.size()) * kSamplesPerFrame, seconds);
  return 0;
}
