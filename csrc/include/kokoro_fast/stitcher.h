// Joins the sound of chunks on one timeline: trims, pauses, equal-power crossfades. src/kokoro_fast/synthesis/
// stitcher.py is the reference and says how two chunks meet; this class gives the same samples to the bit.
#pragma once

#include <cstdint>
#include <vector>

namespace kokoro_fast {

// begin, any number of push, end, and so on; flush after the last chunk. Counts are in samples. Every misuse throws
// std::invalid_argument and leaves the state as it was. For one thread at a time.
class Stitcher {
 public:
  // `crossfade` samples overlap where two chunks meet, and as many are held back.
  explicit Stitcher(int64_t crossfade);

  // Announces a chunk of which the two ends are dropped and which `pause` zeros follow. Returns the position on the
  // timeline of its first kept sample.
  int64_t begin(int64_t n_samples, int64_t trim_head, int64_t trim_tail, int64_t pause);
  // Takes the next samples of the chunk; returns those of the timeline that can no longer change.
  std::vector<float> push(const float* samples, int64_t n_samples);
  // Says late that the open chunk ends sooner than `begin` was told, before any sample of that end came.
  void set_end(int64_t trim_tail, int64_t pause);
  void end();
  // Returns what was held back; the stitcher is then as new.
  std::vector<float> flush();
  // Drops what is held back; the stitcher is then as new.
  void cancel();

  // Length of the timeline: all that was returned, is held back, or is owed as a pause.
  int64_t position() const { return position_; }

 private:
  void expect_closed(const char* call) const;
  int64_t meet_previous(int64_t kept);
  void fade_in(float* piece, int64_t n_samples, int64_t at);
  void fade_out_before_pause();

  int64_t crossfade_;
  int64_t position_ = 0;
  int64_t pause_ = 0;         // silence owed after the sound so far
  std::vector<float> held_;   // end of the last chunk that kept a sample
  std::vector<float> under_;  // faded end of the chunk before, to be mixed under the open one
  std::vector<float> fade_;   // rise of the open chunk's first samples
  std::vector<float> ready_;  // final, to be returned by the next push

  bool open_ = false;
  int64_t n_samples_ = 0;
  int64_t received_ = 0;
  int64_t head_ = 0;
  int64_t kept_ = 0;
  int64_t next_pause_ = 0;
};

}  // namespace kokoro_fast
