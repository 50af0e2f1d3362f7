// Compiled without fused multiply-adds: the powers must have the same bits as in Python.
#include "joins.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "manifest.h"

namespace kokoro_fast {
namespace {

constexpr double kLeadSeconds = 0.03;                // silence kept before the first sound of a later chunk
constexpr double kOpeningSeconds = 0.1;              // and before the first of all
constexpr double kClosingSeconds = 0.3;              // and after the last of all
constexpr float kSilence = 3.1622776601683795e-06F;  // -55 dB of power, below the loudest window
constexpr int64_t kWindow = kSampleRate / 200;
constexpr int64_t kSums = 8;  // partial sums of a window, as numpy has them

int64_t samples(double seconds) { return static_cast<int64_t>(std::nearbyint(seconds * kSampleRate)); }

// Mean power of the window that begins at `begin`; past the end there is silence.
float power(const float* audio, int64_t n_samples, int64_t begin) {
  static_assert(kWindow % kSums == 0 && kWindow <= 128, "numpy adds longer rows in halves");
  std::array<float, kWindow> window = {};
  std::copy(audio + begin, audio + std::min(begin + kWindow, n_samples), window.begin());
  std::array<float, kSums> sums = {};
  for (int64_t i = 0; i < kWindow; ++i) sums[i % kSums] += window[i] * window[i];
  const float total = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
  return total / static_cast<float>(kWindow);
}

}  // namespace

SilentEnds silent_ends(const float* audio, int64_t n_samples) {
  std::vector<float> powers;
  powers.reserve(static_cast<size_t>(n_samples / kWindow + 1));
  float loudest = 0;
  for (int64_t begin = 0; begin < n_samples; begin += kWindow) {
    powers.push_back(power(audio, n_samples, begin));
    if (std::isnan(powers.back())) return {0, 0};
    loudest = std::max(loudest, powers.back());
  }
  const float silence = loudest * kSilence;
  const auto is_loud = [silence](float power) { return power > silence; };
  const auto first = std::find_if(powers.begin(), powers.end(), is_loud);
  if (first == powers.end()) return {0, 0};
  const auto behind_last = std::find_if(powers.rbegin(), powers.rend(), is_loud).base();
  return {(first - powers.begin()) * kWindow,
          std::max<int64_t>(n_samples - (behind_last - powers.begin()) * kWindow, 0)};
}

Join plan_join(const float* audio, int64_t n_samples, double gap, Place place, bool is_asked) {
  const SilentEnds silent = silent_ends(audio, n_samples);
  const int64_t keep_head = samples(place.is_first ? kOpeningSeconds : kLeadSeconds);
  const bool is_closing = place.is_last && !is_asked;
  const int64_t keep_tail =
      is_closing ? samples(kClosingSeconds) : samples(gap) - (place.is_last ? 0 : samples(kLeadSeconds));
  const int64_t kept_tail = std::min(silent.tail, std::max<int64_t>(keep_tail, 0));
  return {std::max<int64_t>(silent.head - keep_head, 0), silent.tail - kept_tail,
          is_closing ? 0 : std::max<int64_t>(keep_tail - kept_tail, 0)};
}

Join plan_silence(double gap, bool is_last) {
  return {0, 0, std::max<int64_t>(samples(gap) - (is_last ? 0 : samples(kLeadSeconds)), 0)};
}

}  // namespace kokoro_fast
