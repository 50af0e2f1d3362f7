// The convolution with packed weights against a plain loop in double arithmetic, in every precision of this CPU.
#include "kokoro_fast/conv.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "fuzz.h"
#include "kernels.h"

namespace {

using fuzz::require;
using namespace kokoro_fast;
using Values = std::vector<float>;

// A number as a kernel may have it, and how far that may be from the exact one.
struct Rough {
  double value;
  double error;
};

struct Case {
  Precision precision;
  int64_t steps_in, steps_out, channels_in, channels_out, taps, dilation, stride, padding, y_stride;
  bool is_snake, has_bias, has_residual, accumulates;
  float gain, slope;
  Values x, mean, factor, offset, alpha, weight, bias, residual, y;

  explicit Case(fuzz::Bytes& input)
      : precision(static_cast<Precision>(input.take_between(0, 2))),
        steps_in(input.take_between(1, 50)),
        steps_out(input.take_between(1, 60)),
        channels_in(input.take_between(1, 20)),
        channels_out(input.take_between(1, 70)),
        taps(input.take_between(1, 7)),
        dilation(input.take_between(1, 5)),
        stride(input.take_between(1, 6)),
        padding(input.take_between(0, 20)),
        y_stride(channels_out + input.take_between(0, 3)),
        is_snake(input.take_bool()),
        has_bias(input.take_bool()),
        has_residual(input.take_bool()),
        accumulates(input.take_bool()),
        gain(input.take_value()),
        slope(input.take_value()),
        x(input.take_values(steps_in * channels_in, 0, scale(input))),
        mean(input.take_values(channels_in)),
        factor(input.take_values(channels_in)),
        offset(input.take_values(channels_in)),
        alpha(input.take_values(channels_in)),
        weight(input.take_values(channels_out * channels_in * taps, 0, scale(input))),
        bias(input.take_values(channels_out)),
        residual(input.take_values(steps_out * channels_out)),
        y(input.take_values(steps_out * y_stride)) {
    if (!precision_supported(precision)) precision = Precision::fp32;
    for (float& value : alpha) value = 0.1F + std::abs(value);
  }

  ConvWeights weights() const {
    return {weight.data(), has_bias ? bias.data() : nullptr, channels_out, channels_in, taps, precision};
  }

  Values run(ParallelFor parallel_for, Values& moments) const {
    const std::unique_ptr<uint8_t, void (*)(void*)> packed(
        static_cast<uint8_t*>(std::aligned_alloc(64, static_cast<size_t>(packed_size(weights())))), std::free);
    pack(weights(), packed.get());
    Values result = y;
    moments.assign(static_cast<size_t>(2 * channels_out), 0);
    conv({x.data(),
          {mean.data(), factor.data(), offset.data(), is_snake ? alpha.data() : nullptr, slope},
          packed.get(),
          has_residual ? residual.data() : nullptr,
          result.data(),
          moments.data(),
          steps_in,
          steps_out,
          y_stride,
          dilation,
          stride,
          padding,
          gain,
          accumulates},
         parallel_for);
    return result;
  }

  // (T_in, C_in)
  std::vector<Rough> activations() const {
    std::vector<Rough> all;
    double low = 0, high = 0;
    for (int64_t i = 0; i < steps_in * channels_in; ++i) {
      const int64_t c = i % channels_in;
      const double scaled = (static_cast<double>(x[i]) - mean[c]) * factor[c];
      const double v = scaled + offset[c];
      const double sine = std::sin(alpha[c] * v);
      const double value = is_snake ? v + sine * sine / alpha[c] : v < 0 ? v * slope : v;
      const double polynomial = is_snake ? (precision == Precision::fp32 ? 2e-7 : 3e-5) / alpha[c] : 0;
      const double steepest = is_snake ? 2 : std::max(1.0F, std::abs(slope));
      const double rounding = precision == Precision::bf16 ? std::ldexp(std::abs(value), -8) : 0;
      all.push_back({value, polynomial + 6e-7 * steepest * (std::abs(scaled) + std::abs(offset[c])) + rounding});
      low = std::min(low, value);
      high = std::max(high, value);
    }
    if (precision != Precision::int8) return all;
    for (Rough& one : all) one.error += (high - low) / 255 * 1.1 + 1e-30;  // rounded, or cut at the last byte
    return all;
  }

  // (C_out, C_in, K)
  std::vector<Rough> rounded_weights() const {
    std::vector<Rough> all;
    const int64_t per_column = channels_in * taps;
    for (int64_t i = 0; i < channels_out * per_column; ++i) {
      const auto column = weight.begin() + i / per_column * per_column;
      const double size = std::abs(weight[i]);
      double largest = 0;
      for (auto w = column; precision == Precision::int8 && w != column + per_column; ++w) {
        largest = std::max<double>(largest, std::abs(*w));
      }
      all.push_back({weight[i], precision == Precision::bf16 ? std::ldexp(size, -8) : largest / 127 * 0.51});
    }
    return all;
  }

  void check(const Values& found) const {
    const std::vector<Rough> a = activations();
    const std::vector<Rough> w = rounded_weights();
    double largest = 0;  // what int8 has for zero is as coarse as its largest values
    for (const Rough& one : a) largest = std::max(largest, precision == Precision::int8 ? std::abs(one.value) : 0);
    const double terms = static_cast<double>(channels_in * taps) + 6;
    for (int64_t i = 0; i < steps_out * y_stride; ++i) {
      const int64_t step = i / y_stride, column = i % y_stride;
      if (column >= channels_out) {
        require(found[i] == y[i], "what is not of the result stays");
        continue;
      }
      double sum = 0, size = 0, error = 0;
      const auto add = [&](double term) { sum += term, size += std::abs(term); };
      if (has_bias) add(bias[column]);
      if (has_residual) add(residual[step * channels_out + column]);
      for (int64_t tap = 0; tap < taps; ++tap) {
        const int64_t at = step * stride + tap * dilation - padding;
        for (int64_t c = 0; c < channels_in; ++c) {
          const Rough& by = w[(column * channels_in + c) * taps + tap];
          size += 2 * largest * (std::abs(by.value) + by.error);
          if (at < 0 || at >= steps_in) continue;
          const Rough& value = a[at * channels_in + c];
          add(value.value * by.value);
          error += std::abs(value.value) * by.error + value.error * (std::abs(by.value) + by.error);
        }
      }
      const double before = accumulates ? y[i] : 0;
      const double rounding = terms * 6e-8 * (size * std::abs(gain) + std::abs(before)) + error * std::abs(gain) * 1.01;
      require(std::abs(found[i] - (sum * gain + before)) <= rounding + 1e-30, "a value is that of the plain loop");
    }
  }

  void check_moments(const Values& found, const Values& moments) const {
    for (int64_t c = 0; c < channels_out; ++c) {
      double mean_here = 0, variance = 0, largest = 0;
      for (int64_t t = 0; t < steps_out; ++t) {
        mean_here += found[t * y_stride + c] / static_cast<double>(steps_out);
        largest = std::max<double>(largest, std::abs(found[t * y_stride + c]));
      }
      for (int64_t t = 0; t < steps_out; ++t) {
        variance += std::pow(found[t * y_stride + c] - mean_here, 2) / static_cast<double>(steps_out);
      }
      require(std::abs(moments[c] - mean_here) <= 2e-6 * largest, "the mean is that of the result");
      require(std::abs(moments[channels_out + c] - variance) <= 2e-5 * largest * largest + 1e-37,
              "the variance is that of the result");
    }
  }

 private:
  static float scale(fuzz::Bytes& input) { return std::ldexp(1.0F, static_cast<int>(input.take_between(-12, 6))); }
};

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Bytes input(data, size);
  fuzz::take_isa(input);
  const Case one(input);
  Values moments, again;
  const Values found = one.run(serial_for, moments);
  one.check(found);
  one.check_moments(found, moments);
  require(one.run(fuzz::backward_for, again) == found && again == moments, "the order of work changes nothing");
  return 0;
}
