// The layout of a block of packed weights.
#pragma once

#include "conv/conv_kernels.h"

namespace kokoro_fast {

int64_t elements_per_word(Precision precision);

// Positions in bytes from the start of the block. All arrays but the panels are float32.
struct PackedLayout {
  int64_t words;     // in one row of activations
  int64_t n_panels;  // each kPanelColumns output columns, the last one padded with zeros
  int64_t bias;
  int64_t multiplier, weight_sum;  // int8 only
  int64_t panels, panel_step;
  int64_t size;
};
PackedLayout packed_layout(const PackedShape& shape);

// The shape of a block that packed_shape() accepted before.
PackedShape packed_header(const uint8_t* packed);

}  // namespace kokoro_fast
