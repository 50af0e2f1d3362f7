// The voices of an artifact folder.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "format/voices.h"
#include "support/small_artifact.h"

namespace {

using kokoro_fast::Code;
using kokoro_fast::list_voices;
using kokoro_fast::load_voice;

TEST(Voices, VoicesAreListed) {
  SmallArtifact artifact;
  artifact.add("voices/readme.txt", "x");
  artifact.add("voices/old/bm_lewis.bin", "x");
  artifact.add("voices/.bin", "x");
  artifact.add("other.bin", "x");
  artifact.write_manifest();
  EXPECT_EQ(list_voices(artifact.load()), (std::vector<std::string>{"af_heart", "am_adam"}));
}

TEST(Voices, IsLoaded) {
  const SmallArtifact artifact;
  const auto voice = load_voice(artifact.load(), "am_adam");
  ASSERT_TRUE(voice.ok()) << voice.message();
  ASSERT_EQ(voice->size(), 510 * 256);
  EXPECT_EQ((*voice)[256 * 509 + 3], (256 * 509 + 3) / 1000.0F);
}

TEST(Voices, ThatIsNotThere) {
  const SmallArtifact artifact;
  for (const char* name : {"af_hart", "", "../af_heart", "af_heart.bin", "af_heart\n"}) {
    check_error(load_voice(artifact.load(), name), Code::unknown_voice,
                "voice: expected one of af_heart, am_adam, got \"");
  }
}

TEST(Voices, ThatIsDamaged) {
  const auto gone = SmallArtifact().load();
  check_error(load_voice(gone, "am_adam"), Code::missing_file, "expected a folder");

  SmallArtifact artifact;
  std::string content = artifact.read("voices/af_heart.bin");
  artifact.write("voices/af_heart.bin", content.substr(4));
  check_error(load_voice(artifact.load(), "af_heart"), Code::damaged_file, "expected 522240 bytes, got 522236");

  artifact.add("voices/af_heart.bin", content.substr(4));
  artifact.write_manifest();
  check_error(load_voice(artifact.load(), "af_heart"), Code::damaged_file, "expected 522240 bytes, got 522236");

  artifact.add("voices/af_heart.bin", content + "more");
  artifact.write_manifest();
  check_error(load_voice(artifact.load(), "af_heart"), Code::damaged_file, "expected 522240 bytes, got 522244");

  const float infinite = INFINITY;
  std::memcpy(&content[4 * 77], &infinite, sizeof infinite);
  artifact.add("voices/af_heart.bin", content);
  artifact.write_manifest();
  check_error(load_voice(artifact.load(), "af_heart"), Code::damaged_file,
              "expected finite numbers, got another at value 77");
}

}  // namespace
