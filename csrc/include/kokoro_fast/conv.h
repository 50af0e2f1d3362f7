// One-dimensional convolution over activations stored [time, channel], with what surrounds it in the model done on the
// way in (normalization, style, activation, conversion to the multiplier's type) and on the way out (bias, residual,
// statistics for the next normalization). No torch, no Python.
//
// Shapes: T time steps, C channels, K taps. "in" and "out" name the side of the convolution.
#pragma once

#include <cstdint>

#include "kokoro_fast/kernels.h"

namespace kokoro_fast {

// The number format of the factors. Sums are float32, or int32 for int8 (unsigned activations, signed weights).
enum class Precision : int32_t { fp32, bf16, int8 };
const char* precision_name(Precision precision);
// Throws std::invalid_argument unless the name is one of "fp32", "bf16", "int8".
Precision precision_named(const char* name);
// Whether the instruction set in use has the precision.
bool precision_supported(Precision precision);

// Weights in the order in which the kernels read them: one block of memory that describes itself. The order is the same
// for every instruction set.
struct ConvWeights {
  const float* weight;  // (C_out, C_in, K), as torch has it
  const float* bias;    // (C_out,) or null
  int64_t channels_out;
  int64_t channels_in;
  int64_t taps;
  Precision precision;
};
int64_t packed_size(const ConvWeights& weights);  // bytes
// `packed` aligned to 64 bytes. Throws std::invalid_argument if a weight or a bias is not finite in the precision, or
// if the sums of int8 could be too large.
void pack(const ConvWeights& weights, uint8_t* packed);

// The shape in the header of a block of packed weights. Throws std::invalid_argument if it is no such block.
struct PackedShape {
  int64_t channels_out;
  int64_t channels_in;
  int64_t taps;
  Precision precision;
};
PackedShape packed_shape(const uint8_t* packed, int64_t size);

// The activation of channel c before the convolution: v = (x - mean) * gain + offset, then Snake v + sin(alpha v)^2 /
// alpha, or a leaky ReLU where alpha is null. Time steps outside the input are zero after the activation.
struct Activation {
  const float* mean;    // (C_in,)
  const float* gain;    // (C_in,)
  const float* offset;  // (C_in,)
  const float* alpha;   // (C_in,) or null
  float slope;          // slope of the leaky ReLU for negative values; 1 leaves values as they are
};

struct Conv {
  const float* x;  // (T_in, C_in), rows dense
  Activation activation;
  const uint8_t* packed;  // accepted by packed_shape(), aligned to 4 bytes
  const float* residual;  // (T_out, C_out), rows dense, or null
  float* y;               // (T_out, C_out), rows y_stride apart; may be `residual`, may not overlap x
  float* moments;         // (2, C_out) mean and biased variance of y over time, or null
  int64_t steps_in;       // T_in, at least 1
  int64_t steps_out;      // T_out, at least 1
  int64_t y_stride;
  int64_t dilation;
  int64_t stride;
  int64_t padding;  // zeros before the first step; there are as many after the last as T_out asks for
  float gain;       // y = (conv + bias + residual) * gain, added to what y holds if `accumulate`
  bool accumulate;
};
// Throws std::invalid_argument if the instruction set in use lacks the precision, and std::bad_alloc.
void conv(const Conv& args, ParallelFor parallel_for);

// Mean and biased variance of each channel over time: x (T, C) -> moments (2, C).
void channel_moments(const float* x, int64_t steps, int64_t channels, float* moments, ParallelFor parallel_for);

// A residual block of the generator: n_pairs times x = x + conv(act(conv(act(x)))), every activation AdaIN and Snake.
struct ResBlock {
  const float* x;                // (T, C)
  const float* style;            // (2 * n_pairs, 2, C) scale and shift of every AdaIN
  const float* alpha;            // (2 * n_pairs, C)
  const uint8_t* const* packed;  // 2 * n_pairs blocks of packed weights, C -> C
  const int64_t* dilations;      // (2 * n_pairs,)
  const float* given_moments;    // (2 * n_pairs, 2, C) mean and variance to normalize with, or null to gather them
  float* moments;                // (2 * n_pairs, 2, C) the mean and variance that were used
  float* y;                      // (T, C): the result is written here, or added
  int64_t steps;                 // T
  int64_t channels;
  int64_t n_pairs;
  bool accumulate;
};
void resblock(const ResBlock& args, ParallelFor parallel_for);

}  // namespace kokoro_fast
