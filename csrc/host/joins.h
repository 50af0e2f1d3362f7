// How much silence stands between two chunks. The rules, and why, are those of src/kokoro_fast/joins.py, to the sample.
#pragma once

#include <cstdint>

namespace kokoro_fast {

// What Stitcher::begin wants to know of a chunk, in samples.
struct Join {
  int64_t trim_head;
  int64_t trim_tail;
  int64_t pause;
};

struct SilentEnds {
  int64_t head;
  int64_t tail;
};

// Samples of silence at the two ends. What is silent throughout counts as sound.
SilentEnds silent_ends(const float* audio, int64_t n_samples);

// The place of a chunk in the whole.
struct Place {
  bool is_first;
  bool is_last;
};

// The trims of a chunk's ends and the pause after it. `gap`: seconds from its last sound to the next one's first, 0 to
// kLongestGap; the last chunk keeps up to 0.3 s instead, unless the gap `is_asked` for by markup.
Join plan_join(const float* audio, int64_t n_samples, double gap, Place place, bool is_asked = false);

// The join of a silence that stands alone; what the next chunk opens with is part of it.
Join plan_silence(double gap, bool is_last);

}  // namespace kokoro_fast
