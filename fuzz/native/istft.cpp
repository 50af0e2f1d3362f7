// The inverse STFT, in both of its forms, against its definition in double arithmetic.
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "fuzz.h"
#include "kernels.h"
#include "kokoro_fast/kernels.h"

namespace {

using fuzz::require;

// A spectrum of one row in double arithmetic.
struct Spectrum {
  int64_t bins, frames, hop;
  std::vector<double> magnitude, phase;  // (K, N)
  std::vector<float> window;

  int64_t n_fft() const { return 2 * (bins - 1); }
  int64_t n_samples() const { return (frames - 1) * hop; }

  // Sum of the squared windows at a sample.
  double coverage(int64_t s) const {
    double sum = 0;
    for_frames(s, [&](int64_t, int64_t j) { sum += static_cast<double>(window[j]) * window[j]; });
    return sum;
  }

  void check(float found, int64_t s) const {
    const double pi = 3.14159265358979323846;
    double sum = 0, size = 0, terms = 0;
    for_frames(s, [&](int64_t frame, int64_t j) {
      for (int64_t k = 0; k < bins; ++k) {
        const int64_t at = k * frames + frame;
        const double factor = (k == 0 || k == bins - 1 ? 1.0 : 2.0) * window[j] / static_cast<double>(n_fft());
        const double angle = 2 * pi * static_cast<double>(j * k % n_fft()) / static_cast<double>(n_fft());
        // The imaginary parts of the first and the last bin do not count.
        const double wave =
            k == 0 || k == bins - 1 ? std::cos(phase[at]) * std::cos(angle) : std::cos(phase[at] + angle);
        sum += factor * magnitude[at] * wave;
        size += 2 * std::abs(factor * magnitude[at]);
        terms += 2;
      }
    });
    const double expected = sum / coverage(s);
    const double rounding = (terms * 6e-8 + 2e-6) * size / coverage(s) + 1e-30;
    require(std::abs(found - expected) <= rounding, "a sample is that of the definition");
  }

 private:
  // Calls visit(frame, place in its window) for every frame that covers a sample.
  template <class Visit>
  void for_frames(int64_t s, Visit visit) const {
    const int64_t position = s + n_fft() / 2;
    for (int64_t frame = std::min(frames - 1, position / hop); frame >= 0 && position - frame * hop < n_fft();
         --frame) {
      visit(frame, position - frame * hop);
    }
  }
};

template <class Transform>
void check(const Spectrum& spectrum, Transform transform) {
  std::vector<float> samples(static_cast<size_t>(spectrum.n_samples()));
  double least = 1;
  for (int64_t s = 0; s < spectrum.n_samples(); ++s) least = std::min(least, spectrum.coverage(s));
  try {
    transform(samples.data());
  } catch (const std::invalid_argument& error) {
    require(least < 1.001e-11 && fuzz::is_line(error.what()), "only windows with gaps are refused");
    return;
  }
  require(least > 0.999e-11, "windows with gaps are refused");
  for (int64_t s = 0; s < spectrum.n_samples(); ++s) spectrum.check(samples[static_cast<size_t>(s)], s);
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Bytes input(data, size);
  fuzz::take_isa(input);
  Spectrum spectrum;
  spectrum.bins = input.take_between(2, 12);
  spectrum.frames = input.take_bool() ? input.take_between(2, 20) : input.take_between(2, 300);
  spectrum.hop = input.take_between(1, spectrum.n_fft());
  const bool is_hann = input.take_bool();
  const int64_t n = spectrum.bins * spectrum.frames;
  spectrum.window = input.take_values(spectrum.n_fft());
  for (int64_t j = 0; is_hann && j < spectrum.n_fft(); ++j) {
    spectrum.window[j] = static_cast<float>(0.5 - 0.5 * std::cos(6.283185307179586 * j / spectrum.n_fft()));
  }
  if (input.take_bool()) spectrum.window[input.take_between(0, spectrum.n_fft() - 1)] = 0;

  const std::vector<float> logarithm = input.take_values(n, 0, 2);
  const std::vector<float> angle = input.take_values(n, 0, input.take_bool() ? 2.0F : 200.0F);
  std::vector<float> magnitude(logarithm.size());
  std::vector<float> rows(2 * logarithm.size());
  for (int64_t k = 0; k < spectrum.bins; ++k) {
    for (int64_t frame = 0; frame < spectrum.frames; ++frame) {
      const int64_t at = k * spectrum.frames + frame;
      magnitude[at] = std::exp(logarithm[at]);
      rows[frame * 2 * spectrum.bins + k] = logarithm[at];
      rows[frame * 2 * spectrum.bins + spectrum.bins + k] = angle[at];
    }
  }
  spectrum.magnitude.assign(magnitude.begin(), magnitude.end());
  spectrum.phase.assign(angle.begin(), angle.end());
  check(spectrum, [&](float* samples) {
    kokoro_fast::istft({magnitude.data(), angle.data(), spectrum.window.data(), samples, 1, spectrum.bins,
                        spectrum.frames, spectrum.hop},
                       fuzz::backward_for);
  });
  for (size_t i = 0; i < logarithm.size(); ++i) {
    spectrum.magnitude[i] = std::exp(static_cast<double>(logarithm[i]));
    spectrum.phase[i] = std::sin(static_cast<double>(angle[i]));
  }
  check(spectrum, [&](float* samples) {
    kokoro_fast::istft_rows(
        {rows.data(), spectrum.window.data(), samples, spectrum.bins, spectrum.frames, spectrum.hop},
        fuzz::backward_for);
  });
  return 0;
}
