// The excitation and the spectra as torch sees them.
#include "checks.h"

namespace {

using namespace kokoro_fast_torch;

Tensor harmonic_source(const Tensor& f0, const Tensor& noise, const Tensor& weight, const Tensor& bias,
                       double sample_rate, double amplitude, double voiced_noise, double unvoiced_noise,
                       double voiced_hz) {
  check_rank("f0", f0, "(B, H)", 2);
  check_rank("noise", noise, "(B, S)", 2);
  check_rank("weight", weight, "(n_sines,)", 1);
  const int64_t batch = f0.size(0);
  const int64_t half_frames = f0.size(1);
  const int64_t n_samples = noise.size(1);
  STD_TORCH_CHECK(half_frames >= 1, "f0: expected at least one half-frame, got ", text_of(f0.sizes()));
  STD_TORCH_CHECK(n_samples >= half_frames && n_samples % half_frames == 0,
                  "noise: expected a whole number of samples for each of ", half_frames, " half-frames, got ",
                  n_samples);
  const Tensor dense_f0 = checked("f0", f0, "(B, H)", {batch, half_frames});
  const Tensor dense_noise = checked("noise", noise, "(B, S)", {batch, n_samples});
  const Tensor dense_weight = checked("weight", weight, "(n_sines,)", {weight.size(0)});
  const Tensor dense_bias = checked("bias", bias, "(1,)", {1});
  Tensor samples = torch::stable::empty_like(dense_noise);
  kokoro_fast::harmonic_source(
      {dense_f0.const_data_ptr<float>(), dense_noise.const_data_ptr<float>(), dense_weight.const_data_ptr<float>(),
       samples.mutable_data_ptr<float>(), batch, half_frames, n_samples / half_frames, weight.size(0),
       *dense_bias.const_data_ptr<float>(), static_cast<float>(sample_rate), static_cast<float>(amplitude),
       static_cast<float>(voiced_noise), static_cast<float>(unvoiced_noise), static_cast<float>(voiced_hz)},
      op_for);
  return samples;
}

Tensor polar_rows(const Tensor& bins) {
  check_rank("bins", bins, "(N, K, 2)");
  const int64_t frames = bins.size(0);
  const int64_t n_bins = bins.size(1);
  const Tensor dense = checked("bins", bins, "(N, K, 2)", {frames, n_bins, 2});
  Tensor rows = torch::stable::new_empty(dense, {frames, 2 * n_bins});
  kokoro_fast::polar_rows({dense.const_data_ptr<float>(), rows.mutable_data_ptr<float>(), frames, n_bins}, op_for);
  return rows;
}

Tensor istft_rows(const Tensor& x, const Tensor& window, int64_t hop) {
  check_rank("x", x, "(N, 2 * K)", 2);
  const int64_t frames = x.size(0);
  const int64_t bins = x.size(1) / 2;
  const int64_t n_fft = 2 * (bins - 1);
  STD_TORCH_CHECK(x.size(1) % 2 == 0 && bins >= 2 && frames >= 2,
                  "x: expected at least 2 frames with magnitudes and angles of at least 2 bins, got ",
                  text_of(x.sizes()));
  STD_TORCH_CHECK(hop >= 1 && hop <= n_fft, "hop: expected 1 to ", n_fft, ", got ", hop);
  const Tensor dense_x = checked("x", x, "(N, 2 * K)", {frames, 2 * bins});
  const Tensor dense_window = checked("window", window, "(2 * (K - 1),)", {n_fft});
  Tensor samples = torch::stable::new_empty(dense_x, {(frames - 1) * hop});
  kokoro_fast::istft_rows({dense_x.const_data_ptr<float>(), dense_window.const_data_ptr<float>(),
                           samples.mutable_data_ptr<float>(), bins, frames, hop},
                          op_for);
  return samples;
}

}  // namespace

STABLE_TORCH_LIBRARY_FRAGMENT(kokoro_fast, m) {
  m.def(
      "harmonic_source(Tensor f0, Tensor noise, Tensor weight, Tensor bias, float sample_rate, float amplitude, "
      "float voiced_noise, float unvoiced_noise, float voiced_hz) -> Tensor");
  m.def("polar_rows(Tensor bins) -> Tensor");
  m.def("istft_rows(Tensor x, Tensor window, int hop) -> Tensor");
}

STABLE_TORCH_LIBRARY_IMPL(kokoro_fast, CPU, m) {
  m.impl("harmonic_source", TORCH_BOX(&harmonic_source));
  m.impl("polar_rows", TORCH_BOX(&polar_rows));
  m.impl("istft_rows", TORCH_BOX(&istft_rows));
}
