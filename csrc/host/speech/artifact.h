// An artifact folder that has been opened: its model, its vocabulary, its voices.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "format/manifest.h"
#include "format/vocabulary.h"
#include "kokoro_fast/status.h"
#include "torch/model.h"

namespace kokoro_fast {

using Rows = std::shared_ptr<const std::vector<float>>;  // (510, 256): row n - 1 speaks n symbols

// May be used by several threads at once.
class Artifact {
 public:
  static Result<std::unique_ptr<Artifact>> open(const std::string& folder, int threads, bool verify);

  const Manifest& manifest() const { return manifest_; }
  const Vocabulary& vocabulary() const { return vocabulary_; }
  const std::vector<std::string>& voices() const { return voices_; }
  const Model& model() const { return *model_; }
  int threads() const { return threads_; }

  // Reads a voice when it is first asked for, and keeps it.
  Result<Rows> voice(const std::string& name);

 private:
  Artifact(Manifest manifest, Vocabulary vocabulary, int threads);
  Status load_model(bool verify);

  Manifest manifest_;
  Vocabulary vocabulary_;
  std::vector<std::string> voices_;
  int threads_;
  std::unique_ptr<Model> model_;
  std::mutex mutex_;  // guards loaded_voices_
  std::map<std::string, Rows> loaded_voices_;
};

}  // namespace kokoro_fast
