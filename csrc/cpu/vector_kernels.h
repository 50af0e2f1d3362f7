// The innermost loops. vector_kernels.cpp is compiled once per instruction set; isa.cpp picks one table at run time.
#pragma once

#include <cstdint>

#include "kokoro_fast/kernels.h"
#include "lstm_loops.h"
#include "source_loops.h"

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
  // The same for exp(log_magnitude) * exp(i * sin(angle)).
  void (*exp_polar)(const float* log_magnitude, const float* angle, int64_t n, float* real, float* imaginary);
  // Magnitude and phase of n complex numbers, real and imaginary parts by turns.
  void (*to_polar)(const float* complex, int64_t n, float* magnitude, float* phase);
  // sum += factor * x.
  void (*multiply_add)(float factor, const float* x, int64_t n, float* sum);
  const SourceLoops* source;
  const LstmLoops* lstm;
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
