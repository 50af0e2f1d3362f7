// The numbers that Python and C++ must agree on, one a line: a test compares this file with Python's constants. The
// reasons and sources are given there: src/kokoro_fast/config.py, synthesis/pauses.py, synthesis/early_window.py.
#pragma once

#include <cstdint>

namespace kokoro_fast {

// The model.
constexpr int kSampleRate = 24000;     // Hz
constexpr int kSamplesPerFrame = 600;  // samples in one duration frame
constexpr int kMaxSymbols = 510;       // most phoneme symbols of one call; a voice has a row for each number
constexpr int kStyleDim = 256;         // values in one row of a voice
constexpr int64_t kBoundaryId = 0;     // id before and after every utterance; no symbol has it
constexpr int64_t kNumIds = 178;       // ids that the model knows
constexpr double kSlowestSpeed = 0.5;  // slowest speed at which the model still speaks clearly
constexpr double kFastestSpeed = 2.0;  // fastest speed at which it does
constexpr uint64_t kNumSeeds = uint64_t{1} << 63;  // seeds run from 0 to one less than this
constexpr int kManifestFormat = 1;                 // version of the format of manifest.json

// Pauses between chunks, in seconds from the last sound of one to the first sound of the next.
constexpr double kLeadSeconds = 0.03;    // silence kept before the first sound of a later chunk; part of the pause
constexpr double kOpeningSeconds = 0.1;  // silence kept before the first sound of all
constexpr double kClosingSeconds = 0.3;  // silence kept after the last sound of all
constexpr double kSentencePause = 0.45;  // pause after a sentence
constexpr double kLongestPause = 3600;   // longest pause that a phoneme line may ask for
constexpr double kSilenceDb = -55.0;     // a window is silent below this power, relative to the loudest window
constexpr int64_t kSilenceWindow = kSampleRate / 200;  // samples over which power is measured: 5 ms
constexpr int64_t kCrossfade = kSampleRate / 200;      // samples over which chunks meet: 5 ms

// The early window of a chunk.
constexpr double kOnsetSeconds = 0.08;  // sound may begin this long before the opening silence's duration ends
constexpr double kWorthAWindow = 1.7;   // least length of a chunk with a window, in lengths of what the window renders
constexpr int64_t kContext = 8;         // half-frames on either side of a window that its sound depends on
constexpr int64_t kBlend = kSampleRate / 50;  // samples over which the exact sound takes over from a window: 20 ms

}  // namespace kokoro_fast
