// The inner loops of the convolution, one table per instruction set and precision. conv.cpp calls them tile by tile.
//
// A word is 32 bits of one row of activations along its channels: 1 float, 2 bf16 or 4 bytes. All precisions share one
// loop: a word of a row, broadcast, is multiplied with a vector of words of the weights.
#pragma once

#include <cstdint>

#include "kokoro_fast/conv.h"

namespace kokoro_fast {

constexpr int64_t kPanelColumns = 16;  // columns of the output that lie side by side in packed weights
constexpr int64_t kTileRows = 6;       // rows of the output that one register tile holds
constexpr int64_t kGroupPanels = 4;    // most panels that a register tile takes at once

// Rows of the input, ready to be multiplied, times panels of weights.
struct TileProduct {
  const uint8_t* rows;      // n_rows (rounded up to kTileRows) input rows, row_step bytes apart
  const uint8_t* panels;    // n_panels panels of (taps, words, kPanelColumns) words, panel_step bytes apart
  const float* multiplier;  // per output column; int8 only
  const float* bias;        // per output column
  const float* residual;    // or null
  float* y;
  int64_t row_step, tap_step, panel_step;  // bytes
  int64_t residual_stride, y_stride;       // floats
  int64_t taps, words;
  int64_t n_rows, n_columns, n_panels;  // n_panels <= kGroupPanels
  float gain;
  bool accumulate;
};

// How one row of activations is made: `Activation` as arrays that may be read up to a multiple of kPanelColumns.
struct RowActivation {
  const float* mean;
  const float* gain;
  const float* offset;
  const float* turns;  // alpha / pi, or null for a leaky ReLU
  const float* inverse_alpha;
  float slope;
};

struct ConvKernels {
  // One row of n channels to words, or for int8 to n floats; bytes beyond the last channel are left alone.
  void (*activate)(const float* x, int64_t n, const RowActivation& how, uint8_t* row);
  void (*multiply)(const TileProduct& product);
  // int8 only, null in the others: the least and the greatest value so far; floats to bytes.
  void (*widen_range)(const float* x, int64_t n, float* low, float* high);
  void (*quantize)(const float* x, int64_t n, float steps_per_unit, float zero_point, uint8_t* bytes);
};

// Null where the instruction set in use lacks the precision.
const ConvKernels* conv_kernels(Precision precision);

// Per column of n_rows >= 1 rows: mean, and sum of squared deviations from it.
using ColumnMoments = void (*)(const float* x, int64_t stride, int64_t n_rows, int64_t n_columns, float* mean,
                               float* squares);
ColumnMoments column_moments();

namespace generic {
extern const ConvKernels conv_fp32;
extern const ColumnMoments conv_moments;
}  // namespace generic
namespace avx2 {
extern const ConvKernels conv_fp32;
extern const ColumnMoments conv_moments;
}  // namespace avx2
namespace avx512 {
extern const ConvKernels conv_fp32, conv_bf16, conv_int8;
extern const ColumnMoments conv_moments;
}  // namespace avx512

}  // namespace kokoro_fast
