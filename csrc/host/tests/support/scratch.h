// A folder for one test, and what the tests of the host's plain parts share.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "kokoro_fast/status.h"

// Removed at the end, with all that is in it.
class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "kokoro_fast_test_XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = name;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { std::filesystem::remove_all(folder_); }

  const std::filesystem::path& path() const { return folder_; }
  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }

  void write(const std::string& name, const std::string& content) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << content;
  }
  // A named pipe instead of a file: opening it the ordinary way would wait for a writer.
  void make_pipe(const std::string& name) const {
    std::filesystem::remove(folder_ / name);
    if (mkfifo((folder_ / name).c_str(), 0600) != 0) throw std::runtime_error("no pipe");
  }
  std::string read(const std::string& name) const {
    std::ifstream file(folder_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  size_t n_files() const {
    const std::filesystem::directory_iterator begin(folder_);
    return static_cast<size_t>(std::distance(begin, std::filesystem::directory_iterator()));
  }

 private:
  std::filesystem::path folder_;
};

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// An error is one line, which has these words.
template <class Answer>
void check_error(const Answer& answer, kokoro_fast::Code code, const std::string& words) {
  ASSERT_FALSE(answer.ok()) << "expected an error with: " + words;
  ASSERT_EQ(answer.code(), code) << std::string("code: ") + kokoro_fast::code_name(answer.code()) + ": " +
                                        answer.message();
  ASSERT_TRUE(contains(answer.message(), words)) << "expected \"" + words + "\" in: " + answer.message();
  ASSERT_EQ(answer.message().find('\n'), std::string::npos) << answer.message();
}
