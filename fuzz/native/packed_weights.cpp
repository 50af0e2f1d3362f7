// Packed weights: each is as close as its precision allows, padding is zero, and of a damaged block either is refused,
// or the convolution stays inside it.
#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>

#include "conv/conv_pack.h"
#include "fuzz.h"
#include "kernels.h"
#include "kokoro_fast/conv.h"

namespace {

using fuzz::require;
using namespace kokoro_fast;
using Block = std::unique_ptr<uint8_t, void (*)(void*)>;

Block block_of(int64_t size) {
  return {static_cast<uint8_t*>(std::aligned_alloc(64, static_cast<size_t>(size))), std::free};
}

template <class Number>
Number number_at(const uint8_t* from) {
  Number number;
  std::memcpy(&number, from, sizeof number);
  return number;
}

float from_bf16(uint16_t half) {
  const uint32_t bits = uint32_t{half} << 16;
  return number_at<float>(reinterpret_cast<const uint8_t*>(&bits));
}

// The weight of an output column as the kernels see it, and how far it may be from what was packed.
void check_weight(const uint8_t* packed, const PackedLayout& layout, const ConvWeights& w, int64_t column, int64_t tap,
                  int64_t channel) {
  const int64_t per_word = elements_per_word(w.precision);
  const int64_t word = (tap * layout.words + channel / per_word) * kPanelColumns + column % kPanelColumns;
  const uint8_t* at = packed + layout.panels + column / kPanelColumns * layout.panel_step + 4 * word +
                      channel % per_word * (4 / per_word);
  const bool is_padding = column >= w.channels_out || channel >= w.channels_in;
  const float exact = is_padding ? 0 : w.weight[(column * w.channels_in + channel) * w.taps + tap];
  switch (w.precision) {
    case Precision::fp32:
      return require(number_at<float>(at) == exact, "fp32 keeps every bit");
    case Precision::bf16: {
      const double error = std::abs(static_cast<double>(from_bf16(number_at<uint16_t>(at))) - exact);
      return require(error <= std::ldexp(std::abs(static_cast<double>(exact)), -8) + 1e-40,
                     "bf16 rounds to the nearest");
    }
    case Precision::int8:
      break;
  }
  const double multiplier = number_at<float>(packed + layout.multiplier + 4 * column);
  const double error = std::abs(static_cast<double>(number_at<int8_t>(at)) * multiplier - exact);
  require(error <= multiplier * 0.50001, "int8 rounds to the nearest");
}

void check_weights(const uint8_t* packed, const ConvWeights& w) {
  const PackedLayout layout = packed_layout(packed_shape(packed, packed_size(w)));
  const int64_t channels = layout.words * elements_per_word(w.precision);
  for (int64_t column = 0; column < layout.n_panels * kPanelColumns; ++column) {
    for (int64_t tap = 0; tap < w.taps; ++tap) {
      for (int64_t channel = 0; channel < channels; ++channel) check_weight(packed, layout, w, column, tap, channel);
    }
    const float bias = w.bias == nullptr || column >= w.channels_out ? 0 : w.bias[column];
    require(number_at<float>(packed + layout.bias + 4 * column) == bias, "a bias keeps every bit");
  }
}

// A convolution of three steps, for AddressSanitizer to watch.
void convolve(const uint8_t* packed, const PackedShape& shape) {
  const std::vector<float> x(static_cast<size_t>(3 * shape.channels_in), 1);
  const std::vector<float> ones(static_cast<size_t>(shape.channels_in), 1);
  std::vector<float> y(static_cast<size_t>(3 * shape.channels_out));
  conv({x.data(),
        {ones.data(), ones.data(), ones.data(), nullptr, 1},
        packed,
        nullptr,
        y.data(),
        nullptr,
        3,
        3,
        shape.channels_out,
        1,
        1,
        0,
        1,
        false},
       serial_for);
}

void damage(fuzz::Bytes& input, const uint8_t* whole, int64_t size) {
  const int64_t n = input.take_bool() ? size : input.take_between(0, std::min<int64_t>(size, 65535));
  const Block copy = block_of((n + 63) / 64 * 64 + 64);
  uint8_t* packed = copy.get() + ((n + 63) / 64 * 64 + 64 - n) / 4 * 4;  // ends where the memory ends
  std::memcpy(packed, whole, static_cast<size_t>(n));
  for (int64_t edits = input.take_between(0, 4); edits > 0 && n >= 64; --edits) {
    packed[input.take_between(0, 40)] = input.take<uint8_t>();
  }
  PackedShape shape{};
  try {
    shape = packed_shape(packed, n);
  } catch (const std::invalid_argument& error) {
    return require(fuzz::is_line(error.what()), "an error is one line");
  }
  if (precision_supported(shape.precision)) convolve(packed, shape);
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Bytes input(data, size);
  fuzz::take_isa(input);
  const auto precision = static_cast<Precision>(input.take_between(0, 2));
  const int64_t channels_out = input.take_between(1, 40);
  const int64_t channels_in = input.take_between(1, 20);
  const int64_t taps = input.take_between(1, 5);
  std::vector<float> bias = input.take_values(channels_out);
  std::vector<float> weight = input.take_values(channels_out * channels_in * taps, 0, input.take_bool() ? 1.0F : 0.0F);
  for (int64_t odd = input.take_between(0, 5); odd > 0; --odd) {
    const int64_t at = input.take_between(0, static_cast<int64_t>(weight.size()) - 1);
    weight[static_cast<size_t>(at)] = input.take<float>();
  }
  const ConvWeights weights{weight.data(), input.take_bool() ? bias.data() : nullptr, channels_out, channels_in, taps,
                            precision};
  const Block packed = block_of(packed_size(weights));
  try {
    pack(weights, packed.get());
  } catch (const std::invalid_argument& error) {
    require(fuzz::is_line(error.what()), "an error is one line");
    for (const float value : weight) {
      if (!std::isfinite(value) || std::abs(value) > 3.38e38F) return 0;
    }
    require(false, "finite weights are packed");
  }
  check_weights(packed.get(), weights);
  damage(input, packed.get(), packed_size(weights));
  return 0;
}
