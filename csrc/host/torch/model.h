// The two stages of the model, whatever runs them. No torch in here: torch's headers cost half a minute a file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "kokoro_fast/status.h"

namespace kokoro_fast {

struct Noise {
  uint64_t seed;
  float loudness;
};

// One utterance on its way from durations to sound. T tokens, F frames. For one thread at a time.
class Utterance {
 public:
  virtual ~Utterance() = default;
  // Frames that each token would last at speed 1, (T,).
  virtual const std::vector<float>& expected_frames() const = 0;
  // Once, before what follows. frames (F,): the token that each frame belongs to.
  virtual void set_frames(const std::vector<int64_t>& frames, const Noise& noise) = 0;
  // 600 F samples.
  virtual std::vector<float> whole() = 0;
  // Samples begin to end, both multiples of 300, early and by guessed statistics; only of a model that has_windows.
  virtual std::vector<float> window(int64_t begin, int64_t end) = 0;
};

// May be used by several threads at once. Everything of it throws what torch throws.
class Model {
 public:
  virtual ~Model() = default;
  virtual bool has_windows() const = 0;
  // ids with the boundary ids (T,); style (256,).
  virtual std::unique_ptr<Utterance> predict(const std::vector<int64_t>& ids, const float* style) const = 0;
};

struct ModelOptions {
  int threads;
  bool native_ops;  // the model calls those of libkokoro_fast_ops, which must be loaded before
};
std::unique_ptr<Model> load_torchscript(const std::filesystem::path& file, const ModelOptions& options);
std::unique_ptr<Model> load_aoti(const std::filesystem::path& file, const ModelOptions& options);

// Gives torch the ops of a libkokoro_fast_ops. They can be given once in a process: another folder's library must have
// the same checksum. Errors do not name the file.
Status load_op_library(const std::filesystem::path& file, const std::string& sha256);

// Of the torch in this process, such as "2.13.0"; and the beginning of the one that this was compiled for, "2.13.".
std::string torch_version();
std::string torch_version_of_headers();

}  // namespace kokoro_fast
