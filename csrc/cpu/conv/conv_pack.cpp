// Weights in the order in which the kernels read them.
//
// A header, then per output column the bias, and for int8 the multiplier and the sum of weights, then panels of
// kPanelColumns output columns: (taps, words, kPanelColumns) words of 32 bits.
//
// int8: weights are rounded to signed bytes with one multiplier per output column, which the largest weight sets. With
// activations a = (byte - zero_point) * step,
//   conv(a) = step * (multiplier * sum(byte * weight) - zero_point * weight_sum), weight_sum = multiplier *
//   sum(weight).
#include "conv/conv_pack.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <string>

namespace kokoro_fast {
namespace {

constexpr char kMagic[8] = {'k', 'k', 'c', 'o', 'n', 'v', '0', '1'};
constexpr int64_t kAlignment = 64;
constexpr float kLargestBf16 = 0x1.fep127F;
constexpr int64_t kMostByteProducts = INT32_MAX / (255 * 127);  // most products whose sum fits an int32

struct Header {
  char magic[8];
  int64_t channels_out;
  int64_t channels_in;
  int64_t taps;
  int64_t precision;
};

constexpr int64_t rounded_up(int64_t value, int64_t multiple) { return (value + multiple - 1) / multiple * multiple; }

int64_t float_bytes(int64_t n) { return rounded_up(n * 4, kAlignment); }

PackedLayout layout_of(const PackedShape& shape) {
  PackedLayout layout{};
  const bool is_int8 = shape.precision == Precision::int8;
  layout.words = rounded_up(shape.channels_in, elements_per_word(shape.precision)) / elements_per_word(shape.precision);
  layout.n_panels = rounded_up(shape.channels_out, kPanelColumns) / kPanelColumns;
  const int64_t per_column = float_bytes(layout.n_panels * kPanelColumns);
  layout.bias = kAlignment;
  layout.multiplier = layout.bias + per_column;
  layout.weight_sum = layout.multiplier + (is_int8 ? per_column : 0);
  layout.panels = layout.weight_sum + (is_int8 ? per_column : 0);
  layout.panel_step = shape.taps * layout.words * kPanelColumns * 4;
  layout.size = layout.panels + layout.n_panels * layout.panel_step;
  return layout;
}

PackedShape shape_of(const ConvWeights& w) { return {w.channels_out, w.channels_in, w.taps, w.precision}; }

uint16_t to_bf16(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return static_cast<uint16_t>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

// Calls put(tap, channel in, position of the element in bytes) for every weight of one output column.
template <class Put>
void for_column(const ConvWeights& w, const PackedLayout& layout, int64_t column, Put put) {
  const int64_t per_word = elements_per_word(w.precision);
  const int64_t element_bytes = 4 / per_word;
  const int64_t panel = layout.panels + column / kPanelColumns * layout.panel_step;
  for (int64_t tap = 0; tap < w.taps; ++tap) {
    for (int64_t c = 0; c < w.channels_in; ++c) {
      const int64_t word = (tap * layout.words + c / per_word) * kPanelColumns + column % kPanelColumns;
      put(tap, c, panel + word * 4 + c % per_word * element_bytes);
    }
  }
}

// Throws std::invalid_argument unless the precision can hold the weights.
void check(const ConvWeights& w) {
  // The largest float32 values are rounded to infinity in bf16.
  const float largest = w.precision == Precision::bf16 ? kLargestBf16 : std::numeric_limits<float>::max();
  const auto fit = [](const float* values, int64_t n, float most) {
    return std::all_of(values, values + n, [most](float value) { return std::abs(value) <= most; });  // NaN does not
  };
  const int64_t per_sum = w.channels_in * w.taps;
  if (!fit(w.weight, w.channels_out * per_sum, largest)) {
    throw std::invalid_argument(std::string("weight: expected numbers that are finite in ") +
                                precision_name(w.precision));
  }
  if (w.bias != nullptr && !fit(w.bias, w.channels_out, std::numeric_limits<float>::max())) {
    throw std::invalid_argument("bias: expected finite numbers");
  }
  if (w.precision == Precision::int8 && per_sum > kMostByteProducts) {
    throw std::invalid_argument("weight: expected at most " + std::to_string(kMostByteProducts) +
                                " products to a sum in int8, got " + std::to_string(per_sum));
  }
}

float weight_at(const ConvWeights& w, int64_t column, int64_t tap, int64_t channel) {
  return w.weight[(column * w.channels_in + channel) * w.taps + tap];
}

void pack_int8_column(const ConvWeights& w, const PackedLayout& layout, int64_t column, uint8_t* packed) {
  float largest = 0;
  for_column(w, layout, column, [&](int64_t tap, int64_t c, int64_t) {
    largest = std::max(largest, std::abs(weight_at(w, column, tap, c)));
  });
  // A smaller multiplier would be rounded so much that the largest weight is no longer 127 of them.
  const float multiplier = std::max(largest / 127, std::numeric_limits<float>::min());
  int64_t sum = 0;
  for_column(w, layout, column, [&](int64_t tap, int64_t c, int64_t position) {
    const auto quantized = static_cast<int8_t>(std::lrint(weight_at(w, column, tap, c) / multiplier));
    sum += quantized;
    packed[position] = static_cast<uint8_t>(quantized);
  });
  reinterpret_cast<float*>(packed + layout.multiplier)[column] = multiplier;
  reinterpret_cast<float*>(packed + layout.weight_sum)[column] = multiplier * static_cast<float>(sum);
}

}  // namespace

int64_t elements_per_word(Precision precision) {
  return precision == Precision::fp32 ? 1 : precision == Precision::bf16 ? 2 : 4;
}

int64_t packed_size(const ConvWeights& weights) { return layout_of(shape_of(weights)).size; }

void pack(const ConvWeights& w, uint8_t* packed) {
  check(w);
  const PackedLayout layout = layout_of(shape_of(w));
  std::memset(packed, 0, layout.size);
  Header header{{}, w.channels_out, w.channels_in, w.taps, static_cast<int64_t>(w.precision)};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  std::memcpy(packed, &header, sizeof header);
  if (w.bias != nullptr) std::copy(w.bias, w.bias + w.channels_out, reinterpret_cast<float*>(packed + layout.bias));
  for (int64_t column = 0; column < w.channels_out; ++column) {
    if (w.precision == Precision::int8) {
      pack_int8_column(w, layout, column, packed);
      continue;
    }
    for_column(w, layout, column, [&](int64_t tap, int64_t c, int64_t position) {
      const float value = weight_at(w, column, tap, c);
      if (w.precision == Precision::fp32) {
        std::memcpy(packed + position, &value, sizeof value);
      } else {
        const uint16_t half = to_bf16(value);
        std::memcpy(packed + position, &half, sizeof half);
      }
    });
  }
}

PackedShape packed_header(const uint8_t* packed) {
  Header header;
  std::memcpy(&header, packed, sizeof header);
  return {header.channels_out, header.channels_in, header.taps, static_cast<Precision>(header.precision)};
}

PackedShape packed_shape(const uint8_t* packed, int64_t size) {
  constexpr int64_t kMost = 1 << 20;  // keeps the layout of a damaged header from overflowing
  const auto plausible = [](int64_t n) { return n >= 1 && n <= kMost; };
  if (size >= kAlignment && std::memcmp(packed, kMagic, sizeof kMagic) == 0) {
    const PackedShape shape = packed_header(packed);
    if (plausible(shape.channels_out) && plausible(shape.channels_in) && plausible(shape.taps) &&
        shape.precision >= Precision::fp32 && shape.precision <= Precision::int8 && layout_of(shape).size == size) {
      return shape;
    }
  }
  throw std::invalid_argument("packed: expected weights packed by this version of kokoro-fast");
}

PackedLayout packed_layout(const PackedShape& shape) { return layout_of(shape); }

}  // namespace kokoro_fast
