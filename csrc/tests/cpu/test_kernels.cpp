// The kernels against double arithmetic, on every instruction set of this CPU.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <tuple>
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

std::vector<float> noise(int64_t n, float mean, float deviation) {
  static std::mt19937 generator(1);
  std::normal_distribution<float> normal(mean, deviation);
  std::vector<float> values(n);
  for (float& value : values) value = normal(generator);
  return values;
}

// With a scale of -1 the normalized signal vanishes, so that y = snake(shift) exactly.
float snake(float value, float alpha) {
  const float x = 0;
  const float scale = -1;
  float y;
  adain_snake({&x, &scale, &value, &alpha, nullptr, &y, 1, 1, 1}, serial_for);
  return y;
}

double row_error(const std::vector<float>& x, float scale, float shift, float alpha, const std::vector<float>& y) {
  double mean = 0;
  double variance = 0;
  for (const float value : x) mean += value / static_cast<double>(x.size());
  for (const float value : x) variance += (value - mean) * (value - mean) / static_cast<double>(x.size());
  double worst = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double v = (x[i] - mean) / std::sqrt(variance + 1e-5) * (1.0 + scale) + shift;
    const double sine = std::sin(alpha * v);
    worst = std::max(worst, std::abs(v + sine * sine / alpha - y[i]));
  }
  return worst;
}

TEST(AdainSnake, IsAccurateForLargeArguments) {
  on_every_isa([](const std::string& isa) {
    for (double argument = -2e4; argument < 2e4; argument += 0.37) {
      const float value = static_cast<float>(argument);
      const double sine = std::sin(static_cast<double>(value));
      // Compared at value + 1024 * sine^2, so that adding the argument does not hide the error.
      const float scaled = snake(value / 1024, 1024) - value / 1024;
      const double rounding = std::abs(argument) / 1024 * 1.2e-7;
      const double error = std::abs(scaled * 1024.0 - sine * sine);
      ASSERT_LT(error, 1e-6 + rounding * 1024) << isa + ": sine of " + std::to_string(argument);
    }
  });
}

TEST(AdainSnake, StaysInRangeAndKeepsNan) {
  on_every_isa([](const std::string& isa) {
    for (const float value : {1e7F, -1e9F, 3e38F}) {
      const float y = snake(value, 1);
      ASSERT_LE(std::abs(y - value), 1 + std::abs(value) * 1e-7) << isa + ": out of range";
    }
    ASSERT_TRUE(std::isnan(snake(std::numeric_limits<float>::quiet_NaN(), 1))) << isa + ": NaN was lost";
    ASSERT_TRUE(std::isnan(snake(std::numeric_limits<float>::infinity(), 1))) << isa + ": infinity gave a number";
  });
}

TEST(AdainSnake, EqualsDoubleArithmetic) {
  on_every_isa([](const std::string& isa) {
    for (const int64_t n : {1, 2, 3, 15, 16, 17, 31, 33, 2047, 2048, 2049, 10007}) {
      for (const float mean : {0.0F, 1000.0F, -1e5F}) {
        const std::vector<float> x = noise(n, mean, 2);
        const float scale = 0.3F;
        const float shift = -0.7F;
        const float alpha = 1.9F;
        std::vector<float> y(n);
        adain_snake({x.data(), &scale, &shift, &alpha, nullptr, y.data(), 1, 1, n}, serial_for);
        ASSERT_LT(row_error(x, scale, shift, alpha, y), (mean < -1e4F ? 5e-5 : 1e-5))
            << isa + ": n " + std::to_string(n);
      }
    }
  });
}

TEST(AdainSnake, ZeroesWhatLiesPastTheLength) {
  on_every_isa([](const std::string& isa) {
    const int64_t steps = 37;
    for (const int64_t length : {0, 1, 20, 37}) {
      std::vector<float> x = noise(steps, 0, 1);
      std::fill(x.begin() + length, x.end(), std::numeric_limits<float>::quiet_NaN());
      const float zero = 0;
      const float alpha = 1;
      std::vector<float> y(steps, -1);
      adain_snake({x.data(), &zero, &zero, &alpha, &length, y.data(), 1, 1, steps}, serial_for);
      for (int64_t i = 0; i < steps; ++i) {
        ASSERT_TRUE(i < length ? !std::isnan(y[i]) : y[i] == 0) << isa + ": step " + std::to_string(i);
      }
    }
  });
}

// One sample of an inverse STFT by the definition.
double istft_sample(const Istft& args, int64_t row, int64_t s) {
  const int64_t n_fft = 2 * (args.bins - 1);
  double sum = 0;
  double squares = 0;
  for (int64_t frame = 0; frame < args.frames; ++frame) {
    const int64_t j = s + n_fft / 2 - frame * args.hop;
    if (j < 0 || j >= n_fft) continue;
    double value = 0;
    for (int64_t k = 0; k < args.bins; ++k) {
      const int64_t index = (row * args.bins + k) * args.frames + frame;
      const double twice = k == 0 || k == args.bins - 1 ? 1 : 2;
      const double angle = 2 * kPi * static_cast<double>(j * k) / static_cast<double>(n_fft);
      // The imaginary parts of the first and the last bin do not count.
      value += twice == 1 ? args.magnitude[index] * std::cos(args.phase[index]) * std::cos(angle)
                          : 2 * args.magnitude[index] * std::cos(args.phase[index] + angle);
    }
    sum += value / static_cast<double>(n_fft) * args.window[j];
    squares += static_cast<double>(args.window[j]) * args.window[j];
  }
  return sum / squares;
}

TEST(Istft, EqualsItsDefinition) {
  on_every_isa([](const std::string& isa) {
    using Case = std::tuple<int64_t, int64_t, int64_t>;
    for (const auto& [bins, frames, hop] :
         {Case{11, 2, 5}, Case{11, 700, 5}, Case{11, 64, 10}, Case{5, 31, 3}, Case{2, 9, 1}}) {
      const int64_t batch = 2;
      const int64_t n_fft = 2 * (bins - 1);
      const std::vector<float> magnitude = noise(batch * bins * frames, 1, 0.3F);
      const std::vector<float> phase = noise(batch * bins * frames, 0, 1000);
      std::vector<float> window(n_fft);
      for (int64_t j = 0; j < n_fft; ++j) window[j] = static_cast<float>(0.6 - 0.4 * std::cos(2 * kPi * j / n_fft));
      const int64_t n_samples = (frames - 1) * hop;
      std::vector<float> samples(batch * n_samples);
      const Istft args{magnitude.data(), phase.data(), window.data(), samples.data(), batch, bins, frames, hop};
      istft(args, serial_for);
      for (int64_t i = 0; i < batch * n_samples; ++i) {
        const double error = std::abs(istft_sample(args, i / n_samples, i % n_samples) - samples[i]);
        ASSERT_LT(error, 5e-6) << isa + ": sample " + std::to_string(i);
      }
    }
  });
}

TEST(Istft, RefusesAWindowThatLeavesGaps) {
  const std::vector<float> values(11 * 4, 1);
  const std::vector<float> window(20, 0);
  std::vector<float> samples(15);
  EXPECT_THROW(istft({values.data(), values.data(), window.data(), samples.data(), 1, 11, 4, 5}, serial_for),
               std::invalid_argument);
}

TEST(Pcm16, ClipsAndRounds) {
  const std::vector<float> x = {0, 1, -1, 2, -2, 0.5F, -0.5F, 1e-5F, std::numeric_limits<float>::quiet_NaN()};
  const std::vector<int16_t> expected = {0, 32767, -32767, 32767, -32767, 16384, -16384, 0, 0};
  std::vector<int16_t> pcm(x.size());
  float_to_pcm16(x.data(), pcm.data(), static_cast<int64_t>(x.size()));
  EXPECT_EQ(pcm, expected);
}

}  // namespace
