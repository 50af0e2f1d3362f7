// A tile's input: activated, converted to the multiplier's type, ready to be multiplied.
#pragma once

#include "conv/conv_kernels.h"
#include "conv/conv_pack.h"

namespace kokoro_fast {

struct TileSource {
  const float* x;  // (steps, channels)
  int64_t steps;
  int64_t channels;
  int64_t row_bytes;  // of one converted row
  const ConvKernels& kernels;
  RowActivation activation;
};

struct TileInput {
  const uint8_t* rows;
  float step;  // int8: an activation is (byte - zero_point) * step
  float zero_point;
};

// Bytes of memory for n_rows rows.
int64_t tile_input_size(const TileSource& source, int64_t n_rows);

// Rows [first, first + n_rows) of the input into `memory`, zeros where the input has no such row.
TileInput make_tile_input(const TileSource& source, int64_t first, int64_t n_rows, uint8_t* memory);

}  // namespace kokoro_fast
