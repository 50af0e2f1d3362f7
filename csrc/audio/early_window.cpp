#include "kokoro_fast/early_window.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kokoro_fast/constants.h"

namespace kokoro_fast {
namespace {

int64_t frames_in(double seconds) {
  constexpr int64_t kFramesPerSecond = kSampleRate / kSamplesPerFrame;
  return static_cast<int64_t>(std::nearbyint(seconds * kFramesPerSecond));
}

}  // namespace

std::optional<EarlyWindow> early_window(const std::vector<int64_t>& durations, double seconds) {
  constexpr int64_t kContextSamples = kContext * kSamplesPerFrame / 2;
  const int64_t n_samples = kSamplesPerFrame * std::accumulate(durations.begin(), durations.end(), int64_t{0});
  const int64_t onset = durations.front();
  const int64_t first = std::max<int64_t>(onset - frames_in(kOnsetSeconds + kLeadSeconds), 0) * kSamplesPerFrame;
  const int64_t end = std::min((onset + frames_in(seconds)) * kSamplesPerFrame, n_samples);
  const int64_t n_rendered = std::min(end + kContextSamples, n_samples) - std::max<int64_t>(first - kContextSamples, 0);
  if (static_cast<double>(n_samples) < kWorthAWindow * static_cast<double>(n_rendered)) return std::nullopt;
  return EarlyWindow{first, end};
}

std::vector<float> blend(const float* early_tail, const float* exact, int64_t n_samples) {
  std::vector<float> blended(exact, exact + n_samples);
  for (int64_t i = 0; i < kBlend; ++i) {
    const float share = (static_cast<float>(i) + 0.5F) / static_cast<float>(kBlend);
    blended[i] += (1 - share) * (early_tail[i] - blended[i]);
  }
  return blended;
}

}  // namespace kokoro_fast
