#include "kokoro_fast/pauses.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "kokoro_fast/constants.h"

namespace kokoro_fast {
namespace {

constexpr int64_t kSums = 8;  // partial sums of a window, as numpy has them

int64_t samples_in(double seconds) { return static_cast<int64_t>(std::nearbyint(seconds * kSampleRate)); }

// Mean power of the window that begins at `begin`. Samples past the end count as silence.
float power(const float* samples, int64_t n_samples, int64_t begin) {
  static_assert(kSilenceWindow % kSums == 0 && kSilenceWindow <= 128, "numpy adds longer rows in halves");
  std::array<float, kSilenceWindow> window = {};
  std::copy(samples + begin, samples + std::min(begin + kSilenceWindow, n_samples), window.begin());
  std::array<float, kSums> sums = {};
  for (int64_t i = 0; i < kSilenceWindow; ++i) sums[i % kSums] += window[i] * window[i];
  const float total = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
  return total / static_cast<float>(kSilenceWindow);
}

}  // namespace

SilentEnds silent_ends(const float* samples, int64_t n_samples) {
  std::vector<float> powers;
  powers.reserve(static_cast<size_t>(n_samples / kSilenceWindow + 1));
  float loudest = 0;
  for (int64_t begin = 0; begin < n_samples; begin += kSilenceWindow) {
    powers.push_back(power(samples, n_samples, begin));
    if (std::isnan(powers.back())) return {0, 0};
    loudest = std::max(loudest, powers.back());
  }
  const float silence = loudest * static_cast<float>(std::pow(10.0, kSilenceDb / 10));
  const auto is_loud = [silence](float power) { return power > silence; };
  const auto first = std::find_if(powers.begin(), powers.end(), is_loud);
  if (first == powers.end()) return {0, 0};
  const auto behind_last = std::find_if(powers.rbegin(), powers.rend(), is_loud).base();
  return {(first - powers.begin()) * kSilenceWindow,
          std::max<int64_t>(n_samples - (behind_last - powers.begin()) * kSilenceWindow, 0)};
}

Trim plan_trim(const float* samples, int64_t n_samples, double pause, Position position, bool is_requested) {
  const SilentEnds silent = silent_ends(samples, n_samples);
  const int64_t keep_head = samples_in(position.is_first ? kOpeningSeconds : kLeadSeconds);
  const bool is_closing = position.is_last && !is_requested;
  const int64_t keep_tail =
      is_closing ? samples_in(kClosingSeconds) : samples_in(pause) - (position.is_last ? 0 : samples_in(kLeadSeconds));
  const int64_t kept_tail = std::min(silent.tail, std::max<int64_t>(keep_tail, 0));
  return {std::max<int64_t>(silent.head - keep_head, 0), silent.tail - kept_tail,
          is_closing ? 0 : std::max<int64_t>(keep_tail - kept_tail, 0)};
}

Trim plan_silence(double pause, bool is_last) {
  return {0, 0, std::max<int64_t>(samples_in(pause) - (is_last ? 0 : samples_in(kLeadSeconds)), 0)};
}

}  // namespace kokoro_fast
