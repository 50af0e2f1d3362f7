#include "format/phoneme_lines.h"

#include <algorithm>
#include <iterator>

#include "base/json.h"
#include "base/utf8.h"

namespace kokoro_fast {
namespace {

constexpr std::string_view kSpace = " \t\r\n\v\f";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";  // some editors put it before a text
constexpr const char* kFields[] = {"phonemes", "gap", "pause", "text", "char_start", "char_end", "voice", "rate"};

std::string_view stripped(std::string_view text) {
  const size_t begin = std::min(text.find_first_not_of(kSpace), text.size());
  return text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
}

// The text with every run of white space as one space.
std::string collapsed(std::string_view text) {
  std::string words;
  for (const char c : text) {
    const bool is_space = kSpace.find(c) != std::string_view::npos;
    if (!is_space || words.empty() || words.back() != ' ') words += is_space ? ' ' : c;
  }
  return words;
}

// Sets a field. Returns what was expected if the value does not fit, or else an empty string.
std::string set_number(double* field, const Json& value, double least, double most, const char* range) {
  const double* number = value.as_number();
  if (number == nullptr || *number < least || *number > most) return std::string("a number from ") + range;
  *field = *number;
  return "";
}

std::string set_count(int64_t* field, const Json& value) {
  const int64_t number = value.as_integer().value_or(-1);
  *field = std::max<int64_t>(number, 0);
  return number < 0 ? "a whole number from 0" : "";
}

std::string set_text(std::string* field, const Json& value) {
  const std::string* text = value.as_string();
  if (text != nullptr) *field = *text;
  return text == nullptr ? "a string" : "";
}

std::string set_flag(bool* field, const Json& value) {
  const bool* flag = value.as_bool();
  if (flag != nullptr) *field = *flag;
  return flag == nullptr ? "true or false" : "";
}

std::string set(PhonemeLine* line, const std::string& key, const Json& value) {
  if (key == "phonemes") return set_text(&line->phonemes, value);
  if (key == "gap") return set_number(&line->pause, value, 0, kLongestPause, "0 to 3600");
  if (key == "pause") return set_flag(&line->is_requested, value);
  if (key == "text") return set_text(&line->text, value);
  if (key == "char_start") return set_count(&line->char_start, value);
  if (key == "char_end") return set_count(&line->char_end, value);
  if (key == "voice") return set_text(&line->voice, value);
  return set_number(&line->rate, value, kSlowestSpeed, kFastestSpeed, "0.5 to 2");
}

bool is_field(const std::string& key) {
  return std::any_of(std::begin(kFields), std::end(kFields), [&](const char* name) { return key == name; });
}

std::string all_fields() {
  std::string names;
  for (const char* name : kFields) names += (names.empty() ? "" : ", ") + std::string(name);
  return names;
}

}  // namespace

Result<std::optional<PhonemeLine>> parse_phoneme_line(std::string_view line, int64_t number) {
  const auto wrong = [number](const std::string& reason) {
    return Status(Code::bad_argument, "line " + std::to_string(number) + ": " + reason);
  };
  if (number == 1 && line.substr(0, kByteOrderMark.size()) == kByteOrderMark) line.remove_prefix(kByteOrderMark.size());
  if (line.size() > kLongestLine) return wrong("expected at most " + std::to_string(kLongestLine) + " bytes, got more");
  line = stripped(line);
  if (line.empty()) return std::optional<PhonemeLine>();
  PhonemeLine read;
  if (line.front() != '{') {
    read.phonemes = collapsed(line);
    return std::optional(read);
  }
  const Result<Json> json = Json::parse(line);
  if (!json) return wrong(json.message());
  for (const auto& [key, value] : *json->as_object()) {
    if (!is_field(key)) return wrong("expected the fields " + all_fields() + ", got " + in_quotes(key));
    const std::string expected = set(&read, key, value);
    if (!expected.empty()) return wrong(key + ": expected " + expected + ", got " + value.shown());
  }
  for (const char* needed : {"phonemes", "gap"}) {
    if (json->find(needed) == nullptr) return wrong("expected the field " + in_quotes(needed) + ", got none");
  }
  return std::optional(read);
}

}  // namespace kokoro_fast
