// The early window: the beginning of a chunk by predicted statistics, played before the whole chunk is rendered. The
// rules, and the reasons for them, are those of src/kokoro_fast/synthesis/early_window.py.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace kokoro_fast {

// Samples [first, end) of a chunk.
struct EarlyWindow {
  int64_t first;
  int64_t end;
};

// The window of a chunk with these durations (T,), at least one: from before its first sound to `seconds` after the
// end of the opening silence's duration, or to the end of the chunk. Nothing where the whole chunk comes about as soon.
std::optional<EarlyWindow> early_window(const std::vector<int64_t>& durations, double seconds);

// Goes over from a window to the exact sound. early_tail: the window's last kBlend samples. exact: the n_samples
// samples of the chunk from the first of those on, at least kBlend. The result has the length of `exact`.
std::vector<float> blend(const float* early_tail, const float* exact, int64_t n_samples);

}  // namespace kokoro_fast
