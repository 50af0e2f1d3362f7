// Writes WAV files of 16-bit samples. A file is complete, or it is not there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "kokoro_fast/status.h"

namespace kokoro_fast {

// Writes one file piece by piece, in constant memory: open, any number of writes, finish. The sound goes to a temporary
// file in the same folder, which takes the file's name in `finish` and is removed without it. A link is followed. The
// samples are those that src/kokoro_fast/audio/writer.py writes.
class WavWriter {
 public:
  static Result<WavWriter> open(const std::filesystem::path& path, int sample_rate);

  WavWriter(WavWriter&& other) noexcept;
  WavWriter& operator=(WavWriter&& other) noexcept;
  ~WavWriter();

  // Samples in [-1, 1]; after an error nothing more can be written.
  Status write(const float* samples, int64_t n_samples);
  Status finish();

 private:
  WavWriter() = default;
  Status put(const void* bytes, size_t n_bytes);
  Status fail(int error);
  void discard();

  std::filesystem::path path_;  // as given, for messages
  std::filesystem::path target_;
  std::filesystem::path temporary_;
  int file_ = -1;
  int sample_rate_ = 0;
  uint64_t n_bytes_ = 0;  // bytes of sound
};

}  // namespace kokoro_fast
