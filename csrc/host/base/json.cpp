#include "base/json.h"

#include <algorithm>
#include <cmath>
#include <locale>
#include <set>
#include <sstream>

#include "base/utf8.h"

namespace kokoro_fast {

// Every method that reads leaves `at_` after the text it read, or sets `error_` and returns false.
class JsonParser {
 public:
  explicit JsonParser(std::string_view text) : text_(text) {}

  Result<Json> parse() {
    if (text_.size() > Json::kMaxBytes) {
      return Status(Code::damaged_file, "expected at most " + std::to_string(Json::kMaxBytes) + " bytes of JSON, got " +
                                            std::to_string(text_.size()));
    }
    Json json;
    skip_space();
    if (value(&json)) {
      skip_space();
      if (at_ == text_.size()) return json;
      fail("the end");
    }
    return Status(Code::damaged_file, error_);
  }

 private:
  bool value(Json* json) {
    switch (next()) {
      case '{':
        return object(&json->value_.emplace<Json::Object>());
      case '[':
        return array(&json->value_.emplace<Json::Array>());
      case '"':
        return string(&json->value_.emplace<std::string>());
      case 't':
        json->value_ = true;
        return word("true");
      case 'f':
        json->value_ = false;
        return word("false");
      case 'n':
        json->value_ = nullptr;
        return word("null");
      default:
        return number(&json->value_.emplace<double>());
    }
  }

  bool object(Json::Object* members) {
    std::set<std::string> keys;
    return items('}', [&] {
      const size_t start = at_;
      Json::Member& member = members->emplace_back();
      if (next() != '"') return fail("a key in quotes");
      if (!string(&member.key)) return false;
      if (!keys.insert(member.key).second) {
        at_ = start;
        return fail("each key once", "a second " + in_quotes(member.key));
      }
      skip_space();
      if (!take(':')) return fail("':'");
      skip_space();
      return value(&member.value);
    });
  }

  bool array(Json::Array* elements) {
    return items(']', [&] { return value(&elements->emplace_back()); });
  }

  // The items between brackets, separated by commas.
  template <class Item>
  bool items(char end, Item item) {
    if (depth_ == Json::kMaxDepth) return fail("at most " + std::to_string(Json::kMaxDepth) + " nested brackets");
    ++at_;
    ++depth_;
    skip_space();
    if (!take(end)) {
      do {
        skip_space();
        if (!item()) return false;
        skip_space();
      } while (take(','));
      if (!take(end)) return fail(std::string("',' or '") + end + "'");
    }
    --depth_;
    return true;
  }

  bool string(std::string* content) {
    ++at_;
    while (!take('"')) {
      if (at_ == text_.size()) return fail("'\"'");
      if (next() == '\\') {
        if (!escape(content)) return false;
        continue;
      }
      const CodePoint point = utf8_at(text_, at_);
      if (point.n_bytes == 0) return fail("UTF-8");
      if (point.value < 0x20) return fail("an escape instead of a control character");
      content->append(text_.substr(at_, point.n_bytes));
      at_ += point.n_bytes;
    }
    return true;
  }

  bool escape(std::string* content) {
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const size_t start = at_++;
    const size_t known = kNames.find(next());
    if (known != std::string_view::npos) {
      ++at_;
      *content += kMeanings[known];
      return true;
    }
    char32_t unit = 0;
    if (!code_unit(&unit)) return fail("an escape of JSON");
    if (unit >= 0xd800 && unit <= 0xdfff) {
      char32_t second = 0;
      const bool is_pair = unit < 0xdc00 && take('\\') && code_unit(&second) && second >= 0xdc00 && second <= 0xdfff;
      if (!is_pair) {
        at_ = start;
        return fail("a pair of surrogates");
      }
      unit = 0x10000 + ((unit & 0x3ff) << 10) + (second & 0x3ff);
    }
    utf8_append(*content, unit);
    return true;
  }

  // Reads uXXXX.
  bool code_unit(char32_t* unit) {
    if (!take('u')) return false;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char digit = next();
      const bool is_letter = (digit >= 'a' && digit <= 'f') || (digit >= 'A' && digit <= 'F');
      if (!is_digit(digit) && !is_letter) return false;
      *unit = *unit * 16 + static_cast<char32_t>(is_letter ? (digit & 0x1f) + 9 : digit - '0');
    }
    return true;
  }

  bool number(double* number) {
    const size_t start = at_;
    take('-');
    if (!is_digit(next())) return at_ == start ? fail("a value") : fail("a digit");
    if (!take('0')) skip_digits();
    if (take('.') && !skip_digits()) return fail("a digit");
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!skip_digits()) return fail("a digit");
    }
    std::istringstream stream{std::string(text_.substr(start, at_ - start))};
    stream.imbue(std::locale::classic());  // a program's own locale may write fractions with a comma
    if (stream >> *number && std::isfinite(*number)) return true;
    at_ = start;
    return fail("a number that a double can hold");
  }

  bool word(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) return fail(std::string(expected));
    at_ += expected.size();
    return true;
  }

  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  bool skip_digits() {
    const size_t start = at_;
    while (is_digit(next())) ++at_;
    return at_ > start;
  }

  void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\n\r", at_), text_.size()); }

  // The next character; 0 at the end.
  char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool take(char expected) {
    if (at_ == text_.size() || text_[at_] != expected) return false;
    ++at_;
    return true;
  }

  bool fail(const std::string& expected) {
    const CodePoint point = at_ < text_.size() ? utf8_at(text_, at_) : CodePoint{0, 0};
    return fail(expected,
                at_ == text_.size() ? "the end" : in_quotes(text_.substr(at_, std::max<size_t>(point.n_bytes, 1))));
  }

  bool fail(const std::string& expected, const std::string& got) {
    const std::string_view before = text_.substr(0, at_);
    const size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    const auto is_lead = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const auto column =
        1 + std::count_if(before.begin() + static_cast<std::ptrdiff_t>(line_start), before.end(), is_lead);
    error_ = "line " + std::to_string(line) + ", column " + std::to_string(column) + ": expected " + expected +
             ", got " + got;
    return false;
  }

  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
  std::string error_;
};

Result<Json> Json::parse(std::string_view text) { return JsonParser(text).parse(); }

std::optional<int64_t> Json::as_integer() const {
  const double* number = as_number();
  if (number == nullptr || std::abs(*number) > 9007199254740992.0 || *number != std::floor(*number)) return {};
  return static_cast<int64_t>(*number);
}

const Json* Json::find(std::string_view key) const {
  const Object* members = as_object();
  if (members == nullptr) return nullptr;
  for (const Member& member : *members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

std::string Json::shown() const {
  if (const std::string* text = as_string()) return in_quotes(*text);
  if (as_object() != nullptr) return "an object";
  if (as_array() != nullptr) return "a list";
  if (const bool* truth = as_bool()) return *truth ? "true" : "false";
  if (is_null()) return "null";
  std::ostringstream stream;
  stream.imbue(std::locale::classic());
  stream.precision(15);
  stream << *as_number();
  return stream.str();
}

}  // namespace kokoro_fast
