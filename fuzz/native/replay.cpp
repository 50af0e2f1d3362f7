// Runs a fuzz target on files, and on damaged copies of each, where there is no fuzzing engine: any compiler can then
// test it. The copies are the same at each run.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "fuzz.h"

namespace {

constexpr int kCopies = 500;  // damaged copies of each file

std::string damaged(std::string text, std::mt19937& random) {
  static const std::string kPieces[] = {"{",
                                        "}",
                                        "[",
                                        "]",
                                        "\"",
                                        "\\",
                                        "\\u",
                                        "\\ud800",
                                        ",",
                                        ":",
                                        "null",
                                        "-",
                                        "1e999",
                                        "0",
                                        ".",
                                        "\xc3",
                                        "\xed\xa0\x80",
                                        "\xf4\x90\x80\x80",
                                        std::string(1, '\0'),
                                        "\n"};
  const auto below = [&random](size_t n) { return n == 0 ? 0 : static_cast<size_t>(random() % n); };
  for (size_t edits = 1 + below(4); edits > 0; --edits) {
    const size_t at = below(text.size() + 1);
    switch (below(5)) {
      case 0:
        text.erase(at, 1 + below(8));
        break;
      case 1:
        text.insert(at, kPieces[below(std::size(kPieces))]);
        break;
      case 2:
        if (at < text.size()) text[at] = static_cast<char>(below(256));
        break;
      case 3:
        text.insert(at, text.substr(below(text.size() + 1), below(40)));
        break;
      default:
        text.resize(at);
    }
  }
  return text;
}

std::string running;

// Shows the input at work, as `xxd -r -p` takes it.
void show_input(int) {
  for (const char byte : running) std::fprintf(stderr, "%02x", static_cast<unsigned>(static_cast<unsigned char>(byte)));
  std::fputc('\n', stderr);
}

void run(const std::string& input) {
  running = input;
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::filesystem::path> files;
  for (int i = 1; i < argc; ++i) {
    if (!std::filesystem::is_directory(argv[i])) {
      files.emplace_back(argv[i]);
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  fuzz::require(!files.empty(), "there are inputs");
  std::signal(SIGABRT, show_input);
  std::mt19937 random(1);
  for (const std::filesystem::path& path : files) {
    std::ifstream file(path, std::ios::binary);
    fuzz::require(file.is_open(), "every input can be read");
    const std::string input(std::istreambuf_iterator<char>(file), {});
    std::fprintf(stderr, "%s\n", path.c_str());
    run(input);
    for (int i = 0; i < kCopies; ++i) run(damaged(input, random));
  }
  std::printf("%zu inputs and %d damaged copies of each\n", files.size(), kCopies);
}
