#include "base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

#include "base/utf8.h"

namespace kokoro_fast {
namespace {

namespace fs = std::filesystem;

constexpr size_t kBlock = 1 << 18;

Status missing(const fs::path& path, const std::string& why) {
  return {Code::missing_file, shown(path) + ": expected a file that can be read, got: " + why};
}

std::string message_of(int error) { return error == ENOENT ? "nothing there" : std::generic_category().message(error); }

const char* kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  return "a device";
}

// A regular file, open for reading.
class File {
 public:
  static Result<File> open(const fs::path& path) {
    // Without O_NONBLOCK, a pipe would be opened only once somebody writes into it.
    File file(path, ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    struct stat status = {};
    if (file.descriptor_ < 0 || ::fstat(file.descriptor_, &status) != 0) return missing(path, message_of(errno));
    if (!S_ISREG(status.st_mode)) return missing(path, kind_of(status.st_mode));
    file.n_bytes_ = static_cast<uint64_t>(status.st_size);
    return file;
  }

  File(File&& other) noexcept
      : path_(std::move(other.path_)),
        descriptor_(std::exchange(other.descriptor_, -1)),
        n_bytes_(other.n_bytes_) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  // When it was opened.
  uint64_t n_bytes() const { return n_bytes_; }

  // Reads up to `n_wanted` bytes into `data`, fewer only at the end of the file.
  Result<size_t> read(char* data, size_t n_wanted) const {
    size_t n_read = 0;
    while (n_read < n_wanted) {
      const ssize_t n = ::read(descriptor_, data + n_read, n_wanted - n_read);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return missing(path_, message_of(errno));
      if (n == 0) break;
      n_read += static_cast<size_t>(n);
    }
    return n_read;
  }

 private:
  File(fs::path path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

  fs::path path_;
  int descriptor_;
  uint64_t n_bytes_ = 0;
};

}  // namespace

Status read_blocks(const fs::path& path, uint64_t n_bytes,
                   const std::function<void(const char* data, size_t n_read)>& take) {
  const Result<File> file = File::open(path);
  if (!file) return file.status();
  const auto wrong_size = [&](const std::string& got) {
    return Status(Code::damaged_file, shown(path) + ": expected " + std::to_string(n_bytes) + " bytes, got " + got);
  };
  if (file->n_bytes() != n_bytes) return wrong_size(std::to_string(file->n_bytes()));

  const std::unique_ptr<char[]> block(new char[kBlock]);
  for (uint64_t n_taken = 0;;) {
    const Result<size_t> n_read = file->read(block.get(), kBlock);
    if (!n_read) return n_read.status();
    if (*n_read > n_bytes - n_taken) return wrong_size("more");  // something writes into it
    if (*n_read > 0) take(block.get(), *n_read);
    n_taken += *n_read;
    if (*n_read < kBlock) return n_taken == n_bytes ? Status() : wrong_size(std::to_string(n_taken));
  }
}

Result<std::string> read_whole(const fs::path& path, uint64_t limit) {
  const Result<File> file = File::open(path);
  if (!file) return file.status();
  if (file->n_bytes() > limit) {
    return Status(Code::damaged_file, shown(path) + ": expected at most " + std::to_string(limit) + " bytes, got " +
                                          std::to_string(file->n_bytes()));
  }
  std::string content(file->n_bytes(), '\0');
  const Result<size_t> n_read = file->read(content.data(), content.size());
  if (!n_read) return n_read.status();
  content.resize(*n_read);  // something may have cut it short meanwhile
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
  const Result<File> file = File::open(path);
  if (!file) return file.status();
  return path;
}

std::string shown(const fs::path& path) {
  const std::string text = path.string();
  const std::string spelled = in_quotes(text, text.size());
  return !text.empty() && spelled == '"' + text + '"' ? text : spelled;
}

}  // namespace kokoro_fast
