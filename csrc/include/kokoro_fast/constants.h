// The numbers that Python and C++ must agree on, one a line: a test compares this file with Python's constants. The
// reasons and sources stand there: src/kokoro_fast/config.py, synthesis/pauses.py, synthesis/early_window.py.
#pragma once

#include <cstdint>

namespace kokoro_fast {

// The model.
constexpr int kSampleRate = 24000;                 // Hz
constexpr int kSamplesPerFrame = 600;              // of one duration frame
constexpr int kMaxSymbols = 510;                   // phoneme symbols of one call; also the rows of a voice
constexpr int kStyleDim = 256;                     // values in one row of a voice
constexpr int64_t kBoundaryId = 0;                 // before and after every utterance; the id of no symbol
constexpr int64_t kNumIds = 178;                   // ids that the model knows
constexpr double kSlowestSpeed = 0.5;              // the model speaks clearly from here
constexpr double kFastestSpeed = 2.0;              // to here
constexpr uint64_t kNumSeeds = uint64_t{1} << 63;  // seeds run from 0 to one below
constexpr int kManifestFormat = 1;                 // of manifest.json

// Pauses between chunks, in seconds from the last sound of one to the first sound of the next.
constexpr double kLeadSeconds = 0.03;    // silence kept before the first sound of a later chunk; part of the pause
constexpr double kOpeningSeconds = 0.1;  // silence kept before the first sound of all
constexpr double kClosingSeconds = 0.3;  // silence kept after the last sound of all
constexpr double kSentencePause = 0.45;  // after a sentence
constexpr double kLongestPause = 3600;   // that a phoneme line may ask for
constexpr double kSilenceDb = -55.0;     // power below which a window is silent, from the loudest window
constexpr int64_t kSilenceWindow = kSampleRate / 200;  // samples over which power is measured: 5 ms
constexpr int64_t kCrossfade = kSampleRate / 200;      // samples over which chunks meet: 5 ms

// The early window of a chunk.
constexpr double kOnsetSeconds = 0.08;  // sound may begin this long before the opening silence's duration ends
constexpr double kWorthAWindow = 1.7;   // a chunk with a window is at least this many times what the window renders
constexpr int64_t kHalo = 8;            // half-frames on either side of a window that its sound depends on
constexpr int64_t kBlend = kSampleRate / 50;  // samples over which the exact sound takes over from a window: 20 ms

}  // namespace kokoro_fast
