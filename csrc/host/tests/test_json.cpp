// The reader of JSON: what the grammar allows, what it does not, and where it says the error is.
#include <locale>
#include <string>
#include <vector>

#include "json.h"
#include "mutate.h"
#include "small_artifact.h"
#include "utf8.h"

namespace {

using kokoro_fast::Code;
using kokoro_fast::Json;

Json parsed(const std::string& text) {
  const auto json = Json::parse(text);
  CHECK_MESSAGE(json.ok(), text + ": " + json.message());
  return *json;
}

void check_refused(const std::string& text, const std::string& words) {
  check_error(Json::parse(text), Code::damaged_file, words);
}

TEST(json_values) {
  const Json json = parsed(
      " { \"a\" : [1, -0.5, 2e3, 0, -0, 1E-2, 1.5e+1], \"b\":{}, \"c\":[], \"d\":true,\r\n\t"
      "\"e\":false, \"f\":null, \"\":\"\" } ");
  const std::vector<double> expected = {1, -0.5, 2000, 0, 0, 0.01, 15};
  const Json::Array& numbers = *json.find("a")->as_array();
  CHECK(numbers.size() == expected.size());
  for (size_t i = 0; i < expected.size(); ++i) CHECK(*numbers[i].as_number() == expected[i]);
  CHECK(json.find("b")->as_object()->empty());
  CHECK(json.find("c")->as_array()->empty());
  CHECK(*json.find("d")->as_bool());
  CHECK(!*json.find("e")->as_bool());
  CHECK(json.find("f")->is_null());
  CHECK(json.find("")->as_string()->empty());
  CHECK(json.find("g") == nullptr);
  CHECK(json.as_object()->front().key == "a");
  CHECK(json.as_string() == nullptr && json.as_number() == nullptr && json.as_array() == nullptr);
}

TEST(json_strings) {
  CHECK(*parsed(R"("\"\\\/\b\f\n\r\t")").as_string() == "\"\\/\b\f\n\r\t");
  CHECK(*parsed(R"("\u0041\u00e9\u20AC\ud83d\uDE00")").as_string() == "A\u00e9\u20ac\U0001f600");
  CHECK(*parsed("\"həlˈO \U0001f600\"").as_string() == "həlˈO \U0001f600");
  CHECK(*parsed(R"("a\u0000b")").as_string() == std::string("a\0b", 3));
  CHECK(*parsed("\"\x7f\"").as_string() == "\x7f");
}

TEST(json_integers) {
  CHECK(parsed("9007199254740992").as_integer() == 9007199254740992);
  CHECK(parsed("-3").as_integer() == -3);
  CHECK(parsed("2e2").as_integer() == 200);
  for (const char* text : {"0.5", "1e300", "\"1\"", "true", "null", "[1]"}) CHECK(!parsed(text).as_integer());
}

TEST(json_errors_say_where) {
  check_refused("", "line 1, column 1: expected a value, got the end");
  check_refused("{\n \"ˈ\": x}", "line 2, column 7: expected a value, got \"x\"");
  check_refused("[1 2]", "line 1, column 4: expected ',' or ']', got \"2\"");
  check_refused("{\"a\": 1, \"a\": 2}", "column 10: expected each key once, got a second \"a\"");
  check_refused("1 1", "column 3: expected the end");
}

TEST(json_is_strict) {
  for (const char* text : {"{",
                           "[",
                           "\"",
                           "[1,]",
                           "{\"a\":1,}",
                           "{a:1}",
                           "{\"a\" 1}",
                           "{1:2}",
                           "[,1]",
                           "'a'",
                           "// x\n1",
                           "01",
                           "1.",
                           ".5",
                           "+1",
                           "-",
                           "1e",
                           "1e+",
                           "0x10",
                           "NaN",
                           "Infinity",
                           "-Infinity",
                           "1e999",
                           "tru",
                           "True",
                           "nul",
                           "\v1",
                           "\"\t\"",
                           "\"\n\"",
                           "\"\\x\"",
                           "\"\\u12g4\"",
                           "\"\\u123\"",
                           "\"\\ud800\"",
                           "\"\\udc00\"",
                           "\"\\ud800\\u0041\"",
                           "\"\\ud800\\n\"",
                           "\"\x80\"",
                           "\"\xc3\"",
                           "\"\xc0\x80\"",
                           "\"\xed\xa0\x80\"",
                           "\"\xf4\x90\x80\x80\"",
                           "\"\xff\"",
                           "\xef\xbb\xbf"
                           "1",
                           "{}{}",
                           "]",
                           "}"}) {
    check_refused(text, "expected");
  }
  check_refused(std::string("1\0", 2), "expected the end");
  check_refused(std::string("\"\0\"", 3), "control character");
}

TEST(json_limits) {
  const std::string open(Json::kMaxDepth, '[');
  const std::string close(Json::kMaxDepth, ']');
  CHECK(Json::parse(open + close).ok());
  check_refused("[" + open + close + "]", "nested brackets");
  check_refused(std::string(100'000, '['), "nested brackets");
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  check_refused(objects, "nested brackets");
  const std::string longest(Json::kMaxBytes - 2, 'x');
  CHECK(parsed('"' + longest + '"').as_string()->size() == longest.size());
  check_refused('"' + longest + "x\"", "at most 1048576 bytes");
}

TEST(json_numbers_do_not_follow_the_locale) {
  struct Comma : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
  };
  const std::locale before = std::locale::global(std::locale(std::locale(), new Comma));
  const Json json = parsed("[0.5, 12345.25]");
  const std::string shown = (*json.as_array())[1].shown();
  std::locale::global(before);
  CHECK(*(*json.as_array())[0].as_number() == 0.5);
  CHECK(shown == "12345.25");
}

TEST(json_cut_anywhere) {
  const std::string text = SmallArtifact().manifest();
  CHECK(Json::parse(text).ok());
  for (size_t n = 0; n < text.size(); ++n) check_refused(text.substr(0, n), "the end");
}

TEST(json_takes_anything) {
  const std::string text = SmallArtifact().manifest();
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const auto json = Json::parse(mutated(i % 2 == 0 ? text : R"({"phonemes": "h\u0259lˈO", "gap": 0.45})", random));
    if (!json) check_error(json, Code::damaged_file, "expected");
  }
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(random() % 40, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    if (const auto json = Json::parse(bytes); !json) check_error(json, Code::damaged_file, "expected");
  }
}

TEST(utf8_is_strict) {
  for (char32_t value = 0; value <= 0x10ffff; ++value) {
    if (value == 0xd800) value = 0xe000;
    std::string text;
    kokoro_fast::utf8_append(text, value);
    const auto point = kokoro_fast::utf8_at(text, 0);
    CHECK(point.value == value && point.n_bytes == text.size());
    CHECK(kokoro_fast::utf8_error(text.substr(0, text.size() - 1)) == (text.size() == 1 ? std::string::npos : 0));
  }
  for (const char* text :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xff"}) {
    CHECK(kokoro_fast::utf8_error(std::string("ab") + text) == 2);
  }
}

TEST(what_is_quoted_fits_in_a_line) {
  CHECK(kokoro_fast::in_quotes("a\n\x1b\x7f\u0085\u2028\xff") == "\"a\\u000a\\u001b\\u007f\\u0085\\u2028\\xff\"");
  CHECK(kokoro_fast::in_quotes("ˈˈˈ", 2) == "\"ˈˈ\"...");
}

}  // namespace
