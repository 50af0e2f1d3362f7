// What the fuzz targets share: arguments made out of the bytes that an engine gives, and statements that must hold.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.h"

// Every target has one. It ends the process where a statement does not hold.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace fuzz {

inline void require(bool holds, const char* statement) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", statement);
  std::abort();
}

// Bytes that are taken from the front. Once they are used up, everything is 0.
class Bytes {
 public:
  Bytes(const uint8_t* data, size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  bool empty() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

  template <class Number>
  Number take() {
    Number number{};
    const size_t n = rest_.size() < sizeof number ? rest_.size() : sizeof number;
    std::memcpy(&number, rest_.data(), n);
    rest_.remove_prefix(n);
    return number;
  }
  bool take_bool() { return take<uint8_t>() % 2 == 1; }
  // A number of [least, most], which is at most 65535 numbers away.
  int64_t take_between(int64_t least, int64_t most) {
    const int64_t n = most - least + 1;
    return least + (n <= 256 ? take<uint8_t>() : take<uint16_t>()) % n;
  }
  // A number of [-8, 8), in steps of 1/4096.
  float take_value() { return static_cast<float>(take<int16_t>()) / 4096; }
  // `n` values of a normal distribution, made from a seed, and a few that are taken one by one.
  std::vector<float> take_values(int64_t n, float mean = 0, float deviation = 1) {
    std::minstd_rand generator(take<uint16_t>());
    std::normal_distribution<float> normal;
    std::vector<float> values(static_cast<size_t>(n));
    for (float& value : values) value = mean + deviation * normal(generator);
    for (int64_t left = take_between(0, 3); left > 0 && n > 0; --left) {
      const int64_t at = take_between(0, n - 1);
      values[static_cast<size_t>(at)] = mean + deviation * take_value();
    }
    return values;
  }

 private:
  std::string_view rest_;
};

// Whether a message can stand in one line of a terminal.
inline bool is_line(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  }
  return !text.empty() && kokoro_fast::utf8_error(text) == std::string_view::npos;
}

// The text as JSON has it.
inline std::string json_string(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    char escape[8] = "";
    if (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\') {
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      json += escape;
    } else {
      json += c;
    }
  }
  return json + '"';
}

// Every bit of a number.
inline std::string json_number(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", number);
  return text;
}

// Whether two arrays are the same to the bit.
inline bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}

}  // namespace fuzz
