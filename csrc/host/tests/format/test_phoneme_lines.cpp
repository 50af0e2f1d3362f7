// Lines of phonemes.
#include <gtest/gtest.h>

#include <string>

#include "format/phoneme_lines.h"
#include "support/scratch.h"

namespace {

using kokoro_fast::Code;
using kokoro_fast::parse_phoneme_line;
using kokoro_fast::PhonemeLine;

PhonemeLine parsed(const std::string& text, int64_t number = 1) {
  const auto line = parse_phoneme_line(text, number);
  if (!line) throw std::runtime_error(line.message());
  EXPECT_TRUE(line->has_value());
  return line->value();
}

TEST(PhonemeLine, WithEveryField) {
  const PhonemeLine line = parsed(
      R"({"phonemes": "həlˈO", "gap": 0.18, "pause": true, "text": "Hello", "char_start": 3, "char_end": 8, "voice": "am_adam", "rate": 1.1})");
  EXPECT_EQ(line.phonemes, "həlˈO");
  EXPECT_EQ(line.pause, 0.18);
  EXPECT_TRUE(line.is_requested);
  EXPECT_EQ(line.text, "Hello");
  EXPECT_EQ(line.char_start, 3);
  EXPECT_EQ(line.char_end, 8);
  EXPECT_EQ(line.voice, "am_adam");
  EXPECT_EQ(line.rate, 1.1);
}

TEST(PhonemeLine, WithDefaults) {
  const PhonemeLine line = parsed(R"(  {"phonemes": "", "gap": 2}  )");
  EXPECT_TRUE(line.phonemes.empty());
  EXPECT_EQ(line.pause, 2);
  EXPECT_FALSE(line.is_requested);
  EXPECT_TRUE(line.voice.empty());
  EXPECT_EQ(line.rate, 1.0);
}

TEST(PhonemeLine, OfPlainPhonemes) {
  const PhonemeLine line = parsed("\thəlˈO \t wˈɜɹld.\r", 7);
  EXPECT_EQ(line.phonemes, "həlˈO wˈɜɹld.");
  EXPECT_EQ(line.pause, 0.45);
  EXPECT_TRUE(line.voice.empty());
  EXPECT_EQ(parsed("\xef\xbb\xbfhəlˈO").phonemes, "həlˈO");
  EXPECT_EQ(parsed("\xef\xbb\xbfhəlˈO", 2).phonemes, "\xef\xbb\xbfhəlˈO");
}

TEST(PhonemeLine, ThatIsBlank) {
  for (const char* text : {"", "  ", "\t\r", "\xef\xbb\xbf", "\xef\xbb\xbf\r"}) {
    const auto line = parse_phoneme_line(text, 1);
    ASSERT_TRUE(line.ok());
    ASSERT_FALSE(line->has_value());
  }
}

TEST(PhonemeLine, ThatIsWrong) {
  const struct {
    const char* text;
    const char* words;
  } kWrong[] = {
      {"{", "line 12: line 1, column 2: expected a key in quotes, got the end"},
      {R"({"gap": 1})", "line 12: expected the field \"phonemes\", got none"},
      {R"({"phonemes": "a"})", "line 12: expected the field \"gap\", got none"},
      {R"({"phonemes": 1, "gap": 1})", "line 12: phonemes: expected a string, got 1"},
      {R"({"phonemes": "a", "gap": 1, "pause": 1})", "line 12: pause: expected true or false, got 1"},
      {R"({"phonemes": "a", "gap": -1})", "line 12: gap: expected a number from 0 to 3600, got -1"},
      {R"({"phonemes": "a", "gap": 3601})", "gap: expected a number from 0 to 3600, got 3601"},
      {R"({"phonemes": "a", "gap": "1"})", "gap: expected a number from 0 to 3600, got \"1\""},
      {R"({"phonemes": "a", "gap": null})", "gap: expected a number from 0 to 3600, got null"},
      {R"({"phonemes": "a", "gap": 1, "rate": 3})", "rate: expected a number from 0.5 to 2, got 3"},
      {R"({"phonemes": "a", "gap": 1, "rate": true})", "rate: expected a number from 0.5 to 2, got true"},
      {R"({"phonemes": "a", "gap": 1, "voice": []})", "voice: expected a string, got a list"},
      {R"({"phonemes": "a", "gap": 1, "char_start": -1})", "char_start: expected a whole number from 0, got -1"},
      {R"({"phonemes": "a", "gap": 1, "char_end": 1.5})", "char_end: expected a whole number from 0, got 1.5"},
      {R"({"phonemes": "a", "gap": 1, "voise": "x"})",
       "expected the fields phonemes, gap, pause, text, char_start, char_end, voice, rate, got \"voise\""},
      {R"({"phonemes": "a", "gap": 1, "gap, text": "x"})", "got \"gap, text\""},
      {R"({"phonemes": "a", "gap": 1} x)", "expected the end, got \"x\""},
      {R"({"phonemes": "a", "gap": 1, "gap": 2})", "each key once"},
  };
  for (const auto& wrong : kWrong) check_error(parse_phoneme_line(wrong.text, 12), Code::bad_argument, wrong.words);
}

TEST(PhonemeLine, ThatIsTooLong) {
  const std::string longest(kokoro_fast::kLongestLine, 'a');
  EXPECT_EQ(parsed(longest).phonemes, longest);
  check_error(parse_phoneme_line(longest + "a", 3), Code::bad_argument, "line 3: expected at most 1048576 bytes");
}

}  // namespace
