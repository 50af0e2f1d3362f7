// The native ops, loaded into torch once for the whole process.
#include <ATen/core/dispatch/Dispatcher.h>
#include <dlfcn.h>

#include <mutex>

#include "torch/model.h"

namespace kokoro_fast {
namespace {

bool ops_are_there() { return c10::Dispatcher::singleton().findSchema({"kokoro_fast::set_threads", ""}).has_value(); }

}  // namespace

Status load_op_library(const std::filesystem::path& file, const std::string& sha256) {
  static std::mutex mutex;
  static std::string loaded;  // checksum of the library that was loaded
  const std::lock_guard lock(mutex);
  if (loaded == sha256) return {};
  // Registering the ops twice would end the process.
  if (!loaded.empty()) {
    return {Code::mismatch, "expected the op library that this process has loaded already, sha256 " +
                                loaded.substr(0, 12) + "..., got " + sha256.substr(0, 12) + "..."};
  }
  if (ops_are_there()) {
    return {Code::mismatch,
            "expected a process without the kokoro_fast ops, but something else has loaded them into torch"};
  }
  if (dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL) == nullptr) {
    const char* reason = dlerror();
    return {Code::mismatch,
            std::string("expected a library that loads here, got: ") + (reason != nullptr ? reason : "no reason")};
  }
  if (!ops_are_there()) return {Code::mismatch, "expected a library with the kokoro_fast ops"};
  loaded = sha256;
  return {};
}

}  // namespace kokoro_fast
