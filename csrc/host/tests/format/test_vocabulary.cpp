// Phonemes to ids.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "format/vocabulary.h"
#include "support/small_artifact.h"

namespace {

using kokoro_fast::Code;
using kokoro_fast::Vocabulary;
using Ids = std::vector<int64_t>;

const std::string kSmall = R"({" ": 16, "a": 43, "ə": 83, "ˈ": 156, "̃": 17})";

TEST(Vocabulary, PhonemesBecomeIds) {
  const SmallArtifact artifact;
  const auto vocabulary = Vocabulary::read(artifact.load());
  ASSERT_TRUE(vocabulary.ok()) << vocabulary.message();
  ASSERT_EQ(vocabulary->size(), 4);
  EXPECT_EQ(*vocabulary->ids("ˈa əˈ"), (Ids{156, 43, 16, 83, 156}));
  EXPECT_TRUE(vocabulary->ids("")->empty());
}

TEST(Vocabulary, PhonemesThatAreNotInTheVocabulary) {
  const auto vocabulary = Vocabulary::parse(kSmall);
  check_error(vocabulary->ids("ˈaʘə"), Code::bad_argument, "got \"ʘ\" (U+0298) at 2");
  check_error(vocabulary->ids("a\ta"), Code::bad_argument, "got \"\\u0009\" (U+0009) at 1");
  check_error(vocabulary->ids(std::string("a\0", 2)), Code::bad_argument, "(U+0000) at 1");
  check_error(vocabulary->ids("1234567"), Code::bad_argument, "\"5\" (U+0035) at 4 and 2 more");
}

TEST(Vocabulary, PhonemesThatAreNotUtf8) {
  const auto vocabulary = Vocabulary::parse(kSmall);
  for (const char* bad : {"\xff", "\xcb",
                          "\xcb"
                          "a",
                          "\xed\xa0\x80", "\xc0\xa0"}) {
    check_error(vocabulary->ids(std::string("ˈ") + bad), Code::bad_argument, "expected UTF-8, got another byte at 2");
  }
}

TEST(Vocabulary, ThatIsWrong) {
  const struct {
    const char* text;
    const char* words;
  } kWrong[] = {{"[]", "expected an object, got a list"},
                {"{}", "expected symbols, got none"},
                {"{\"\": 1}", "expected symbols of one character, got \"\""},
                {"{\"ab\": 1}", "expected symbols of one character, got \"ab\""},
                {"{\"a\": 0}", "expected an id from 1 to 177 for \"a\", got 0"},
                {"{\"a\": 178}", "got 178"},
                {"{\"a\": 1.5}", "got 1.5"},
                {"{\"a\": \"1\"}", "got \"1\""},
                {"{\"a\": 1, \"\\u0061\": 2}", "a second \"a\""},
                {"{\"a\": 1", "the end"}};
  for (const auto& wrong : kWrong) check_error(Vocabulary::parse(wrong.text), Code::damaged_file, wrong.words);

  SmallArtifact artifact;
  artifact.add("vocabulary.json", "{}");
  artifact.write_manifest();
  check_error(Vocabulary::read(artifact.load()), Code::damaged_file,
              "vocabulary.json: expected symbols, got none; rebuild");
  artifact.add("vocabulary.json", std::string((1 << 20) + 1, ' '));
  artifact.write_manifest();
  check_error(Vocabulary::read(artifact.load()), Code::damaged_file,
              "vocabulary.json: expected at most 1048576 bytes, got 1048577; rebuild");
  artifact.write("manifest.json", artifact.edited("\"vocabulary.json\"", "\"other.json\""));
  check_error(Vocabulary::read(artifact.load()), Code::missing_file,
              "vocabulary.json: expected a file, got none; rebuild");
}

}  // namespace
