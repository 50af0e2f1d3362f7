// From the frames that the model expects to the frames that are rendered.
#pragma once

#include <cstdint>
#include <vector>

#include "kokoro_fast/status.h"

namespace kokoro_fast {

// Whole frames for each token, at least 1: expected / speed, rounded to even as torch does.
Result<std::vector<int64_t>> durations_at(const std::vector<float>& expected_frames, float speed);

// durations (T,) -> (F,): the token that each frame belongs to.
std::vector<int64_t> frames_of(const std::vector<int64_t>& durations);

}  // namespace kokoro_fast
