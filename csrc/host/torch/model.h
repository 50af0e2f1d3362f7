// The two stages of the model, whatever runs them. This header is free of torch's headers, which cost half a minute of
// compiling a file.
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

// One utterance on its way from durations to sound. T tokens, F frames. May be used by one thread at a time.
class Utterance {
 public:
  virtual ~Utterance() = default;
  // Frames that each token would last at speed 1, (T,).
  virtual const std::vector<float>& expected_frames() const = 0;
  // Must be called once, before the methods below. frames (F,): the token that each frame belongs to.
  virtual void set_frames(const std::vector<int64_t>& frames, const Noise& noise) = 0;
  // The whole sound, 600 F samples.
  virtual std::vector<float> whole() = 0;
  // Samples begin to end, both multiples of 300, by predicted statistics and before the whole. Only for a model that
  // has_windows.
  virtual std::vector<float> window(int64_t begin, int64_t end) = 0;
};

// May be used by several threads at once. Every method throws what torch throws.
class Model {
 public:
  virtual ~Model() = default;
  virtual bool has_windows() const = 0;
  // ids with the boundary ids (T,); style (256,).
  virtual std::unique_ptr<Utterance> predict(const std::vector<int64_t>& ids, const float* style) const = 0;
};

struct ModelOptions {
  int threads;
  bool native_ops;  // the model calls the ops of libkokoro_fast_ops, which must be loaded before it
};
std::unique_ptr<Model> load_torchscript(const std::filesystem::path& file, const ModelOptions& options);
std::unique_ptr<Model> load_aoti(const std::filesystem::path& file, const ModelOptions& options);

// Loads the ops of a libkokoro_fast_ops into torch. A process can load them once: another folder's library must have
// the same checksum. Errors do not name the file.
Status load_op_library(const std::filesystem::path& file, const std::string& sha256);

// The version of the torch in this process, such as "2.13.0".
std::string torch_version();
// The beginning of the version that this library was compiled for, such as "2.13.".
std::string torch_version_of_headers();

}  // namespace kokoro_fast
