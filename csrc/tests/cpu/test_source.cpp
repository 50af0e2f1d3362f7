// The excitation, the spectra and the LSTM against double arithmetic, on every instruction set of this CPU.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "kokoro_fast/kernels.h"

namespace {

using namespace kokoro_fast;

constexpr double kPi = 3.14159265358979323846;

template <class Body>
void on_every_isa(Body body) {
  const Isa before = isa_in_use();
  for (const Isa isa : {Isa::generic, Isa::avx2, Isa::avx512}) {
    if (!isa_supported(isa)) continue;
    use_isa(isa);
    body(std::string(isa_name(isa)));
  }
  use_isa(before);
}

std::vector<float> random_values(int64_t n, float deviation) {
  static std::mt19937 generator(2);
  std::normal_distribution<float> normal(0, deviation);
  std::vector<float> values(n);
  for (float& value : values) value = normal(generator);
  return values;
}

// With one half-frame the phase stands still, where the pitch says.
TEST(HarmonicSource, HasAnAccurateSine) {
  on_every_isa([](const std::string& isa) {
    const float noise = 0;
    const float weight = 1;
    for (int i = 1; i < 20000; ++i) {
      const float f0 = static_cast<float>(i) * 0.37F;
      const float rate = 8000;
      float sample;
      harmonic_source({&f0, &noise, &weight, &sample, 1, 1, 1, 1, 0, rate, 0.1F, 0, 0, 0}, serial_for);
      const double expected = std::tanh(0.1 * std::sin(2 * kPi * f0 / rate));
      ASSERT_LT(std::abs(sample - expected), 1e-7) << isa + ": pitch " + std::to_string(f0);
    }
  });
}

TEST(HarmonicSource, GlidesBetweenHalfFrames) {
  on_every_isa([](const std::string& isa) {
    const int64_t hop = 20;
    const std::vector<float> f0 = {100, 200, 0, 50};
    const std::vector<float> noise = random_values(4 * hop, 1);
    const std::vector<float> weight = {0.5F, -0.25F};
    std::vector<float> samples(4 * hop);
    harmonic_source(
        {f0.data(), noise.data(), weight.data(), samples.data(), 1, 4, hop, 2, 0.01F, 8000, 0.1F, 0.003F, 0.03F, 10},
        serial_for);
    for (int64_t i = 0; i < 4 * hop; ++i) {
      const double place = std::clamp((i + 0.5) / hop - 0.5, 0.0, 3.0);
      const int64_t before = std::min<int64_t>(static_cast<int64_t>(place), 2);
      double sum = 0.01;
      for (int64_t k = 0; k < 2; ++k) {
        std::vector<double> phases;
        double turns = 0;
        for (const float pitch : f0) phases.push_back((turns += pitch * (k + 1) / 8000) * 2 * kPi * hop);
        const double phase = phases[before] + (phases[before + 1] - phases[before]) * (place - before);
        if (f0[i / hop] > 10) sum += weight[k] * 0.1 * std::sin(phase);
      }
      const double level = (f0[i / hop] > 10 ? 0.003 : 0.03) * std::sqrt(0.25 + 0.0625);
      const double expected = std::tanh(sum + noise[i] * level);
      ASSERT_LT(std::abs(samples[i] - expected), 1e-5) << isa + ": sample " + std::to_string(i);
    }
  });
}

TEST(PolarRows, IsAccurateInAllDirections) {
  on_every_isa([](const std::string& isa) {
    for (const int64_t frames : {1, 63, 64, 65, 1001}) {
      const int64_t bins = 11;
      const std::vector<float> values = random_values(frames * bins * 2, 3);
      std::vector<float> rows(frames * bins * 2);
      polar_rows({values.data(), rows.data(), frames, bins}, serial_for);
      for (int64_t i = 0; i < frames * bins; ++i) {
        const double real = values[2 * i];
        const double imaginary = values[2 * i + 1];
        const int64_t place = i / bins * 2 * bins + i % bins;
        const double size = std::hypot(real, imaginary);
        ASSERT_LE(std::abs(rows[place] - size), 2e-7 * size) << isa + ": magnitude " + std::to_string(i);
        const double error = std::abs(rows[place + bins] - std::atan2(imaginary, real));
        ASSERT_LT(error, 4e-7) << isa + ": phase " + std::to_string(i);
      }
    }
  });
}

TEST(IstftRows, EqualsIstft) {
  on_every_isa([](const std::string& isa) {
    const int64_t bins = 11;
    for (const int64_t frames : {2, 3, 257, 700}) {
      const std::vector<float> x = random_values(frames * bins * 2, 2);
      std::vector<float> magnitude(bins * frames);
      std::vector<float> phase(bins * frames);
      for (int64_t n = 0; n < frames; ++n) {
        for (int64_t k = 0; k < bins; ++k) {
          magnitude[k * frames + n] = static_cast<float>(std::exp(static_cast<double>(x[n * 2 * bins + k])));
          phase[k * frames + n] = static_cast<float>(std::sin(static_cast<double>(x[n * 2 * bins + bins + k])));
        }
      }
      std::vector<float> window(20);
      for (int64_t j = 0; j < 20; ++j) window[j] = static_cast<float>(0.5 - 0.5 * std::cos(2 * kPi * j / 20));
      std::vector<float> found((frames - 1) * 5);
      std::vector<float> expected((frames - 1) * 5);
      istft_rows({x.data(), window.data(), found.data(), bins, frames, 5}, serial_for);
      istft({magnitude.data(), phase.data(), window.data(), expected.data(), 1, bins, frames, 5}, serial_for);
      const float loudest = *std::max_element(magnitude.begin(), magnitude.end());
      for (size_t i = 0; i < found.size(); ++i) {
        ASSERT_LT(std::abs(found[i] - expected[i]), 1e-6 * loudest) << isa + ": sample " + std::to_string(i);
      }
    }
  });
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

TEST(Lstm, EqualsDoubleArithmetic) {
  on_every_isa([](const std::string& isa) {
    for (const int64_t hidden : {16, 48}) {
      for (const int64_t steps : {0, 1, 2, 30}) {
        const int64_t width = 4 * hidden;
        const std::vector<float> gates = random_values(steps * 2 * width, 1.5F);
        const std::vector<float> weight = random_values(2 * width * hidden, 0.2F);
        std::vector<float> y(steps * 2 * hidden);
        lstm({gates.data(), weight.data(), y.data(), steps, 2, hidden}, serial_for);
        for (int64_t d = 0; d < 2; ++d) {
          std::vector<double> state(hidden, 0);
          std::vector<double> cell(hidden, 0);
          for (int64_t i = 0; i < steps; ++i) {
            const int64_t step = d == 0 ? i : steps - 1 - i;
            std::vector<double> sums(width);
            for (int64_t g = 0; g < width; ++g) {
              sums[g] = gates[(step * 2 + d) * width + g];
              const float* panel = &weight[(d * width / kLstmPanel + g / kLstmPanel) * hidden * kLstmPanel];
              for (int64_t k = 0; k < hidden; ++k) sums[g] += state[k] * panel[k * kLstmPanel + g % kLstmPanel];
            }
            for (int64_t c = 0; c < hidden; ++c) {
              cell[c] = sigmoid(sums[hidden + c]) * cell[c] + sigmoid(sums[c]) * std::tanh(sums[2 * hidden + c]);
              state[c] = sigmoid(sums[3 * hidden + c]) * std::tanh(cell[c]);
              const double error = std::abs(y[(step * 2 + d) * hidden + c] - state[c]);
              ASSERT_LT(error, 5e-6) << isa + ": step " + std::to_string(step);
            }
          }
        }
      }
    }
  });
}

TEST(Lstm, SaturatesAndKeepsNan) {
  on_every_isa([](const std::string& isa) {
    const int64_t hidden = 16;
    std::vector<float> gates(4 * hidden, 300);
    gates[3 * hidden] = -300;
    gates[3 * hidden + 1] = std::numeric_limits<float>::quiet_NaN();
    const std::vector<float> weight(4 * hidden * hidden, 0);
    std::vector<float> y(hidden);
    lstm({gates.data(), weight.data(), y.data(), 1, 1, hidden}, serial_for);
    ASSERT_EQ(y[0], 0) << isa + ": a closed gate";
    ASSERT_TRUE(std::isnan(y[1])) << isa + ": NaN was lost";
    ASSERT_LT(std::abs(y[2] - std::tanh(1.0)), 1e-6) << isa + ": open gates";
  });
}

}  // namespace
