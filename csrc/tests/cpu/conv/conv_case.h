// One convolution with random arguments, and what double arithmetic makes of it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "kokoro_fast/conv.h"

namespace conv_case {

using namespace kokoro_fast;

// The ParallelFor of a few threads made for the call.
inline void threads_for(int64_t begin, int64_t end, int64_t, ParallelBody body, void* context) {
  const int64_t n_threads = std::min<int64_t>(end - begin, 4);
  std::vector<std::thread> threads;
  for (int64_t i = 0; i < n_threads; ++i) {
    const int64_t first = begin + (end - begin) * i / n_threads;
    const int64_t last = begin + (end - begin) * (i + 1) / n_threads;
    threads.emplace_back(body, first, last, context);
  }
  for (std::thread& thread : threads) thread.join();
}

// Calls body(name of both) for every instruction set and precision of this CPU.
template <class Body>
void on_every_kernel(Body body) {
  const Isa before = isa_in_use();
  for (const Isa isa : {Isa::generic, Isa::avx2, Isa::avx512}) {
    if (!isa_supported(isa)) continue;
    use_isa(isa);
    for (const Precision precision : {Precision::fp32, Precision::bf16, Precision::int8}) {
      if (!precision_supported(precision)) continue;
      body(precision, std::string(isa_name(isa)) + " " + precision_name(precision));
    }
  }
  use_isa(before);
}

// Values at an address that suits no vector instruction: a multiple of 4 bytes and of no more.
class Values {
 public:
  explicit Values(int64_t n, float value = 0) : memory_(n + 1, value) {}
  float* data() { return memory_.data() + 1; }
  const float* data() const { return memory_.data() + 1; }
  int64_t size() const { return static_cast<int64_t>(memory_.size()) - 1; }
  float& operator[](int64_t i) { return memory_[i + 1]; }
  float operator[](int64_t i) const { return memory_[i + 1]; }
  bool operator==(const Values& other) const {
    return size() == other.size() && std::memcmp(data(), other.data(), size() * sizeof(float)) == 0;
  }

 private:
  std::vector<float> memory_;
};

inline std::mt19937& generator() {
  static std::mt19937 instance(7);
  return instance;
}

inline Values normal(int64_t n, float mean = 0, float deviation = 1) {
  std::normal_distribution<float> distribution(mean, deviation);
  Values values(n);
  for (int64_t i = 0; i < n; ++i) values[i] = distribution(generator());
  return values;
}

inline Values uniform(int64_t n, float low, float high) {
  std::uniform_real_distribution<float> distribution(low, high);
  Values values(n);
  for (int64_t i = 0; i < n; ++i) values[i] = distribution(generator());
  return values;
}

inline int64_t one_of(const std::vector<int64_t>& values) { return values[generator()() % values.size()]; }
inline bool coin() { return generator()() % 2 == 0; }

// Packed weights that begin 4 bytes after a multiple of 64.
class Packed {
 public:
  explicit Packed(const ConvWeights& weights) : memory_(packed_size(weights) + 128) {
    std::vector<uint8_t> block(packed_size(weights) + 64);
    uint8_t* aligned = next_line(block.data());
    pack(weights, aligned);
    start_ = next_line(memory_.data()) + 4 - memory_.data();
    std::memcpy(memory_.data() + start_, aligned, packed_size(weights));
  }
  const uint8_t* data() const { return memory_.data() + start_; }

 private:
  static uint8_t* next_line(uint8_t* from) { return from + (64 - reinterpret_cast<uintptr_t>(from) % 64) % 64; }

  std::vector<uint8_t> memory_;
  int64_t start_;
};

struct Shape {
  int64_t steps_in, steps_out, channels_in, channels_out, taps;
  int64_t dilation, stride, padding, y_stride;
};

// All arguments of a convolution. Calls leave them as they are.
struct Case {
  Precision precision;
  Shape shape;
  bool is_snake, has_bias, has_residual, accumulates;
  float gain, slope;
  Values x, mean, factor, offset, alpha, weight, bias, residual, y;

  Case(Precision with, const Shape& s)
      : precision(with),
        shape(s),
        is_snake(coin()),
        has_bias(coin()),
        has_residual(coin()),
        accumulates(coin()),
        gain(coin() ? 1.0F : -0.7F),
        slope(coin() ? 1.0F : 0.2F),
        x(normal(s.steps_in * s.channels_in, 1, 2)),
        mean(normal(s.channels_in)),
        factor(normal(s.channels_in)),
        offset(normal(s.channels_in)),
        alpha(uniform(s.channels_in, 0.2F, 5)),
        weight(normal(s.channels_out * s.channels_in * s.taps)),
        bias(normal(s.channels_out)),
        residual(normal(s.steps_out * s.channels_out)),
        y(normal(s.steps_out * s.y_stride)) {}

  ConvWeights weights() const {
    return {weight.data(), has_bias ? bias.data() : nullptr, shape.channels_out, shape.channels_in, shape.taps,
            precision};
  }

  Activation activation() const {
    return {mean.data(), factor.data(), offset.data(), is_snake ? alpha.data() : nullptr, slope};
  }

  // The result in a copy of y.
  Values run(ParallelFor parallel_for, float* moments = nullptr) const {
    const Packed packed(weights());
    Values result = y;
    conv({x.data(), activation(), packed.data(), has_residual ? residual.data() : nullptr, result.data(), moments,
          shape.steps_in, shape.steps_out, shape.y_stride, shape.dilation, shape.stride, shape.padding, gain,
          accumulates},
         parallel_for);
    return result;
  }

  double exact_activation(int64_t step, int64_t channel) const {
    const double v = (static_cast<double>(x[step * shape.channels_in + channel]) - mean[channel]) * factor[channel] +
                     offset[channel];
    if (!is_snake) return v < 0 ? v * slope : v;
    const double sine = std::sin(alpha[channel] * v);
    return v + sine * sine / alpha[channel];
  }

  // How far the activation of a kernel may be from the exact one, before it is rounded to a narrower type.
  double activation_bound(int64_t step, int64_t channel) const {
    const double size =
        std::abs((x[step * shape.channels_in + channel] - mean[channel]) * factor[channel]) + std::abs(offset[channel]);
    const double polynomial = !is_snake ? 0 : (precision == Precision::fp32 ? 2e-7 : 3e-5) / alpha[channel];
    return polynomial + 6e-7 * size;
  }

  // Fails at the first value of `found` that is not what it should be.
  void check(const Values& found, const std::string& name) const {
    const Activated activated = precision == Precision::int8 ? quantized() : measured(name);
    const std::vector<double> w = rounded_weights();
    for (int64_t row = 0; row < shape.steps_out; ++row) {
      for (int64_t column = 0; column < shape.y_stride; ++column) {
        const int64_t at = row * shape.y_stride + column;
        const std::string place = name + ": row " + std::to_string(row) + " column " + std::to_string(column);
        if (column >= shape.channels_out) {
          ASSERT_EQ(found[at], y[at]) << place + " is not of the result and was written";
          continue;
        }
        Sum sum{};
        if (has_bias) sum.add(bias[column]);
        if (has_residual) sum.add(residual[row * shape.channels_out + column]);
        add_products(activated, w, row, column, sum);
        const double before = accumulates ? y[at] : 0;
        const double expected = sum.value * gain + before;
        ASSERT_LE(std::abs(found[at] - expected), 1e-6 * (sum.size + std::abs(before)) + sum.doubt)
            << place + ": expected " + std::to_string(expected) + ", got " + std::to_string(found[at]);
      }
    }
  }

 private:
  // Activations as they are multiplied.
  struct Activated {
    std::vector<double> values;
    std::vector<double> doubt;  // of the step; and a whole step where either of two bytes will do
    double largest;             // magnitude that int8 rounds at; 0 for the others
  };

  struct Sum {
    double value;
    double size;  // sum of the magnitudes that are rounded
    double doubt;

    void add(double term) {
      value += term;
      size += std::abs(term);
    }
  };

  // A convolution that changes nothing shows what the kernel multiplies, and this must be right.
  Activated measured(const std::string& name) const {
    const int64_t n = shape.channels_in;
    Case same = *this;
    same.shape = {shape.steps_in, shape.steps_in, n, n, 1, 1, 1, 0, n};
    same.has_bias = same.has_residual = same.accumulates = false;
    same.gain = 1;
    same.weight = Values(n * n);
    for (int64_t c = 0; c < n; ++c) same.weight[c * n + c] = 1;
    same.y = Values(shape.steps_in * n);
    const Values found = same.run(serial_for);
    for (int64_t i = 0; i < found.size(); ++i) {
      const double expected = exact_activation(i / n, i % n);
      const double rounding = precision == Precision::bf16 ? std::ldexp(std::abs(expected), -8) * 1.0001 : 0;
      EXPECT_LE(std::abs(found[i] - expected), activation_bound(i / n, i % n) * 1.01 + rounding)
          << name + ": activation " + std::to_string(expected) + " became " + std::to_string(found[i]);
    }
    return {{found.data(), found.data() + found.size()}, std::vector<double>(found.size(), 0.0), 0};
  }

  // Bytes between the least and the greatest activation. This holds where one tile has all time steps, or
  // all tiles have the same extremes.
  Activated quantized() const {
    const int64_t n = shape.channels_in;
    const int64_t last = (n_rows_of_a_tile() - 1) * shape.stride + (shape.taps - 1) * shape.dilation - shape.padding;
    const int64_t first = std::max<int64_t>(-shape.padding, 0);
    double low = 0, high = 0;
    for (int64_t i = first * n; i < std::clamp<int64_t>(last + 1, 0, shape.steps_in) * n; ++i) {
      low = std::min(low, exact_activation(i / n, i % n));
      high = std::max(high, exact_activation(i / n, i % n));
    }
    const double step = high > low ? (high - low) / 255 : 1;
    const double zero_point = std::round(-low / step);
    double worst = 0;
    for (int64_t i = 0; i < shape.steps_in * n; ++i) worst = std::max(worst, activation_bound(i / n, i % n));
    const double step_doubt = high > low ? 2 * worst / (high - low) : 0;
    Activated activated{{}, {}, high - low};
    for (int64_t i = 0; i < shape.steps_in * n; ++i) {
      const double place = exact_activation(i / n, i % n) / step + zero_point;
      const double to_the_middle = std::abs(place - std::floor(place) - 0.5);
      const bool is_doubtful = to_the_middle < activation_bound(i / n, i % n) / step + 255 * step_doubt + 1e-4;
      activated.values.push_back((std::clamp(std::round(place), 0.0, 255.0) - zero_point) * step);
      activated.doubt.push_back((is_doubtful ? step * 1.01 : 0) + std::abs(activated.values.back()) * step_doubt);
    }
    return activated;
  }

  int64_t n_rows_of_a_tile() const { return (shape.steps_out + 5) / 6 * 6; }

  // Weights as the precision has them.
  std::vector<double> rounded_weights() const {
    std::vector<double> values(weight.size());
    const int64_t per_column = shape.channels_in * shape.taps;
    for (int64_t begin = 0; begin < weight.size(); begin += per_column) {
      float largest = 0;
      for (int64_t i = begin; i < begin + per_column; ++i) largest = std::max(largest, std::abs(weight[i]));
      const float multiplier = largest / 127;
      for (int64_t i = begin; i < begin + per_column; ++i) {
        values[i] = precision == Precision::fp32   ? weight[i]
                    : precision == Precision::bf16 ? to_bf16(weight[i])
                                                   : std::nearbyint(weight[i] / multiplier) * double{multiplier};
      }
    }
    return values;
  }

  static double to_bf16(float value) {
    const int exponent = value == 0 ? 0 : std::ilogb(value);
    return std::ldexp(std::nearbyint(std::ldexp(value, 7 - exponent)), exponent - 7);
  }

  void add_products(const Activated& activated, const std::vector<double>& w, int64_t row, int64_t column,
                    Sum& sum) const {
    for (int64_t tap = 0; tap < shape.taps; ++tap) {
      const int64_t at = row * shape.stride + tap * shape.dilation - shape.padding;
      const bool is_inside = at >= 0 && at < shape.steps_in;
      for (int64_t c = 0; c < shape.channels_in; ++c) {
        const double by = w[(column * shape.channels_in + c) * shape.taps + tap];
        sum.size += activated.largest * std::abs(by);
        if (!is_inside) continue;
        sum.add(activated.values[at * shape.channels_in + c] * by);
        sum.doubt += activated.doubt[at * shape.channels_in + c] * std::abs(by);
      }
    }
  }
};

}  // namespace conv_case
