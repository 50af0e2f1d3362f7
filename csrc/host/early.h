// The beginning of a chunk by guessed statistics, before the rest is rendered; src/kokoro_fast/synthesis.py does the
// same. Both are the same sound, so the exact one takes over by linear shares.
#pragma once

#include <cstdint>
#include <vector>

#include "manifest.h"

namespace kokoro_fast {

constexpr int64_t kBlend = kSampleRate / 50;  // samples over which the exact sound takes over: 20 ms

// Samples of a chunk, from its onset on. Empty where the whole comes about as soon.
struct Window {
  int64_t first = 0;
  int64_t end = 0;
  bool empty() const { return first == end; }
};
Window window_of(const std::vector<int64_t>& durations);

// The chunk's samples from where the last kBlend of the window begin, going over from the window to the exact sound.
std::vector<float> blended(const Window& window, const std::vector<float>& early, const std::vector<float>& exact);

}  // namespace kokoro_fast
