// Files as they are found: of another kind, too large, or of a name that leads elsewhere.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "base/files.h"
#include "support/scratch.h"

namespace {

using kokoro_fast::Code;
using kokoro_fast::path_inside;
using kokoro_fast::read_blocks;
using kokoro_fast::read_whole;

void ignore(const char*, size_t) {}

TEST(Files, AreRead) {
  const Scratch scratch;
  const std::string content(700'000, 'x');
  scratch.write("data", content);
  EXPECT_EQ(*read_whole(scratch / "data", content.size()), content);
  std::string taken;
  const auto take = [&taken](const char* data, size_t n_read) { taken.append(data, n_read); };
  ASSERT_TRUE(read_blocks(scratch / "data", content.size(), take).ok());
  EXPECT_EQ(taken, content);
  scratch.write("empty", "");
  EXPECT_EQ(*read_whole(scratch / "empty", 0), "");
}

TEST(Files, OnlyRegularOnesAreOpened) {
  const Scratch scratch;
  scratch.make_pipe("pipe");
  std::filesystem::create_directory(scratch / "folder");
  std::filesystem::create_symlink("pipe", scratch / "link");
  const struct {
    const char* name;
    const char* words;
  } kOthers[] = {{"pipe", "got: a pipe"},
                 {"link", "got: a pipe"},
                 {"folder", "got: a folder"},
                 {"/dev/zero", "got: a device"},
                 {"gone", "got: nothing there"}};
  for (const auto& [name, words] : kOthers) {
    check_error(read_whole(scratch / name, 10), Code::missing_file, words);
    check_error(read_blocks(scratch / name, 10, ignore), Code::missing_file, words);
  }
  check_error(path_inside(scratch.path(), "pipe"), Code::missing_file, "pipe: expected a file that can be read");
}

TEST(Files, ThatAreTooLargeAreRefusedUnread) {
  const Scratch scratch;
  scratch.write("data", "12345");
  check_error(read_whole(scratch / "data", 4), Code::damaged_file, "expected at most 4 bytes, got 5");
  scratch.write("sparse", "");
  std::filesystem::resize_file(scratch / "sparse", uintmax_t{1} << 40);
  check_error(read_whole(scratch / "sparse", 1 << 20), Code::damaged_file, "at most 1048576 bytes, got 1099511627776");
}

}  // namespace
