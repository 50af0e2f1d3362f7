// The ops as torch sees them: schemas, checks, allocation; the work is in kernels.h.
//
// Only torch's stable C++ interface is used (TORCH_TARGET_VERSION in CMakeLists.txt), so that one build serves every
// newer torch, and no Python, so that a C++ host can dlopen the library and run exported models.
#include <optional>
#include <string>

#include "checks.h"

namespace {

using namespace kokoro_fast_torch;

// A ParallelFor on torch's own threads. istft and adain_snake run among torch's own operations, and two sets of threads
// would be in each other's way.
void torch_for(int64_t begin, int64_t end, int64_t grain, kokoro_fast::ParallelBody body, void* context) {
  torch::stable::parallel_for(begin, end, grain,
                              [=](int64_t piece_begin, int64_t piece_end) { body(piece_begin, piece_end, context); });
}

Tensor istft(const Tensor& magnitude, const Tensor& phase, const Tensor& window, int64_t hop) {
  check_rank("magnitude", magnitude, "(B, K, N)");
  const int64_t batch = magnitude.size(0);
  const int64_t bins = magnitude.size(1);
  const int64_t frames = magnitude.size(2);
  const int64_t n_fft = 2 * (bins - 1);
  STD_TORCH_CHECK(bins >= 2 && frames >= 2, "magnitude: expected at least 2 bins and 2 frames, got ",
                  text_of(magnitude.sizes()));
  STD_TORCH_CHECK(hop >= 1 && hop <= n_fft, "hop: expected 1 to ", n_fft, ", got ", hop);
  const Tensor dense_magnitude = checked("magnitude", magnitude, "(B, K, N)", {batch, bins, frames});
  const Tensor dense_phase = checked("phase", phase, "(B, K, N)", {batch, bins, frames});
  const Tensor dense_window = checked("window", window, "(2 * (K - 1),)", {n_fft});
  Tensor samples = torch::stable::new_empty(dense_magnitude, {batch, (frames - 1) * hop});
  kokoro_fast::istft(
      {dense_magnitude.const_data_ptr<float>(), dense_phase.const_data_ptr<float>(),
       dense_window.const_data_ptr<float>(), samples.mutable_data_ptr<float>(), batch, bins, frames, hop},
      torch_for);
  return samples;
}

Tensor adain_snake(const Tensor& x, const Tensor& scale, const Tensor& shift, const Tensor& alpha,
                   const std::optional<Tensor>& lengths) {
  check_rank("x", x, "(B, C, T)");
  const int64_t batch = x.size(0);
  const int64_t channels = x.size(1);
  const int64_t steps = x.size(2);
  const Tensor dense_x = checked("x", x, "(B, C, T)", {batch, channels, steps});
  const Tensor dense_scale = checked("scale", scale, "(B, C)", {batch, channels});
  const Tensor dense_shift = checked("shift", shift, "(B, C)", {batch, channels});
  const Tensor dense_alpha = checked("alpha", alpha, "(C,)", {channels});
  std::optional<Tensor> dense_lengths;
  const int64_t* length = nullptr;
  if (is_given(lengths)) {
    dense_lengths = checked("lengths", *lengths, "(B,)", {batch}, ScalarType::Long);
    length = dense_lengths->const_data_ptr<int64_t>();
    for (int64_t b = 0; b < batch; ++b) {
      STD_TORCH_CHECK(length[b] >= 0 && length[b] <= steps, "lengths: expected 0 to ", steps, ", got ", length[b]);
    }
  }
  Tensor y = torch::stable::empty_like(dense_x);
  kokoro_fast::adain_snake(
      {dense_x.const_data_ptr<float>(), dense_scale.const_data_ptr<float>(), dense_shift.const_data_ptr<float>(),
       dense_alpha.const_data_ptr<float>(), length, y.mutable_data_ptr<float>(), batch, channels, steps},
      torch_for);
  return y;
}

std::string isa() { return kokoro_fast::isa_name(kokoro_fast::isa_in_use()); }

}  // namespace

STABLE_TORCH_LIBRARY(kokoro_fast, m) {
  m.def("istft(Tensor magnitude, Tensor phase, Tensor window, int hop) -> Tensor");
  m.def("adain_snake(Tensor x, Tensor scale, Tensor shift, Tensor alpha, Tensor? lengths=None) -> Tensor");
  m.def("isa() -> str");
}

STABLE_TORCH_LIBRARY_IMPL(kokoro_fast, CPU, m) {
  m.impl("istft", TORCH_BOX(&istft));
  m.impl("adain_snake", TORCH_BOX(&adain_snake));
}

STABLE_TORCH_LIBRARY_IMPL(kokoro_fast, CompositeExplicitAutograd, m) { m.impl("isa", TORCH_BOX(&isa)); }
