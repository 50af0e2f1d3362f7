// The innermost loops. vector_kernels.cpp is compiled once per instruction set; isa.cpp picks one table at run time.
#pragma once

#include <cstdint>

#include "kokoro_fast/kernels.h"

namespace kokoro_fast {

struct Moments {
  double mean;
  double variance;  // biased
};

struct VectorKernels {
  // Mean and variance of n >= 1 values.
  Moments (*moments)(const float* x, int64_t n);
  // y = snake((x - mean) * gain + offset) with the given alpha.
  void (*affine_snake)(const float* x, int64_t n, float mean, float gain, float offset, float alpha, float* y);
  // real + i * imaginary = magnitude * exp(i * phase).
  void (*polar)(const float* magnitude, const float* phase, int64_t n, float* real, float* imaginary);
  // sum += factor * x.
  void (*multiply_add)(float factor, const float* x, int64_t n, float* sum);
};

// The table of isa_in_use().
const VectorKernels& vector_kernels();

namespace generic {
extern const VectorKernels kernels;
}
namespace avx2 {
extern const VectorKernels kernels;
}
namespace avx512 {
extern const VectorKernels kernels;
}

}  // namespace kokoro_fast
