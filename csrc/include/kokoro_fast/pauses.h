// How much silence stands between two chunks. The rules, and the reasons for them, are those of
// src/kokoro_fast/synthesis/pauses.py; the results are the same to the sample.
#pragma once

#include <cstdint>

namespace kokoro_fast {

// What Stitcher::begin is told about a chunk, in samples.
struct Trim {
  int64_t trim_head;
  int64_t trim_tail;
  int64_t pause;
};

struct SilentEnds {
  int64_t head;
  int64_t tail;
};

// Samples of silence at the two ends of a chunk. A chunk that is silent throughout counts as sound.
SilentEnds silent_ends(const float* samples, int64_t n_samples);

// Whether a chunk opens or closes the utterance.
struct Position {
  bool is_first;
  bool is_last;
};

// The trims of a chunk's ends and the pause after it. `pause`: seconds from its last sound to the first sound of the
// next chunk. The last chunk keeps up to kClosingSeconds of its silence instead, unless markup requested the pause
// (`is_requested`).
Trim plan_trim(const float* samples, int64_t n_samples, double pause, Position position, bool is_requested = false);

// The trim of a silence that stands alone. The silence that the next chunk opens with is part of its pause.
Trim plan_silence(double pause, bool is_last);

}  // namespace kokoro_fast
