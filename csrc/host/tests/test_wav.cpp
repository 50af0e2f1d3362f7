// Sound files: whole or not there.
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "scratch.h"
#include "wav.h"

namespace {

namespace fs = std::filesystem;
using kokoro_fast::Code;
using kokoro_fast::WavWriter;

const std::vector<float> kSound = {0.0F, 0.5F, -0.5F, 1.0F, -1.0F, 2.0F, -2.0F, 1.5F / 32767, 2.5F / 32767, -0.3F};
const int16_t kNumbers[] = {0, 16384, -16384, 32767, -32767, 32767, -32767, 2, 2, -9830};

WavWriter opened(const fs::path& path) {
  auto writer = WavWriter::open(path, 24000);
  CHECK_MESSAGE(writer.ok(), writer.message());
  return std::move(writer).value();
}

int64_t number_at(const std::string& bytes, size_t at, int n_bytes) {
  int64_t value = 0;
  for (int i = n_bytes - 1; i >= 0; --i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

TEST(wav_is_written) {
  const Scratch scratch;
  WavWriter writer = opened(scratch / "a.wav");
  CHECK(!fs::exists(scratch / "a.wav"));
  for (int i = 0; i < 1000; ++i) CHECK(writer.write(kSound.data(), static_cast<int64_t>(kSound.size())).ok());
  CHECK(writer.finish().ok());
  CHECK(scratch.n_files() == 1);
  const std::string bytes = scratch.read("a.wav");
  CHECK(bytes.size() == 44 + 20'000);
  CHECK(bytes.substr(0, 4) == "RIFF" && bytes.substr(8, 8) == "WAVEfmt " && bytes.substr(36, 4) == "data");
  CHECK(number_at(bytes, 4, 4) == 36 + 20'000 && number_at(bytes, 40, 4) == 20'000);
  CHECK(number_at(bytes, 16, 4) == 16 && number_at(bytes, 20, 2) == 1 && number_at(bytes, 22, 2) == 1);
  CHECK(number_at(bytes, 24, 4) == 24'000 && number_at(bytes, 28, 4) == 48'000);
  CHECK(number_at(bytes, 32, 2) == 2 && number_at(bytes, 34, 2) == 16);
  for (size_t i = 0; i < 10'000; ++i) {
    CHECK(static_cast<int16_t>(number_at(bytes, 44 + 2 * i, 2)) == kNumbers[i % kSound.size()]);
  }
}

TEST(wav_without_sound) {
  const Scratch scratch;
  CHECK(opened(scratch / "a.wav").finish().ok());
  CHECK(scratch.read("a.wav").size() == 44);
}

TEST(wav_that_is_not_finished_leaves_all_as_it_was) {
  const Scratch scratch;
  scratch.write("a.wav", "before");
  {
    WavWriter writer = opened(scratch / "a.wav");
    CHECK(writer.write(kSound.data(), 10).ok());
    WavWriter moved = std::move(writer);
    CHECK(scratch.n_files() == 2);
  }
  CHECK(scratch.n_files() == 1 && scratch.read("a.wav") == "before");
}

TEST(wav_replaces_and_follows_links) {
  const Scratch scratch;
  scratch.write("there/a.wav", "before");
  fs::create_symlink("there/a.wav", scratch / "link.wav");
  CHECK(opened(scratch / "link.wav").finish().ok());
  CHECK(fs::is_symlink(scratch / "link.wav"));
  CHECK(scratch.read("there/a.wav").size() == 44);
  fs::create_symlink("there/new.wav", scratch / "dangling.wav");
  CHECK(opened(scratch / "dangling.wav").finish().ok());
  CHECK(scratch.read("there/new.wav").size() == 44);
  fs::create_symlink("loop.wav", scratch / "loop.wav");
  check_error(WavWriter::open(scratch / "loop.wav", 24000), Code::cannot_write, "loop.wav");
}

TEST(wav_where_nothing_can_be_written) {
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

TEST(wav_on_a_full_disk_leaves_nothing) {
  const Scratch scratch;
  const std::vector<float> sound(100'000, 0.25F);
  {
    const FullDisk disk(50'000);
    WavWriter writer = opened(scratch / "a.wav");
    check_error(writer.write(sound.data(), 100'000), Code::cannot_write, "a.wav: cannot write: ");
    CHECK(scratch.n_files() == 0);
    CHECK(!writer.write(sound.data(), 1).ok());
    CHECK(!writer.finish().ok());
  }
  {
    const FullDisk disk(20);
    check_error(WavWriter::open(scratch / "a.wav", 24000), Code::cannot_write, "a.wav: cannot write: ");
  }
  CHECK(scratch.n_files() == 0);
}

TEST(wav_whose_folder_is_gone) {
  const Scratch scratch;
  fs::create_directory(scratch / "there");
  WavWriter writer = opened(scratch / "there/a.wav");
  fs::remove_all(scratch / "there");
  CHECK(writer.write(kSound.data(), 10).ok());
  check_error(writer.finish(), Code::cannot_write, "a.wav: cannot write: ");
}

}  // namespace
