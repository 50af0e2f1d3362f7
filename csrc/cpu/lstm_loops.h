// The innermost loops of the LSTM; lstm_loops.cpp is compiled once per instruction set.
#pragma once

#include <cstdint>

namespace kokoro_fast {

struct LstmLoops {
  // gates += weight * state, for weights packed in panels (panels, hidden, kLstmPanel).
  void (*add_product)(const float* weight, const float* state, int64_t hidden, int64_t panels, float* gates);
  // The gates (input, forget, candidate, output; `hidden` each) change the cell, whose output is the new state.
  void (*update)(const float* gates, int64_t hidden, float* cell, float* state);
};

namespace generic {
extern const LstmLoops lstm_loops;
}
namespace avx2 {
extern const LstmLoops lstm_loops;
}
namespace avx512 {
extern const LstmLoops lstm_loops;
}

}  // namespace kokoro_fast
