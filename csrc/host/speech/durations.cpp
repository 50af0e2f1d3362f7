#include "speech/durations.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace kokoro_fast {
namespace {

constexpr float kMostFrames = 10000;  // most frames of one token; the model can expect 50

}  // namespace

Result<std::vector<int64_t>> durations_at(const std::vector<float>& expected_frames, float speed) {
  std::vector<int64_t> durations;
  durations.reserve(expected_frames.size());
  for (const float expected : expected_frames) {
    const float frames = std::nearbyint(expected / speed);
    if (!(frames < kMostFrames)) {  // NaN too
      return Status(Code::model_failed, "the model expected a token of " + std::to_string(frames) + " frames");
    }
    durations.push_back(static_cast<int64_t>(std::max(frames, 1.0F)));
  }
  return durations;
}

std::vector<int64_t> frames_of(const std::vector<int64_t>& durations) {
  std::vector<int64_t> frames;
  for (size_t token = 0; token < durations.size(); ++token) {
    frames.insert(frames.end(), durations[token], static_cast<int64_t>(token));
  }
  return frames;
}

}  // namespace kokoro_fast
