// Picks the instruction set: once, at the first call.
#include <array>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "vector_kernels.h"

namespace kokoro_fast {
namespace {

constexpr std::array<Isa, 3> kWidestFirst = {Isa::avx512, Isa::avx2, Isa::generic};

bool cpu_runs(Isa isa) {
#ifdef KOKORO_FAST_X86
  switch (isa) {
    case Isa::avx512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && cpu_runs(Isa::avx2);
    case Isa::avx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case Isa::generic:
      return true;
  }
#endif
  return isa == Isa::generic;
}

std::string usable_names() {
  std::string names;
  for (const Isa isa : kWidestFirst) {
    if (isa_supported(isa)) names += (names.empty() ? "" : ", ") + std::string(isa_name(isa));
  }
  return names;
}

Isa usable(const std::string& name) {
  for (const Isa isa : kWidestFirst) {
    if (name == isa_name(isa) && isa_supported(isa)) return isa;
  }
  throw std::invalid_argument("KOKORO_FAST_ISA: expected one that this build and CPU can use (" + usable_names() +
                              "), got " + name);
}

Isa choose() {
  const char* name = std::getenv("KOKORO_FAST_ISA");
  if (name != nullptr && *name != '\0') return usable(name);
  for (const Isa isa : kWidestFirst) {
    if (isa_supported(isa)) return isa;
  }
  return Isa::generic;
}

Isa& chosen() {
  static Isa isa = choose();  // a throw leaves it unset, so that every call reports the error
  return isa;
}

}  // namespace

const char* isa_name(Isa isa) {
  switch (isa) {
    case Isa::avx512:
      return "avx512";
    case Isa::avx2:
      return "avx2";
    case Isa::generic:
      break;
  }
  return "generic";
}

bool isa_compiled(Isa isa) {
#ifdef KOKORO_FAST_X86
  static_cast<void>(isa);
  return true;
#else
  return isa == Isa::generic;
#endif
}

bool isa_supported(Isa isa) { return isa_compiled(isa) && cpu_runs(isa); }

Isa isa_in_use() { return chosen(); }

void use_isa(Isa isa) { chosen() = usable(isa_name(isa)); }

const VectorKernels& vector_kernels() {
#ifdef KOKORO_FAST_X86
  switch (chosen()) {
    case Isa::avx512:
      return avx512::kernels;
    case Isa::avx2:
      return avx2::kernels;
    case Isa::generic:
      break;
  }
#endif
  return generic::kernels;
}

}  // namespace kokoro_fast
