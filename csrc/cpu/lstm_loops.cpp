// Compiled once per instruction set, with KOKORO_FAST_ISA naming it.
#include "lstm_loops.h"

#include "kokoro_fast/kernels.h"
#include "vector_math.h"
#include "vectors.h"

namespace kokoro_fast {
namespace KOKORO_FAST_ISA {
namespace {

constexpr int kVectors = kLstmPanel / kLanes;

// One panel's sums stay in registers over the whole state; the weights are read once, from front to back.
void add_product(const float* weight, const float* state, int64_t hidden, int64_t panels, float* gates) {
  for (int64_t panel = 0; panel < panels; ++panel, gates += kLstmPanel) {
    Floats sums[kVectors];
#pragma GCC unroll 16
    for (int v = 0; v < kVectors; ++v) sums[v] = load_floats(gates + v * kLanes);
    for (int64_t k = 0; k < hidden; ++k, weight += kLstmPanel) {
#pragma GCC unroll 16
      for (int v = 0; v < kVectors; ++v) {
        sums[v] += state[k] * load_floats(weight + v * kLanes);
      }
    }
#pragma GCC unroll 16
    for (int v = 0; v < kVectors; ++v) store_floats(gates + v * kLanes, sums[v]);
  }
}

inline float sigmoid(float x) { return 1.0F / (1.0F + exponential(-x)); }
inline float hyperbolic_tangent(float x) { return 1.0F - 2.0F / (1.0F + exponential(2.0F * x)); }

void update(const float* __restrict gates, int64_t hidden, float* __restrict cell, float* __restrict state) {
#pragma omp simd
  for (int64_t i = 0; i < hidden; ++i) {
    const float input = sigmoid(gates[i]);
    const float forget = sigmoid(gates[hidden + i]);
    const float candidate = hyperbolic_tangent(gates[2 * hidden + i]);
    const float output = sigmoid(gates[3 * hidden + i]);
    cell[i] = forget * cell[i] + input * candidate;
    state[i] = output * hyperbolic_tangent(cell[i]);
  }
}

}  // namespace

extern const LstmLoops lstm_loops;
const LstmLoops lstm_loops = {add_product, update};

}  // namespace KOKORO_FAST_ISA
}  // namespace kokoro_fast
