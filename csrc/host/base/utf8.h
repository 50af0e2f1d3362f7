// UTF-8, strictly: no surrogates, no number beyond U+10FFFF, no longer form than needed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kokoro_fast {

struct CodePoint {
  char32_t value;
  size_t n_bytes;  // 0: the bytes are not UTF-8
};

// The code point that begins at byte `at`, which must be less than text.size().
CodePoint utf8_at(std::string_view text, size_t at);

// The first byte that is not UTF-8, or npos.
size_t utf8_error(std::string_view text);

// Appends a code point that is no surrogate and at most U+10FFFF.
void utf8_append(std::string& text, char32_t value);

// The text in quotes, for a one-line message: cut after `longest` code points, with unprintable ones spelled out.
std::string in_quotes(std::string_view text, size_t longest = 60);

}  // namespace kokoro_fast
