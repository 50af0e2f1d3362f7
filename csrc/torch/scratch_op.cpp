// Working memory for models, as a tensor.
#include "checks.h"
#include "workspace.h"

namespace {

using namespace kokoro_fast_torch;

Tensor scratch(int64_t n_floats) {
  STD_TORCH_CHECK(n_floats >= 0, "n_floats: expected 0 or more, got ", n_floats);
  auto* block = new kokoro_fast::Workspace(n_floats * static_cast<int64_t>(sizeof(float)));
  const torch::stable::Device cpu(torch::headeronly::DeviceType::CPU);
  return torch::stable::from_blob(block->bytes(), {n_floats}, {1}, cpu, ScalarType::Float,
                                  [block](void*) { delete block; });
}

}  // namespace

STABLE_TORCH_LIBRARY_FRAGMENT(kokoro_fast, m) {
  // (n_floats,) float32 on the CPU, not cleared. Its memory goes to a later call once the tensor is gone.
  m.def("scratch(SymInt n_floats) -> Tensor");
}

STABLE_TORCH_LIBRARY_IMPL(kokoro_fast, CompositeExplicitAutograd, m) { m.impl("scratch", TORCH_BOX(&scratch)); }
