// For int8, all activations of a tile share one step and one zero point, taken from the least and the greatest of them:
// a quiet moment keeps its detail beside a loud one, and nothing is clipped. Ranges fixed beforehand, per channel, were
// three times as far from float32 (docs/decisions/0022-int8-without-calibration.md).
#include "conv/conv_input.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace kokoro_fast {
namespace {

constexpr float kLeastStep = 1e-30F;  // step of a silent tile; the step and its inverse are normal numbers

int64_t float_row(const TileSource& source) {
  return (source.channels + kPanelColumns - 1) / kPanelColumns * kPanelColumns;
}

// Calls put(i, x) for every row i; x is null where the input has no such row.
template <class Put>
void for_rows(const TileSource& source, int64_t first, int64_t n_rows, Put put) {
  for (int64_t i = 0; i < n_rows; ++i) {
    const int64_t at = first + i;
    const bool exists = at >= 0 && at < source.steps;
    put(i, exists ? source.x + at * source.channels : nullptr);
  }
}

TileInput quantized(const TileSource& source, int64_t first, int64_t n_rows, uint8_t* memory) {
  const int64_t stride = float_row(source);
  auto* values = reinterpret_cast<float*>(memory);
  uint8_t* rows = memory + n_rows * stride * static_cast<int64_t>(sizeof(float));
  float low = 0;  // zero, the padding, is always in the range
  float high = 0;
  for_rows(source, first, n_rows, [&](int64_t i, const float* x) {
    float* row = values + i * stride;
    if (x == nullptr) {
      std::fill_n(row, source.channels, 0.0F);
    } else {
      source.kernels.activate(x, source.channels, source.activation, reinterpret_cast<uint8_t*>(row));
      source.kernels.widen_range(row, source.channels, &low, &high);
    }
  });
  const float step = std::max((high - low) / 255, kLeastStep);
  const float zero_point = std::round(-low / step);
  for (int64_t i = 0; i < n_rows; ++i) {
    source.kernels.quantize(values + i * stride, source.channels, 1 / step, zero_point, rows + i * source.row_bytes);
  }
  return {rows, step, zero_point};
}

}  // namespace

int64_t tile_input_size(const TileSource& source, int64_t n_rows) {
  const bool is_int8 = source.kernels.quantize != nullptr;
  return n_rows * (source.row_bytes + (is_int8 ? float_row(source) * static_cast<int64_t>(sizeof(float)) : 0));
}

TileInput make_tile_input(const TileSource& source, int64_t first, int64_t n_rows, uint8_t* memory) {
  if (source.kernels.quantize != nullptr) return quantized(source, first, n_rows, memory);
  for_rows(source, first, n_rows, [&](int64_t i, const float* x) {
    uint8_t* row = memory + i * source.row_bytes;
    if (x == nullptr) {
      std::memset(row, 0, source.row_bytes);
    } else {
      std::memset(row + source.row_bytes - 4, 0, 4);  // a last word that is not full must not hold NaN
      source.kernels.activate(x, source.channels, source.activation, row);
    }
  });
  return {memory, 1, 0};
}

}  // namespace kokoro_fast
