// The sequential part of an LSTM: the products with the state. The products with the input are one matrix product
// beforehand.
#include <algorithm>
#include <vector>

#include "vector_kernels.h"

namespace kokoro_fast {
namespace {

// One direction: from the first step to the last, or from the last to the first.
void one_direction(const Lstm& args, const LstmLoops& loops, int64_t direction) {
  const int64_t width = 4 * args.hidden;
  const int64_t panels = width / kLstmPanel;
  const float* weight = args.weight + direction * width * args.hidden;
  const std::vector<float> silence(args.hidden, 0.0F);
  std::vector<float> cell(args.hidden, 0.0F);
  std::vector<float> gates(width);
  const float* state = silence.data();
  for (int64_t i = 0; i < args.steps; ++i) {
    const int64_t step = direction == 0 ? i : args.steps - 1 - i;
    const int64_t place = step * args.directions + direction;
    std::copy_n(args.gates + place * width, width, gates.begin());
    loops.add_product(weight, state, args.hidden, panels, gates.data());
    float* y = args.y + place * args.hidden;
    loops.update(gates.data(), args.hidden, cell.data(), y);
    state = y;
  }
}

}  // namespace

void lstm(const Lstm& args, ParallelFor parallel_for) {
  struct Context {
    const Lstm& args;
    const LstmLoops& loops;
  } context{args, *vector_kernels().lstm};
  const auto directions = [](int64_t begin, int64_t end, void* pointer) {
    const Context& c = *static_cast<Context*>(pointer);
    for (int64_t direction = begin; direction < end; ++direction) one_direction(c.args, c.loops, direction);
  };
  parallel_for(0, args.directions, 1, directions, &context);
}

}  // namespace kokoro_fast
