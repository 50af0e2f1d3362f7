#include "kokoro_fast/build_info.h"

#ifndef KOKORO_FAST_VERSION
#define KOKORO_FAST_VERSION ""
#define KOKORO_FAST_TORCH_VERSION ""
#define KOKORO_FAST_TORCH_TARGET 0ULL
#endif

namespace kokoro_fast {

BuildInfo build_info() {
#ifdef __clang__
  const char* compiler = "Clang " __clang_version__;
#else
  const char* compiler = "GCC " __VERSION__;
#endif
  return {KOKORO_FAST_VERSION, compiler, KOKORO_FAST_TORCH_VERSION, KOKORO_FAST_TORCH_TARGET};
}

}  // namespace kokoro_fast
