// A small artifact folder for tests. Its "model" is no model.
#pragma once

#include <cstring>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "format/manifest.h"
#include "format/voices.h"
#include "support/scratch.h"

class SmallArtifact : public Scratch {
 public:
  static constexpr const char* kCommand = "kokoro-fast export torchscript -o DIR --ops torch --precision fp32";

  SmallArtifact() {
    std::vector<float> rows(510 * 256);
    for (size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<float>(i) / 1000;
    std::string voice(rows.size() * sizeof(float), '\0');
    std::memcpy(voice.data(), rows.data(), voice.size());
    add("vocabulary.json", R"({" ": 16, "a": 43, "ə": 83, "ˈ": 156})");
    add("voices/af_heart.bin", voice);
    add("voices/am_adam.bin", voice);
    add("model.pt", std::string(300'000, 'm'));
    write_manifest();
  }

  // Writes a file and remembers it for the manifest.
  void add(const std::string& name, const std::string& content) {
    write(name, content);
    files_[name] =
        R"({"bytes": )" + std::to_string(content.size()) + R"(, "sha256": ")" + kokoro_fast::sha256(content) + "\"}";
  }

  std::string manifest() const {
    std::string files;
    for (const auto& [name, entry] : files_)
      files += (files.empty() ? "\n  " : ",\n  ") + ('"' + name + "\": " + entry);
    return std::string(R"({
 "format": 1, "kind": "torchscript", "ops": "torch", "precision": "fp32",
 "created_by": "kokoro-fast 0.1.0",
 "command": ")") +
           kCommand + R"(",
 "torch": "2.13.0", "needs": [], "device": "cpu",
 "weights_sha256": "8fbea51ea711f2af382e88c833d9e288c6dc82ce5e98421ea61c058ce21a34cb",
 "sample_rate": 24000, "samples_per_frame": 600, "max_symbols": 510,
 "files": {)" +
           files + R"(},
 "graphs": [{"name": "predict", "file": "model.pt",
   "inputs": [{"name": "input_ids", "dtype": "int64", "shape": [1, "T"], "unit": "symbol ids"}],
   "outputs": [{"name": "expected_frames", "dtype": "float32", "shape": [1, "T"], "unit": "frames"}]}]
})";
  }

  void write_manifest() const { write("manifest.json", manifest()); }

  // The manifest with `from` replaced.
  std::string edited(const std::string& from, const std::string& to) const {
    std::string text = manifest();
    const size_t at = text.find(from);
    if (at == std::string::npos) throw std::runtime_error("manifest without " + from);
    return text.replace(at, from.size(), to);
  }

  kokoro_fast::Manifest load() const {
    const auto manifest = kokoro_fast::read_manifest(path());
    if (!manifest) throw std::runtime_error(manifest.message());
    return *manifest;
  }

 private:
  std::map<std::string, std::string> files_;
};
