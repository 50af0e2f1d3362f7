// Sound files: whole or not there.
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "speech/wav.h"
#include "support/scratch.h"

namespace {

namespace fs = std::filesystem;
using kokoro_fast::Code;
using kokoro_fast::WavWriter;

const std::vector<float> kSound = {0.0F, 0.5F, -0.5F, 1.0F, -1.0F, 2.0F, -2.0F, 1.5F / 32767, 2.5F / 32767, -0.3F};
const int16_t kNumbers[] = {0, 16384, -16384, 32767, -32767, 32767, -32767, 2, 2, -9830};

WavWriter opened(const fs::path& path) {
  auto writer = WavWriter::open(path, 24000);
  if (!writer) throw std::runtime_error(writer.message());
  return std::move(writer).value();
}

int64_t number_at(const std::string& bytes, size_t at, int n_bytes) {
  int64_t value = 0;
  for (int i = n_bytes - 1; i >= 0; --i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

TEST(Wav, IsWritten) {
  const Scratch scratch;
  WavWriter writer = opened(scratch / "a.wav");
  EXPECT_FALSE(fs::exists(scratch / "a.wav"));
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(writer.write(kSound.data(), static_cast<int64_t>(kSound.size())).ok());
  ASSERT_TRUE(writer.finish().ok());
  EXPECT_EQ(scratch.n_files(), 1u);
  const std::string bytes = scratch.read("a.wav");
  ASSERT_EQ(bytes.size(), 44u + 20'000);
  EXPECT_EQ(bytes.substr(0, 4), "RIFF");
  EXPECT_EQ(bytes.substr(8, 8), "WAVEfmt ");
  EXPECT_EQ(bytes.substr(36, 4), "data");
  EXPECT_EQ(number_at(bytes, 4, 4), 36 + 20'000);
  EXPECT_EQ(number_at(bytes, 40, 4), 20'000);
  EXPECT_EQ(number_at(bytes, 16, 4), 16);
  EXPECT_EQ(number_at(bytes, 20, 2), 1);
  EXPECT_EQ(number_at(bytes, 22, 2), 1);
  EXPECT_EQ(number_at(bytes, 24, 4), 24'000);
  EXPECT_EQ(number_at(bytes, 28, 4), 48'000);
  EXPECT_EQ(number_at(bytes, 32, 2), 2);
  EXPECT_EQ(number_at(bytes, 34, 2), 16);
  for (size_t i = 0; i < 10'000; ++i) {
    EXPECT_EQ(static_cast<int16_t>(number_at(bytes, 44 + 2 * i, 2)), kNumbers[i % kSound.size()]);
  }
}

TEST(Wav, WithoutSound) {
  const Scratch scratch;
  ASSERT_TRUE(opened(scratch / "a.wav").finish().ok());
  ASSERT_EQ(scratch.read("a.wav").size(), 44u);
}

TEST(Wav, ThatIsNotFinishedLeavesAllAsItWas) {
  const Scratch scratch;
  scratch.write("a.wav", "before");
  {
    WavWriter writer = opened(scratch / "a.wav");
    ASSERT_TRUE(writer.write(kSound.data(), 10).ok());
    WavWriter moved = std::move(writer);
    EXPECT_EQ(scratch.n_files(), 2u);
  }
  EXPECT_EQ(scratch.n_files(), 1u);
  EXPECT_EQ(scratch.read("a.wav"), "before");
}

TEST(Wav, ReplacesAndFollowsLinks) {
  const Scratch scratch;
  scratch.write("there/a.wav", "before");
  fs::create_symlink("there/a.wav", scratch / "link.wav");
  ASSERT_TRUE(opened(scratch / "link.wav").finish().ok());
  EXPECT_TRUE(fs::is_symlink(scratch / "link.wav"));
  ASSERT_EQ(scratch.read("there/a.wav").size(), 44u);
  fs::create_symlink("there/new.wav", scratch / "dangling.wav");
  ASSERT_TRUE(opened(scratch / "dangling.wav").finish().ok());
  ASSERT_EQ(scratch.read("there/new.wav").size(), 44u);
  fs::create_symlink("loop.wav", scratch / "loop.wav");
  check_error(WavWriter::open(scratch / "loop.wav", 24000), Code::cannot_write, "loop.wav");
}

TEST(Wav, WhereNothingCanBeWritten) {
  const Scratch scratch;
  const auto refused = [](const fs::path& path, const std::string& words) {
    check_error(WavWriter::open(path, 24000), Code::cannot_write, words);
  };
  refused(scratch / "gone/a.wav", "expected the folder");
  refused(scratch.path(), "expected a file or a new name");
  refused("/dev/full", "expected a file or a new name");
  refused("", "expected the name of a file");
  refused(scratch / "", "expected the name of a file");
  scratch.write("file", "");
  refused(scratch / "file/a.wav", "expected the folder");
  if (geteuid() != 0) {  // root may write everywhere
    scratch.write("a.wav", "before");
    fs::permissions(scratch / "a.wav", fs::perms::owner_read);
    refused(scratch / "a.wav", "without write permission");
    fs::permissions(scratch.path(), fs::perms::owner_read | fs::perms::owner_exec);
    refused(scratch / "b.wav", "cannot write there");
    fs::permissions(scratch.path(), fs::perms::owner_all);
  }
}

// A process may not write more than so many bytes: as a full disk, for a test.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    before_ = std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &limit_);
    const rlimit small = {bytes, limit_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &limit_);
    std::signal(SIGXFSZ, before_);
  }

 private:
  rlimit limit_ = {};
  void (*before_)(int) = nullptr;
};

TEST(Wav, OnAFullDiskLeavesNothing) {
  const Scratch scratch;
  const std::vector<float> sound(100'000, 0.25F);
  {
    const FullDisk disk(50'000);
    WavWriter writer = opened(scratch / "a.wav");
    check_error(writer.write(sound.data(), 100'000), Code::cannot_write, "a.wav: cannot write: ");
    EXPECT_EQ(scratch.n_files(), 0u);
    ASSERT_FALSE(writer.write(sound.data(), 1).ok());
    ASSERT_FALSE(writer.finish().ok());
  }
  {
    const FullDisk disk(20);
    check_error(WavWriter::open(scratch / "a.wav", 24000), Code::cannot_write, "a.wav: cannot write: ");
  }
  EXPECT_EQ(scratch.n_files(), 0u);
}

TEST(Wav, WhoseFolderIsGone) {
  const Scratch scratch;
  fs::create_directory(scratch / "there");
  WavWriter writer = opened(scratch / "there/a.wav");
  fs::remove_all(scratch / "there");
  ASSERT_TRUE(writer.write(kSound.data(), 10).ok());
  check_error(writer.finish(), Code::cannot_write, "a.wav: cannot write: ");
}

}  // namespace
