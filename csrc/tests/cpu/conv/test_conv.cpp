// The convolution against double arithmetic, on every instruction set and precision of this CPU.
#include <gtest/gtest.h>

#include <limits>

#include "conv/conv_activation.h"
#include "conv_case.h"

namespace {

using namespace conv_case;

constexpr double kPi = 3.14159265358979323846;
using Vector = kokoro_fast::Floats;  // of the inner loops
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

constexpr int64_t kOneTile = 24;  // this many time steps are never divided

Shape random_shape() {
  const std::vector<int64_t> channels = {1, 2, 3, 4, 15, 16, 17, 22, 33, 64, 66, 130};
  Shape shape{};
  shape.steps_in = 1 + generator()() % 70;
  shape.channels_in = one_of(channels);
  shape.channels_out = one_of(channels);
  shape.taps = 1 + generator()() % 12;
  shape.dilation = one_of({1, 1, 2, 3, 5});
  shape.stride = one_of({1, 1, 2, 6});
  shape.padding = generator()() % 30;
  shape.steps_out = 1 + generator()() % 70;
  shape.y_stride = shape.channels_out + one_of({0, 1, 7, 64});
  return shape;
}

std::string text_of(const Shape& s) {
  std::string text;
  for (const int64_t n :
       {s.steps_in, s.steps_out, s.channels_in, s.channels_out, s.taps, s.dilation, s.stride, s.padding, s.y_stride}) {
    text += " " + std::to_string(n);
  }
  return text;
}

TEST(Conv, EqualsDoubleArithmetic) {
  on_every_kernel([](Precision precision, const std::string& name) {
    for (int round = 0; round < 60; ++round) {
      Shape shape = random_shape();
      if (precision == Precision::int8) shape.steps_out = 1 + shape.steps_out % kOneTile;
      const Case one(precision, shape);
      one.check(one.run(round % 2 == 0 ? serial_for : threads_for), name + text_of(one.shape));
    }
  });
}

TEST(Conv, OfALongInput) {
  on_every_kernel([](Precision precision, const std::string& name) {
    Case one(precision, {20000, 20000, 17, 22, 7, 5, 1, 15, 22});
    for (int64_t t = 0; t < 20000; ++t) {  // every tile has the same extremes
      one.x[t * 17] = 200;
      one.x[t * 17 + 1] = -200;
    }
    one.factor[0] = one.factor[1] = 1;
    one.check(one.run(threads_for), name);
  });
}

TEST(Conv, OfWideRows) {
  on_every_kernel([](Precision precision, const std::string& name) {
    const Case one(precision, {24, 24, 1100, 70, 3, 1, 1, 1, 70});
    one.check(one.run(serial_for), name);
  });
}

TEST(Conv, MayWriteOverItsResidual) {
  on_every_kernel([](Precision precision, const std::string& name) {
    Case one(precision, {50, 50, 22, 66, 3, 1, 1, 1, 66});
    one.has_residual = true;
    one.accumulates = false;
    one.residual = one.y;
    const Packed packed(one.weights());
    Values result = one.y;
    conv({one.x.data(), one.activation(), packed.data(), result.data(), result.data(), nullptr, 50, 50, 66, 1, 1, 1,
          one.gain, false},
         threads_for);
    ASSERT_EQ(result, one.run(serial_for)) << name;
  });
}

TEST(Conv, IsTheSameOnAnyNumberOfThreads) {
  on_every_kernel([](Precision precision, const std::string& name) {
    for (const int64_t steps : {5, 700, 5000}) {
      const Case one(precision, {steps, steps, 33, 200, 3, 1, 1, 1, 200});
      Values alone(400);
      Values together(400);
      ASSERT_EQ(one.run(serial_for, alone.data()), one.run(threads_for, together.data())) << name;
      ASSERT_EQ(alone, together) << name + ": moments";
    }
  });
}

// What a thread left in its memory from the call before must not be read.
TEST(Conv, KeepsNanToItself) {
  on_every_kernel([](Precision precision, const std::string& name) {
    for (const int64_t channels : {1, 3, 17, 22}) {
      Case spoiled(precision, {100, 100, 64, 16, 3, 1, 1, 1, 16});
      spoiled.x = Values(spoiled.x.size(), kNan);
      spoiled.run(serial_for);
      const Case one(precision, {20, 20, channels, 17, 5, 2, 1, 4, 17});
      one.check(one.run(serial_for), name);
    }
    if (precision == Precision::int8) return;  // bytes have no NaN
    Case one(precision, {30, 30, 17, 5, 3, 1, 1, 1, 5});
    one.x[10 * 17 + 16] = kNan;
    const Values found = one.run(serial_for);
    for (int64_t i = 0; i < found.size(); ++i) {
      ASSERT_EQ(std::isnan(found[i]), (std::abs(i / 5 - 10) <= 1)) << name + ": value " + std::to_string(i);
    }
  });
}

// A tile in which nothing or next to nothing happens.
TEST(Conv, OfSilence) {
  on_every_kernel([](Precision precision, const std::string& name) {
    for (const float tiny : {0.0F, 1e-45F, 1e-40F, 1e-30F}) {
      Case one(precision, {20, 20, 17, 5, 3, 1, 1, 1, 5});
      one.has_bias = true;
      one.has_residual = one.accumulates = false;
      for (int64_t i = 0; i < one.x.size(); ++i) one.x[i] = coin() ? tiny : -tiny;
      one.mean = one.offset = Values(17);
      const Values found = one.run(serial_for);
      for (int64_t i = 0; i < found.size(); ++i) {
        ASSERT_LT(std::abs(found[i] - one.bias[i % 5] * one.gain), 1e-6) << name + ": " + std::to_string(found[i]);
      }
    }
  });
}

// Each tile of int8 has a step of its own: what is loud elsewhere takes nothing from a quiet one.
TEST(Conv, InBytesKeepsTheDetailOfQuietTiles) {
  if (!precision_supported(Precision::int8)) return;
  Case one(Precision::int8, {1000, 1000, 4, 3, 1, 1, 1, 0, 3});
  for (int64_t i = 0; i < one.x.size(); ++i) one.x[i] *= i < 4 * 300 ? 1e-3F : 1e3F;
  one.is_snake = one.has_bias = one.has_residual = one.accumulates = false;
  one.mean = one.offset = Values(4);
  const Values found = one.run(serial_for);
  one.precision = Precision::fp32;
  const Values expected = one.run(serial_for);
  for (int64_t i = 0; i < 3 * 200; ++i) EXPECT_LT(std::abs(found[i] - expected[i]), 1e-3);
}

void check_moments(const float* found, const float* values, int64_t n_rows, int64_t stride, int64_t channels,
                   const std::string& name, double within = 3e-6) {
  for (int64_t c = 0; c < channels; ++c) {
    double mean = 0;
    double variance = 0;
    for (int64_t i = 0; i < n_rows; ++i) mean += values[i * stride + c] / static_cast<double>(n_rows);
    for (int64_t i = 0; i < n_rows; ++i) {
      variance += std::pow(values[i * stride + c] - mean, 2) / static_cast<double>(n_rows);
    }
    const double rounding = 2e-7 * std::abs(mean) + within * std::sqrt(variance);
    ASSERT_LE(std::abs(found[c] - mean), rounding) << name + ": mean";
    const double square = rounding * (2 * std::sqrt(variance) + rounding);
    ASSERT_LE(std::abs(found[channels + c] - variance), square + 1e-4 * variance) << name + ": variance";
  }
}

TEST(Conv, MomentsOfTheResult) {
  on_every_kernel([](Precision precision, const std::string& name) {
    for (int round = 0; round < 20; ++round) {
      Shape shape = random_shape();
      shape.steps_out = one_of({1, 2, 24, 25, 70, 700});
      Case one(precision, shape);
      for (int64_t c = 0; c < shape.channels_out; ++c) one.bias[c] += 1000;
      Values moments(2 * shape.channels_out);
      const Values found = one.run(threads_for, moments.data());
      check_moments(moments.data(), found.data(), shape.steps_out, shape.y_stride, shape.channels_out, name);
    }
  });
}

TEST(Conv, MomentsOfChannels) {
  on_every_kernel([](Precision, const std::string& name) {
    for (const int64_t steps : {1, 2, 3, 255, 256, 257, 3000}) {
      for (const int64_t channels : {1, 3, 16, 17, 130}) {
        const Values x = normal(steps * channels, 300, 2);
        Values moments(2 * channels);
        channel_moments(x.data(), steps, channels, moments.data(), threads_for);
        check_moments(moments.data(), x.data(), steps, channels, channels, name + ": " + std::to_string(steps));
      }
    }
  });
}

TEST(Conv, MomentsOfConstantsAndOfASingleSpike) {
  on_every_kernel([](Precision, const std::string& name) {
    Values x(1000 * 17, 0.1F);
    Values moments(34);
    channel_moments(x.data(), 1000, 17, moments.data(), serial_for);
    for (int64_t c = 0; c < 17; ++c) ASSERT_TRUE(moments[c] == 0.1F && moments[17 + c] == 0) << name;
    for (int64_t c = 0; c < 17; ++c) x[c * 18] = 1e4F;  // in row c of channel c: channel 0 has it in its first row
    channel_moments(x.data(), 1000, 17, moments.data(), serial_for);
    check_moments(moments.data(), x.data(), 1000, 17, 17, name, 2e-3);  // the worst there is
  });
}

template <int kTerms>
double sine_error(float turns) {
  const double sine = std::sin(kPi * (turns - std::nearbyint(static_cast<double>(turns))));
  return std::abs(squared_sine<kTerms>(Vector{} + turns)[0] - sine * sine);
}

TEST(Conv, SquaredSineIsAsAccurateAsItSays) {
  double worst_of_six = 0;
  double worst_of_four = 0;
  const auto measure = [&](float turns) {
    worst_of_six = std::max(worst_of_six, sine_error<6>(turns));
    worst_of_four = std::max(worst_of_four, sine_error<4>(turns));
  };
  for (int i = -200000; i <= 200000; ++i) measure(static_cast<float>(i) * 0.5F / 200000);
  for (const float large : {1.0F, 100.0F, 65536.0F, 4194303.0F}) {
    for (int i = 0; i < 10000; ++i) {
      const float turns = large * (1 - static_cast<float>(i) * 1.7e-5F);
      measure(turns);
      measure(-turns);
    }
  }
  ASSERT_LT(worst_of_six, 2e-7) << "6 terms: " + std::to_string(worst_of_six * 1e7) + "e-7";
  ASSERT_LT(worst_of_four, 3e-5) << "4 terms: " + std::to_string(worst_of_four * 1e5) + "e-5";
  for (const float huge : {1e10F, -3e38F, std::numeric_limits<float>::infinity()}) {
    const float square = squared_sine<6>(Vector{} + huge)[0];
    EXPECT_GE(square, 0);
    EXPECT_LE(square, 1.000001F);
  }
}

TEST(Conv, PackedWeightsSayWhatTheyAre) {
  on_every_kernel([](Precision precision, const std::string& name) {
    const Case one(precision, {1, 1, 17, 22, 3, 1, 1, 0, 22});
    const Packed packed(one.weights());
    const int64_t size = packed_size(one.weights());
    const PackedShape shape = packed_shape(packed.data(), size);
    ASSERT_EQ(shape.channels_out, 22) << name;
    ASSERT_EQ(shape.channels_in, 17) << name;
    ASSERT_EQ(shape.taps, 3) << name;
    ASSERT_EQ(shape.precision, precision) << name;
    EXPECT_THROW(packed_shape(packed.data(), size - 1), std::invalid_argument);
    EXPECT_THROW(packed_shape(packed.data(), 0), std::invalid_argument);
    EXPECT_THROW(packed_shape(packed.data(), 39), std::invalid_argument);
    std::vector<uint8_t> damaged(size + 64);
    for (int64_t field = 0; field < 5; ++field) {  // of 8 bytes: the name, three sizes, the precision
      for (const int64_t value : {int64_t{0}, int64_t{-1}, int64_t{1} << 20, int64_t{1} << 21, INT64_MAX, INT64_MIN}) {
        if (field == 4 && static_cast<int32_t>(value) == 0) continue;  // a precision
        std::memcpy(damaged.data(), packed.data(), size);
        std::memcpy(damaged.data() + 8 * field, &value, sizeof value);
        EXPECT_THROW(packed_shape(damaged.data(), size), std::invalid_argument);
      }
    }
  });
}

TEST(Conv, WeightsMustBeFinite) {
  for (const Precision precision : {Precision::fp32, Precision::bf16, Precision::int8}) {
    for (const float bad : {kNan, std::numeric_limits<float>::infinity()}) {
      Case one(precision, {1, 1, 3, 4, 2, 1, 1, 0, 4});
      one.weight[13] = bad;
      EXPECT_THROW(Packed(one.weights()), std::invalid_argument);
      one.weight[13] = 0;
      one.has_bias = true;
      one.bias[3] = bad;
      EXPECT_THROW(Packed(one.weights()), std::invalid_argument);
    }
  }
  Case one(Precision::bf16, {1, 1, 3, 4, 2, 1, 1, 0, 4});
  one.weight[13] = -std::numeric_limits<float>::max();
  EXPECT_THROW(Packed(one.weights()), std::invalid_argument);
}

TEST(Conv, SumsOfBytesMustFit) {
  Case one(Precision::int8, {1, 1, 70000, 1, 1, 1, 1, 0, 1});
  EXPECT_THROW(Packed(one.weights()), std::invalid_argument);
}

TEST(Conv, PrecisionThatTheInstructionSetLacks) {
  const Isa before = isa_in_use();
  use_isa(Isa::generic);
  const Case one(Precision::bf16, {1, 1, 3, 4, 1, 1, 1, 0, 4});
  EXPECT_THROW(one.run(serial_for), std::invalid_argument);
  use_isa(before);
}

TEST(Conv, PrecisionsHaveNames) {
  for (const Precision precision : {Precision::fp32, Precision::bf16, Precision::int8}) {
    EXPECT_EQ(precision_named(precision_name(precision)), precision);
  }
  EXPECT_THROW(precision_named("fp16"), std::invalid_argument);
}

}  // namespace
