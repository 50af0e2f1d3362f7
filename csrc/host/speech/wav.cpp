#include "speech/wav.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <random>
#include <system_error>
#include <utility>

#include "base/files.h"
#include "kokoro_fast/kernels.h"

namespace kokoro_fast {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kLimit = (uint64_t{1} << 32) - (1 << 16);  // most bytes of sound: the sizes in a header have 32 bits
constexpr int64_t kBlock = 1 << 12;
constexpr size_t kHeader = 44;
constexpr int kMostLinks = 40;

void put_number(uint8_t* at, uint32_t value, int n_bytes) {
  for (int i = 0; i < n_bytes; ++i) at[i] = static_cast<uint8_t>(value >> (8 * i));
}

std::array<uint8_t, kHeader> header(uint32_t n_bytes, uint32_t sample_rate) {
  std::array<uint8_t, kHeader> bytes = {};
  const auto name = [&](size_t at, const char* text) { std::memcpy(&bytes[at], text, 4); };
  name(0, "RIFF");
  put_number(&bytes[4], n_bytes + kHeader - 8, 4);
  name(8, "WAVE");
  name(12, "fmt ");
  put_number(&bytes[16], 16, 4);
  put_number(&bytes[20], 1, 2);  // PCM
  put_number(&bytes[22], 1, 2);  // channels
  put_number(&bytes[24], sample_rate, 4);
  put_number(&bytes[28], sample_rate * 2, 4);
  put_number(&bytes[32], 2, 2);  // bytes of a sample
  put_number(&bytes[34], 16, 2);
  name(36, "data");
  put_number(&bytes[40], n_bytes, 4);
  return bytes;
}

std::string hidden_name() {
  std::random_device random;
  std::string name = ".kokoro-say-";
  for (int i = 0; i < 8; ++i) name += "0123456789abcdef"[random() % 16];
  return name + ".part";
}

// The path that a name leads to. Links are followed, also one to a file that does not exist yet. Empty if the links
// form a circle.
fs::path followed(fs::path path) {
  std::error_code error;
  for (int links = 0; fs::is_symlink(fs::symlink_status(path, error)); ++links) {
    const fs::path next = fs::read_symlink(path, error);
    if (error || links == kMostLinks) return {};
    path = path.parent_path() / next;
  }
  return path;
}

}  // namespace

Result<WavWriter> WavWriter::open(const fs::path& path, int sample_rate) {
  const auto refused = [&path](const std::string& reason) {
    return Status(Code::cannot_write, shown(path) + ": " + reason);
  };
  WavWriter writer;
  writer.path_ = path;
  writer.target_ = followed(path);
  writer.sample_rate_ = sample_rate;
  const fs::path folder = writer.target_.has_parent_path() ? writer.target_.parent_path() : fs::path(".");
  std::error_code error;
  if (!writer.target_.has_filename()) return refused("expected the name of a file");
  if (!fs::is_directory(folder, error)) return refused("expected the folder " + shown(folder) + " to exist, got none");
  const fs::file_status status = fs::status(writer.target_, error);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    return refused("expected a file or a new name, got something else of that name");
  }
  if (fs::exists(status) && ::access(writer.target_.c_str(), W_OK) != 0) {
    return refused("expected a file that may be replaced, got one without write permission");
  }
  writer.temporary_ = folder / hidden_name();
  writer.file_ = ::open(writer.temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (writer.file_ < 0) return refused("cannot write there: " + std::generic_category().message(errno));
  const auto bytes = header(0, static_cast<uint32_t>(sample_rate));
  const Status written = writer.put(bytes.data(), bytes.size());
  if (!written) return written;
  return writer;
}

WavWriter::WavWriter(WavWriter&& other) noexcept { *this = std::move(other); }

WavWriter& WavWriter::operator=(WavWriter&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(target_, other.target_);
  std::swap(temporary_, other.temporary_);
  std::swap(file_, other.file_);
  std::swap(sample_rate_, other.sample_rate_);
  std::swap(n_bytes_, other.n_bytes_);
  return *this;
}

WavWriter::~WavWriter() { discard(); }

Status WavWriter::write(const float* samples, int64_t n_samples) {
  std::array<int16_t, kBlock> pcm;
  std::array<uint8_t, 2 * kBlock> bytes;
  for (int64_t begin = 0; begin < n_samples; begin += kBlock) {
    const int64_t n = std::min(kBlock, n_samples - begin);
    if (n_bytes_ + 2 * static_cast<uint64_t>(n) > kLimit) {
      discard();
      return {Code::cannot_write, shown(path_) + ": expected at most " + std::to_string(kLimit) +
                                      " bytes of sound, which a .wav can hold, got more"};
    }
    float_to_pcm16(samples + begin, pcm.data(), n);
    for (int64_t i = 0; i < n; ++i) put_number(&bytes[2 * i], static_cast<uint16_t>(pcm[i]), 2);
    const Status status = put(bytes.data(), static_cast<size_t>(2 * n));
    if (!status) return status;
    n_bytes_ += 2 * static_cast<uint64_t>(n);
  }
  return {};
}

Status WavWriter::finish() {
  const auto bytes = header(static_cast<uint32_t>(n_bytes_), static_cast<uint32_t>(sample_rate_));
  if (file_ >= 0 && ::lseek(file_, 0, SEEK_SET) != 0) return fail(errno);
  const Status status = put(bytes.data(), bytes.size());
  if (!status) return status;
  const int file = std::exchange(file_, -1);
  if (::close(file) != 0 || ::rename(temporary_.c_str(), target_.c_str()) != 0) return fail(errno);
  temporary_.clear();
  return {};
}

Status WavWriter::put(const void* bytes, size_t n_bytes) {
  if (file_ < 0) return fail(EBADF);
  const char* rest = static_cast<const char*>(bytes);
  while (n_bytes > 0) {
    const ssize_t written = ::write(file_, rest, n_bytes);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return fail(written < 0 ? errno : ENOSPC);
    rest += written;
    n_bytes -= static_cast<size_t>(written);
  }
  return {};
}

Status WavWriter::fail(int error) {
  discard();
  return {Code::cannot_write, shown(path_) + ": cannot write: " + std::generic_category().message(error)};
}

void WavWriter::discard() {
  if (file_ >= 0) ::close(file_);
  file_ = -1;
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
  temporary_.clear();
}

}  // namespace kokoro_fast
