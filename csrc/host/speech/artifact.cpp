#include "speech/artifact.h"

#include <algorithm>
#include <future>

#include "base/status_from.h"
#include "base/threads.h"
#include "format/voices.h"

namespace kokoro_fast {
namespace {

constexpr int kMostThreads = 256;
constexpr const char* kOpLibrary = "libkokoro_fast_ops.so";

// The entry of a file that a folder of this kind must have.
Result<const FileEntry*> entry_of(const Manifest& manifest, const std::string& name) {
  const FileEntry* entry = manifest.find_file(name);
  if (entry == nullptr) return manifest.refusal(Code::damaged_file, "manifest.json", "expected a file " + name);
  return entry;
}

Status load_ops(const Manifest& manifest) {
  const Result<const FileEntry*> entry = entry_of(manifest, kOpLibrary);
  if (!entry) return entry.status();
  if (Status status = check_file(manifest, **entry); !status) return status;  // before any of its code runs
  const Result<std::filesystem::path> path = path_of(manifest, **entry);
  if (!path) return path.status();
  const Status loaded = load_op_library(*path, (*entry)->sha256);
  return loaded ? loaded : manifest.refusal(loaded.code(), kOpLibrary, loaded.message());
}

}  // namespace

Artifact::Artifact(Manifest manifest, Vocabulary vocabulary, int threads)
    : manifest_(std::move(manifest)),
      vocabulary_(std::move(vocabulary)),
      voices_(list_voices(manifest_)),
      threads_(threads > 0 ? threads : default_threads()) {}

Result<std::unique_ptr<Artifact>> Artifact::open(const std::string& folder, int threads, bool verify) {
  if (threads < 0 || threads > kMostThreads) {
    return Status(Code::bad_argument,
                  "threads: expected 0 to " + std::to_string(kMostThreads) + ", got " + std::to_string(threads));
  }
  Result<Manifest> manifest = read_manifest(folder);
  if (!manifest) return manifest.status();
  if (manifest->kind != "torchscript" && manifest->kind != "aoti") {
    return manifest->refusal(Code::mismatch, "manifest.json",
                             "expected kind torchscript or aoti, got " + manifest->kind);
  }
  if (torch_version().rfind(torch_version_of_headers(), 0) != 0) {
    return Status(Code::mismatch, "expected libtorch " + torch_version_of_headers() +
                                      "x, which libkokoro_host was built with, got " + torch_version());
  }
  if (Status status = check_machine(*manifest, torch_version()); !status) return status;
  Result<Vocabulary> vocabulary = Vocabulary::read(*manifest);
  if (!vocabulary) return vocabulary.status();
  std::unique_ptr<Artifact> artifact(new Artifact(std::move(*manifest), std::move(*vocabulary), threads));
  if (Status status = artifact->load_model(verify); !status) return status;
  return artifact;
}

Status Artifact::load_model(bool verify) {
  const bool native_ops = manifest_.ops == "native";
  const bool is_aoti = manifest_.kind == "aoti";
  const ModelOptions options{threads_, native_ops};
  if (native_ops) {
    if (Status status = load_ops(manifest_); !status) return status;
  }
  const Result<const FileEntry*> entry = entry_of(manifest_, is_aoti ? "model.pt2" : "model.pt");
  if (!entry) return entry.status();
  const Result<std::filesystem::path> path = path_of(manifest_, **entry);
  if (!path) return path.status();

  const auto load = [&](auto loader) {
    return status_from(Code::damaged_file, [&]() -> Status {
      model_ = loader(*path, options);
      return {};
    });
  };
  const auto check = [&]() -> Status { return verify ? check_file(manifest_, **entry) : Status(); };
  Status checked;
  Status loaded;
  if (is_aoti) {  // the model holds machine code, which runs as soon as it is loaded
    checked = check();
    if (checked) loaded = load(load_aoti);
  } else {  // torch reads the model while the checksum is computed
    std::future<Status> checking = std::async(std::launch::async, check);
    loaded = load(load_torchscript);
    checked = checking.get();
  }
  if (!checked) return checked;
  if (loaded.code() == Code::out_of_memory) return loaded;
  if (!loaded) {
    return manifest_.refusal(loaded.code(), (*entry)->name,
                             "expected a model that torch loads, got: " + loaded.message());
  }
  return {};
}

Result<Rows> Artifact::voice(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (const auto found = loaded_voices_.find(name); found != loaded_voices_.end()) return found->second;
  Result<std::vector<float>> rows = load_voice(manifest_, name);
  if (!rows) return rows.status();
  return loaded_voices_[name] = std::make_shared<const std::vector<float>>(std::move(*rows));
}

}  // namespace kokoro_fast
