// Compiled once per instruction set, with KOKORO_FAST_ISA naming it: the convolution in float32, and column statistics.
#include "conv/conv_activation.h"
#include "conv/conv_tile.h"

namespace kokoro_fast {
namespace KOKORO_FAST_ISA {
namespace {

struct Fp32 {
  using Sums = Floats;
  using Weights = Floats;
  static Weights load(const uint8_t* from) { return *reinterpret_cast<const UnalignedFloats*>(from); }
  static float broadcast(const uint8_t* from) { return *reinterpret_cast<const float*>(from); }
  static void multiply_add(Sums& sums, float x, Weights w) { sums += x * w; }
  static Floats finish(Sums sums, const float*) { return sums; }
};

void activate(const float* x, int64_t n, const RowActivation& how, uint8_t* words) {
  activate_row<float, 6>(x, n, how, reinterpret_cast<float*>(words),
                         [](Floats values, int64_t, float* to) { store_floats(to, values); });
}

// Deviations are taken from the first row: near enough to the mean for float32 to hold their squares.
void moments(const float* x, int64_t stride, int64_t n_rows, int64_t n_columns, float* __restrict mean,
             float* __restrict squares) {
  const float weight = 1.0F / static_cast<float>(n_rows);
  int64_t c = 0;
  for (; c + kLanes <= n_columns; c += kLanes) {
    const Floats pivot = load_floats(x + c);
    Floats sum = {};
    Floats sum_of_squares = {};
    for (int64_t row = 1; row < n_rows; ++row) {
      const Floats deviation = load_floats(x + row * stride + c) - pivot;
      sum += deviation;
      sum_of_squares += deviation * deviation;
    }
    store_floats(mean + c, pivot + sum * weight);
    store_floats(squares + c, sum_of_squares - sum * sum * weight);
  }
  for (; c < n_columns; ++c) {
    float sum = 0;
    float sum_of_squares = 0;
    for (int64_t row = 1; row < n_rows; ++row) {
      const float deviation = x[row * stride + c] - x[c];
      sum += deviation;
      sum_of_squares += deviation * deviation;
    }
    mean[c] = x[c] + sum * weight;
    squares[c] = sum_of_squares - sum * sum * weight;
  }
}

}  // namespace

extern const ConvKernels conv_fp32;
const ConvKernels conv_fp32 = {activate, multiply<Fp32>, nullptr, nullptr};
extern const ColumnMoments conv_moments;
const ColumnMoments conv_moments = moments;

}  // namespace KOKORO_FAST_ISA
}  // namespace kokoro_fast
