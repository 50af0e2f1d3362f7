// What the targets of the kernels share: the instruction set that an input asks for, and another order of work.
#pragma once

#include "fuzz.h"
#include "kokoro_fast/kernels.h"

namespace fuzz {

// One of the instruction sets of this CPU, which the kernels use from here on.
inline void take_isa(Bytes& input) {
  const auto isa = static_cast<kokoro_fast::Isa>(input.take_between(0, 2));
  kokoro_fast::use_isa(kokoro_fast::isa_supported(isa) ? isa : kokoro_fast::Isa::generic);
}

// The ParallelFor that does the pieces one by one from the last to the first.
inline void backward_for(int64_t begin, int64_t end, int64_t, kokoro_fast::ParallelBody body, void* context) {
  for (int64_t i = end; i > begin; --i) body(i - 1, i, context);
}

}  // namespace fuzz
