// Picks the convolution's inner loops for the instruction set in use.
#include <stdexcept>
#include <string>

#include "conv/conv_kernels.h"

namespace kokoro_fast {
namespace {

constexpr Precision kPrecisions[] = {Precision::fp32, Precision::bf16, Precision::int8};

}  // namespace

const ConvKernels* conv_kernels(Precision precision) {
#ifdef KOKORO_FAST_X86
  const Isa isa = isa_in_use();
  switch (precision) {
    case Precision::fp32:
      return isa == Isa::avx512 ? &avx512::conv_fp32 : isa == Isa::avx2 ? &avx2::conv_fp32 : &generic::conv_fp32;
    case Precision::bf16:
      return isa == Isa::avx512 && __builtin_cpu_supports("avx512bf16") ? &avx512::conv_bf16 : nullptr;
    case Precision::int8:
      return isa == Isa::avx512 && __builtin_cpu_supports("avx512vnni") ? &avx512::conv_int8 : nullptr;
  }
#endif
  return precision == Precision::fp32 ? &generic::conv_fp32 : nullptr;
}

ColumnMoments column_moments() {
#ifdef KOKORO_FAST_X86
  const Isa isa = isa_in_use();
  if (isa == Isa::avx512) return avx512::conv_moments;
  if (isa == Isa::avx2) return avx2::conv_moments;
#endif
  return generic::conv_moments;
}

const char* precision_name(Precision precision) {
  switch (precision) {
    case Precision::fp32:
      return "fp32";
    case Precision::bf16:
      return "bf16";
    case Precision::int8:
      break;
  }
  return "int8";
}

Precision precision_named(const char* name) {
  for (const Precision precision : kPrecisions) {
    if (std::string(name) == precision_name(precision)) return precision;
  }
  throw std::invalid_argument(std::string("precision: expected fp32, bf16 or int8, got ") + name);
}

bool precision_supported(Precision precision) { return conv_kernels(precision) != nullptr; }

}  // namespace kokoro_fast
