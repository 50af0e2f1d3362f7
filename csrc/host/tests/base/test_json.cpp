// The reader of JSON: what the grammar allows, what it does not, and where it says the error is.
#include <gtest/gtest.h>

#include <locale>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/utf8.h"
#include "support/small_artifact.h"

namespace {

using kokoro_fast::Code;
using kokoro_fast::Json;

Json parsed(const std::string& text) {
  const auto json = Json::parse(text);
  if (!json) throw std::runtime_error(text + ": " + json.message());
  return *json;
}

void check_refused(const std::string& text, const std::string& words) {
  check_error(Json::parse(text), Code::damaged_file, words);
}

TEST(Json, Values) {
  const Json json = parsed(
      " { \"a\" : [1, -0.5, 2e3, 0, -0, 1E-2, 1.5e+1], \"b\":{}, \"c\":[], \"d\":true,\r\n\t"
      "\"e\":false, \"f\":null, \"\":\"\" } ");
  const std::vector<double> expected = {1, -0.5, 2000, 0, 0, 0.01, 15};
  const Json::Array& numbers = *json.find("a")->as_array();
  ASSERT_EQ(numbers.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(*numbers[i].as_number(), expected[i]);
  EXPECT_TRUE(json.find("b")->as_object()->empty());
  EXPECT_TRUE(json.find("c")->as_array()->empty());
  EXPECT_TRUE(*json.find("d")->as_bool());
  EXPECT_FALSE(*json.find("e")->as_bool());
  EXPECT_TRUE(json.find("f")->is_null());
  EXPECT_TRUE(json.find("")->as_string()->empty());
  ASSERT_EQ(json.find("g"), nullptr);
  EXPECT_EQ(json.as_object()->front().key, "a");
  ASSERT_EQ(json.as_string(), nullptr);
  ASSERT_EQ(json.as_number(), nullptr);
  ASSERT_EQ(json.as_array(), nullptr);
}

TEST(Json, Strings) {
  EXPECT_EQ(*parsed(R"("\"\\\/\b\f\n\r\t")").as_string(), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(*parsed(R"("\u0041\u00e9\u20AC\ud83d\uDE00")").as_string(), "A\u00e9\u20ac\U0001f600");
  EXPECT_EQ(*parsed("\"həlˈO \U0001f600\"").as_string(), "həlˈO \U0001f600");
  EXPECT_EQ(*parsed(R"("a\u0000b")").as_string(), std::string("a\0b", 3));
  EXPECT_EQ(*parsed("\"\x7f\"").as_string(), "\x7f");
}

TEST(Json, Integers) {
  EXPECT_EQ(parsed("9007199254740992").as_integer(), 9007199254740992);
  EXPECT_EQ(parsed("-3").as_integer(), -3);
  EXPECT_EQ(parsed("2e2").as_integer(), 200);
  for (const char* text : {"0.5", "1e300", "\"1\"", "true", "null", "[1]"}) EXPECT_FALSE(parsed(text).as_integer());
}

TEST(Json, ErrorsSayWhere) {
  check_refused("", "line 1, column 1: expected a value, got the end");
  check_refused("{\n \"ˈ\": x}", "line 2, column 7: expected a value, got \"x\"");
  check_refused("[1 2]", "line 1, column 4: expected ',' or ']', got \"2\"");
  check_refused("{\"a\": 1, \"a\": 2}", "column 10: expected each key once, got a second \"a\"");
  check_refused("1 1", "column 3: expected the end");
}

TEST(Json, IsStrict) {
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

TEST(Json, Limits) {
  const std::string open(Json::kMaxDepth, '[');
  const std::string close(Json::kMaxDepth, ']');
  ASSERT_TRUE(Json::parse(open + close).ok());
  check_refused("[" + open + close + "]", "nested brackets");
  check_refused(std::string(100'000, '['), "nested brackets");
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  check_refused(objects, "nested brackets");
  const std::string longest(Json::kMaxBytes - 2, 'x');
  ASSERT_EQ(parsed('"' + longest + '"').as_string()->size(), longest.size());
  check_refused('"' + longest + "x\"", "at most 1048576 bytes");
}

TEST(Json, NumbersDoNotFollowTheLocale) {
  struct Comma : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
  };
  const std::locale before = std::locale::global(std::locale(std::locale(), new Comma));
  const Json json = parsed("[0.5, 12345.25]");
  const std::string shown = (*json.as_array())[1].shown();
  std::locale::global(before);
  EXPECT_EQ(*(*json.as_array())[0].as_number(), 0.5);
  EXPECT_EQ(shown, "12345.25");
}

TEST(Json, CutAnywhere) {
  const std::string text = SmallArtifact().manifest();
  ASSERT_TRUE(Json::parse(text).ok());
  for (size_t n = 0; n < text.size(); ++n) check_refused(text.substr(0, n), "the end");
}

TEST(Utf8, IsStrict) {
  for (char32_t value = 0; value <= 0x10ffff; ++value) {
    if (value == 0xd800) value = 0xe000;
    std::string text;
    kokoro_fast::utf8_append(text, value);
    const auto point = kokoro_fast::utf8_at(text, 0);
    EXPECT_EQ(point.value, value);
    EXPECT_EQ(point.n_bytes, text.size());
    ASSERT_EQ(kokoro_fast::utf8_error(text.substr(0, text.size() - 1)), (text.size() == 1 ? std::string::npos : 0));
  }
  for (const char* text :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xff"}) {
    EXPECT_EQ(kokoro_fast::utf8_error(std::string("ab") + text), 2);
  }
}

TEST(Json, WhatIsQuotedFitsInALine) {
  EXPECT_EQ(kokoro_fast::in_quotes("a\n\x1b\x7f\u0085\u2028\xff"), "\"a\\u000a\\u001b\\u007f\\u0085\\u2028\\xff\"");
  EXPECT_EQ(kokoro_fast::in_quotes("ˈˈˈ", 2), "\"ˈˈ\"...");
}

}  // namespace
