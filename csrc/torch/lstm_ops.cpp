// The LSTM as torch sees it.
#include "checks.h"

namespace {

using namespace kokoro_fast_torch;

Tensor lstm(const Tensor& gates, const Tensor& weight) {
  check_rank("gates", gates, "(T, D, 4 * H)");
  check_rank("weight", weight, "(D, P, H, 64)", 4);
  const int64_t steps = gates.size(0);
  const int64_t directions = gates.size(1);
  const int64_t hidden = weight.size(2);
  STD_TORCH_CHECK(directions == 1 || directions == 2, "gates: expected 1 or 2 directions, got ", directions);
  STD_TORCH_CHECK(hidden >= 1 && 4 * hidden % kokoro_fast::kLstmPanel == 0,
                  "weight: expected a state of a multiple of 16, got ", hidden);
  const int64_t panels = 4 * hidden / kokoro_fast::kLstmPanel;
  const Tensor dense_gates = checked("gates", gates, "(T, D, 4 * H)", {steps, directions, 4 * hidden});
  const Tensor dense_weight =
      checked("weight", weight, "(D, 4 * H / 64, H, 64)", {directions, panels, hidden, kokoro_fast::kLstmPanel});
  Tensor y = torch::stable::new_empty(dense_gates, {steps, directions * hidden});
  kokoro_fast::lstm({dense_gates.const_data_ptr<float>(), dense_weight.const_data_ptr<float>(),
                     y.mutable_data_ptr<float>(), steps, directions, hidden},
                    op_for);
  return y;
}

}  // namespace

STABLE_TORCH_LIBRARY_FRAGMENT(kokoro_fast, m) { m.def("lstm(Tensor gates, Tensor weight) -> Tensor"); }

STABLE_TORCH_LIBRARY_IMPL(kokoro_fast, CPU, m) { m.impl("lstm", TORCH_BOX(&lstm)); }
