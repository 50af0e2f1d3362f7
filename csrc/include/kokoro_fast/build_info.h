// What the library was built from and with.
#pragma once

#include <cstdint>

namespace kokoro_fast {

struct BuildInfo {
  const char* version;
  const char* compiler;
  const char* torch_version;  // of the headers
  uint64_t torch_target;      // oldest stable interface used: major, minor and patch in the three highest bytes
};
BuildInfo build_info();

}  // namespace kokoro_fast
