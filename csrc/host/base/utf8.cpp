#include "base/utf8.h"

#include <cstdint>
#include <cstdio>

namespace kokoro_fast {
namespace {

// Terminals obey C0 and C1 controls; line and paragraph separators end a line.
bool is_printable(char32_t value) {
  return value >= 0x20 && (value < 0x7f || value >= 0xa0) && value != 0x2028 && value != 0x2029;
}

}  // namespace

CodePoint utf8_at(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) -> uint32_t {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0;
  };
  const uint32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  const size_t n_bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  uint32_t value = first & (0x7fU >> n_bytes);
  for (size_t i = 1; i < n_bytes; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {0, 0};
    value = value << 6 | (byte(i) & 0x3f);
  }
  constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = value >= 0xd800 && value <= 0xdfff;
  if (first < 0xc0 || first > 0xf7 || value < kLeast[n_bytes] || value > 0x10ffff || is_surrogate) return {0, 0};
  return {value, n_bytes};
}

size_t utf8_error(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const size_t n_bytes = utf8_at(text, at).n_bytes;
    if (n_bytes == 0) return at;
    at += n_bytes;
  }
  return std::string_view::npos;
}

void utf8_append(std::string& text, char32_t value) {
  const auto add = [&text](uint32_t byte) { text += static_cast<char>(static_cast<unsigned char>(byte)); };
  const auto add_rest = [&](int shift) { add(0x80 | (value >> shift & 0x3f)); };
  if (value < 0x80) {
    add(value);
  } else if (value < 0x800) {
    add(0xc0 | value >> 6), add_rest(0);
  } else if (value < 0x10000) {
    add(0xe0 | value >> 12), add_rest(6), add_rest(0);
  } else {
    add(0xf0 | value >> 18), add_rest(12), add_rest(6), add_rest(0);
  }
}

std::string in_quotes(std::string_view text, size_t longest) {
  std::string shown = "\"";
  size_t at = 0;
  for (size_t n = 0; at < text.size() && n < longest; ++n) {
    const CodePoint point = utf8_at(text, at);
    char spelled[16] = "";
    if (point.n_bytes == 0) {
      std::snprintf(spelled, sizeof spelled, "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(text[at])));
    } else if (!is_printable(point.value)) {
      std::snprintf(spelled, sizeof spelled, "\\u%04x", static_cast<unsigned>(point.value));
    } else {
      shown += text.substr(at, point.n_bytes);
    }
    shown += spelled;
    at += point.n_bytes == 0 ? 1 : point.n_bytes;
  }
  return shown + (at < text.size() ? "\"..." : "\"");
}

}  // namespace kokoro_fast
