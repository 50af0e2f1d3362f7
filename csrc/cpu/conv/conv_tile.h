// The register tile, written once for all instruction sets and precisions. Included by the files that are compiled per
// instruction set.
//
// kTileRows rows times up to kGroupPanels panels of sums stay in registers over all taps and channels: per word of a
// row there are `vectors` loads of weights and kTileRows broadcasts for kTileRows * vectors multiplications.
#pragma once

#include "conv/conv_kernels.h"
#include "vectors.h"

namespace kokoro_fast {
namespace {  // each instruction set has its own copy

#if defined(__AVX512F__)
constexpr int kPanelsAtOnce = kGroupPanels;
constexpr int kRowsAtOnce = 6;
#elif defined(__AVX2__) || defined(__aarch64__)
constexpr int kPanelsAtOnce = 1;
constexpr int kRowsAtOnce = 6;
#else  // 16 registers of 4 floats
constexpr int kPanelsAtOnce = 1;
constexpr int kRowsAtOnce = 2;
#endif
constexpr int kVectorsPerPanel = kPanelColumns / kLanes;
static_assert(kTileRows % kRowsAtOnce == 0);

// The epilogue of one row: the steps after the sums. `sums` holds kVectors vectors.
template <int kVectors>
inline void finish_row(const TileProduct& p, const Floats* sums, int64_t row, int64_t column, int64_t n_columns) {
  float* y = p.y + row * p.y_stride + column;
  const float* residual = p.residual ? p.residual + row * p.residual_stride + column : nullptr;
  if (n_columns == kVectors * kLanes) {
    for (int v = 0; v < kVectors; ++v) {
      Floats value = sums[v];
      if (residual) value += load_floats(residual + v * kLanes);
      value *= p.gain;
      if (p.accumulate) value += load_floats(y + v * kLanes);
      store_floats(y + v * kLanes, value);
    }
    return;
  }
  float buffer[kVectors * kLanes];
  for (int v = 0; v < kVectors; ++v) store_floats(buffer + v * kLanes, sums[v]);
  for (int64_t c = 0; c < n_columns; ++c) {
    const float value = (buffer[c] + (residual ? residual[c] : 0.0F)) * p.gain;
    y[c] = p.accumulate ? y[c] + value : value;
  }
}

// Prefetches the memory that finish_row will need thousands of cycles later: rows are far apart, and no CPU's own
// prefetcher predicts them.
template <int kRows, int kPanels>
inline void prefetch_results(const TileProduct& p, int64_t row, int64_t column) {
  for (int r = 0; r < kRows && row + r < p.n_rows; ++r) {
    for (int line = 0; line < kPanels; ++line) {
      const int64_t at = column + line * kPanelColumns;
      __builtin_prefetch(p.y + (row + r) * p.y_stride + at, 1);
      if (p.residual) __builtin_prefetch(p.residual + (row + r) * p.residual_stride + at);
    }
  }
}

// Rows [row, row + kRows) times kPanels panels from `panel` on.
template <class Type, int kRows, int kPanels>
inline void register_tile(const TileProduct& p, int64_t row, int64_t panel) {
  constexpr int kVectors = kPanels * kVectorsPerPanel;
  prefetch_results<kRows, kPanels>(p, row, panel * kPanelColumns);
  using Sums = typename Type::Sums;
  Sums sums[kRows][kVectors];
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) sums[r][v] = Sums{};
  }
  const uint8_t* weights = p.panels + panel * p.panel_step;
  for (int64_t tap = 0; tap < p.taps; ++tap) {
    const uint8_t* rows = p.rows + row * p.row_step + tap * p.tap_step;
    for (int64_t word = 0; word < p.words; ++word) {
      typename Type::Weights w[kVectors];
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) {
        w[v] = Type::load(weights + (v / kVectorsPerPanel) * p.panel_step + (v % kVectorsPerPanel) * kLanes * 4);
      }
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) {
        const auto x = Type::broadcast(rows + r * p.row_step + word * 4);
#pragma GCC unroll 8
        for (int v = 0; v < kVectors; ++v) Type::multiply_add(sums[r][v], x, w[v]);
      }
      weights += kPanelColumns * 4;
    }
  }
  const int64_t column = panel * kPanelColumns;
  const int64_t columns_left = p.n_columns - column;
  const int64_t n_columns = columns_left < kPanels * kPanelColumns ? columns_left : kPanels * kPanelColumns;
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
    if (row + r >= p.n_rows) break;
    Floats finished[kVectors];
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      finished[v] =
          Type::finish(sums[r][v], p.multiplier + column + v * kLanes) + load_floats(p.bias + column + v * kLanes);
    }
    finish_row<kVectors>(p, finished, row + r, column, n_columns);
  }
}

// Multiplies all rows, the last ones in the smallest tile that holds them. A short sentence has two dozen symbols,
// often two more than fill whole tiles, and a tile that is a third full takes as long as a full one.
template <class Type, int kPanels>
void all_rows(const TileProduct& p, int64_t panel) {
  constexpr int kFour = kRowsAtOnce < 4 ? kRowsAtOnce : 4;
  int64_t row = 0;
  for (; row + kRowsAtOnce <= p.n_rows; row += kRowsAtOnce) register_tile<Type, kRowsAtOnce, kPanels>(p, row, panel);
  const int64_t left = p.n_rows - row;
  if (left > kFour) return register_tile<Type, kRowsAtOnce, kPanels>(p, row, panel);
  if (left > 2) return register_tile<Type, kFour, kPanels>(p, row, panel);
  if (left > 0) register_tile<Type, 2, kPanels>(p, row, panel);
}

template <class Type>
void multiply(const TileProduct& p) {
  if constexpr (kPanelsAtOnce == 1) {
    for (int64_t panel = 0; panel < p.n_panels; ++panel) all_rows<Type, 1>(p, panel);
  } else {
    switch (p.n_panels) {
      case 1:
        return all_rows<Type, 1>(p, 0);
      case 2:
        return all_rows<Type, 2>(p, 0);
      case 3:
        return all_rows<Type, 3>(p, 0);
      default:
        return all_rows<Type, 4>(p, 0);
    }
  }
}

}  // namespace
}  // namespace kokoro_fast
