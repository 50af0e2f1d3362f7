// Compiled without fused multiply-add: the samples are Python's.
#include "early.h"

#include <algorithm>
#include <numeric>

namespace kokoro_fast {
namespace {

constexpr int64_t kWindowFrames = 20;  // half a second
constexpr int64_t kOnsetFrames = 4;    // sound may begin so much before the end of the opening silence's duration, or
                                       // 0.03 s of silence more: 0.11 s in all
constexpr int64_t kHalo = 8 * kSamplesPerFrame / 2;  // what is around a window matters too
constexpr double kWorthAWindow = 1.7;                // times as long as what must be rendered for a window

}  // namespace

Window window_of(const std::vector<int64_t>& durations) {
  const int64_t n_samples = kSamplesPerFrame * std::accumulate(durations.begin(), durations.end(), int64_t{0});
  const int64_t onset = durations.front();
  const Window window{std::max<int64_t>(onset - kOnsetFrames, 0) * kSamplesPerFrame,
                      std::min((onset + kWindowFrames) * kSamplesPerFrame, n_samples)};
  const int64_t n_rendered = std::min(window.end + kHalo, n_samples) - std::max<int64_t>(window.first - kHalo, 0);
  const bool is_worth_it = static_cast<double>(n_samples) >= kWorthAWindow * static_cast<double>(n_rendered);
  return is_worth_it && window.end - window.first >= 2 * kBlend ? window : Window{};
}

std::vector<float> blended(const Window& window, const std::vector<float>& early, const std::vector<float>& exact) {
  std::vector<float> rest(exact.begin() + (window.end - kBlend), exact.end());
  const float* last = early.data() + early.size() - kBlend;
  for (int64_t i = 0; i < kBlend; ++i) {
    const float share = (static_cast<float>(i) + 0.5F) / static_cast<float>(kBlend);
    rest[static_cast<size_t>(i)] += (1 - share) * (last[i] - rest[static_cast<size_t>(i)]);
  }
  return rest;
}

}  // namespace kokoro_fast
