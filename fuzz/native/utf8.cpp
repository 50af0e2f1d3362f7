// UTF-8: the same verdict as the table of the Unicode standard, and quotations that fit a terminal.
#include "base/utf8.h"

#include "base/files.h"
#include "fuzz.h"

namespace {

using fuzz::require;

// The bytes of the character at the front by table 3-7 of the Unicode standard; 0 if it is not well-formed.
size_t well_formed(std::string_view text) {
  static constexpr struct {
    int first[2], second[2];
    size_t n_bytes;
  } kRows[] = {{{0x00, 0x7f}, {}, 1},           {{0xc2, 0xdf}, {0x80, 0xbf}, 2}, {{0xe0, 0xe0}, {0xa0, 0xbf}, 3},
               {{0xe1, 0xec}, {0x80, 0xbf}, 3}, {{0xed, 0xed}, {0x80, 0x9f}, 3}, {{0xee, 0xef}, {0x80, 0xbf}, 3},
               {{0xf0, 0xf0}, {0x90, 0xbf}, 4}, {{0xf1, 0xf3}, {0x80, 0xbf}, 4}, {{0xf4, 0xf4}, {0x80, 0x8f}, 4}};
  const auto byte = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  for (const auto& row : kRows) {
    if (byte(0) < row.first[0] || byte(0) > row.first[1] || text.size() < row.n_bytes) continue;
    if (row.n_bytes > 1 && (byte(1) < row.second[0] || byte(1) > row.second[1])) continue;
    bool continues = true;
    for (size_t i = 2; i < row.n_bytes; ++i) continues = continues && byte(i) >= 0x80 && byte(i) <= 0xbf;
    if (continues) return row.n_bytes;
  }
  return 0;
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  size_t first_error = std::string_view::npos;
  for (size_t at = 0; at < text.size();) {
    const kokoro_fast::CodePoint point = kokoro_fast::utf8_at(text, at);
    const size_t n_bytes = well_formed(text.substr(at));
    require(point.n_bytes == n_bytes, "a character has the bytes of the table");
    if (n_bytes == 0 && first_error == std::string_view::npos) first_error = at;
    if (n_bytes > 0) {
      std::string appended;
      kokoro_fast::utf8_append(appended, point.value);
      require(appended == text.substr(at, n_bytes), "a character is written as it was read");
    }
    at += n_bytes > 0 ? n_bytes : 1;
  }
  require(kokoro_fast::utf8_error(text) == first_error, "the first error is found");
  for (const size_t longest : {size_t{0}, size_t{3}, size}) {
    require(fuzz::is_line(kokoro_fast::in_quotes(text, longest)), "a quotation is one line");
  }
  require(fuzz::is_line(kokoro_fast::shown(std::string(text))) || text.empty(), "a path is shown in one line");
  if (kokoro_fast::is_plain_name(text)) {
    const std::filesystem::path path{std::string(text)};
    require(path.is_relative() && path.lexically_normal() == path && *path.begin() != "..",
            "a plain name does not lead out of its folder");
  }
  return 0;
}
