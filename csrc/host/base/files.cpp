#include "base/files.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <system_error>

#include "base/utf8.h"

namespace kokoro_fast {
namespace {

namespace fs = std::filesystem;

constexpr size_t kBlock = 1 << 18;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

Status missing(const fs::path& path, const std::string& why) {
  return {Code::missing_file, shown(path) + ": expected a file that can be read, got: " + why};
}

std::string message_of(int error) { return std::generic_category().message(error); }

// Opens a regular file, which is neither a folder nor a pipe.
Result<File> open_file(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) return missing(path, error ? error.message() : "nothing there");
  if (!fs::is_regular_file(status)) return missing(path, "something else");
  File file(std::fopen(path.c_str(), "rb"));
  if (!file) return missing(path, message_of(errno));
  std::setvbuf(file.get(), nullptr, _IONBF, 0);
  return file;
}

}  // namespace

Status read_blocks(const fs::path& path, uint64_t n_bytes,
                   const std::function<void(const char* data, size_t n_read)>& take) {
  const Result<File> file = open_file(path);
  if (!file) return file.status();
  const auto wrong_size = [&](const std::string& got) {
    return Status(Code::damaged_file, shown(path) + ": expected " + std::to_string(n_bytes) + " bytes, got " + got);
  };
  std::error_code error;
  const uintmax_t size = fs::file_size(path, error);
  if (!error && size != n_bytes) return wrong_size(std::to_string(size));

  const std::unique_ptr<char[]> block(new char[kBlock]);
  for (uint64_t n_read = 0; n_read < n_bytes;) {
    const size_t wanted = static_cast<size_t>(std::min<uint64_t>(kBlock, n_bytes - n_read));
    const size_t n = std::fread(block.get(), 1, wanted, file->get());
    if (n == 0) {
      if (std::ferror(file->get())) return missing(path, message_of(errno));
      return wrong_size(std::to_string(n_read));
    }
    take(block.get(), n);
    n_read += n;
  }
  if (std::fread(block.get(), 1, 1, file->get()) != 0) return wrong_size("more");
  return {};
}

Result<std::string> read_whole(const fs::path& path, uint64_t limit) {
  const Result<File> file = open_file(path);
  if (!file) return file.status();
  std::string content;
  const std::unique_ptr<char[]> block(new char[kBlock]);
  while (const size_t n = std::fread(block.get(), 1, kBlock, file->get())) {
    content.append(block.get(), n);
    if (content.size() > limit) {
      return Status(Code::damaged_file,
                    shown(path) + ": expected at most " + std::to_string(limit) + " bytes, got more");
    }
  }
  if (std::ferror(file->get())) return missing(path, message_of(errno));
  return content;
}

bool is_plain_name(std::string_view name) {
  if (name.empty() || utf8_error(name) != std::string_view::npos) return false;
  for (const char c : name) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\' || c == ':') return false;
  }
  for (size_t begin = 0; begin <= name.size();) {
    const size_t end = std::min(name.find('/', begin), name.size());
    const std::string_view part = name.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..") return false;
    begin = end + 1;
  }
  return true;
}

Result<fs::path> path_inside(const fs::path& folder, const std::string& name) {
  const fs::path path = folder / name;
  std::error_code error;
  const fs::path real_folder = fs::canonical(folder, error);
  if (error) return Status(Code::missing_file, shown(folder) + ": expected a folder, got: " + error.message());
  const fs::path real_path = fs::canonical(path, error);
  if (error) return missing(path, error.message());
  const auto [end, unused] = std::mismatch(real_folder.begin(), real_folder.end(), real_path.begin(), real_path.end());
  if (!is_plain_name(name) || end != real_folder.end()) {
    return Status(Code::damaged_file, shown(path) + ": expected a file inside the folder, got a path that leads out");
  }
  return path;
}

std::string shown(const fs::path& path) {
  const std::string text = path.string();
  const std::string spelled = in_quotes(text, text.size());
  return !text.empty() && spelled == '"' + text + '"' ? text : spelled;
}

}  // namespace kokoro_fast
