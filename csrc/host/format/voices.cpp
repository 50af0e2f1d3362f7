#include "format/voices.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "base/utf8.h"
#include "kokoro_fast/constants.h"

namespace kokoro_fast {
namespace {

constexpr size_t kValues = size_t{kMaxSymbols} * kStyleDim;
constexpr size_t kBytes = kValues * sizeof(float);
constexpr std::string_view kFolder = "voices/";
constexpr std::string_view kSuffix = ".bin";
constexpr size_t kListed = 8;  // most voices that a message names

float little_endian(const char* bytes) {
  uint32_t word = 0;
  for (int i = 3; i >= 0; --i) word = word << 8 | static_cast<unsigned char>(bytes[i]);
  float value;
  std::memcpy(&value, &word, sizeof value);
  return value;
}

Status check_size(uint64_t n_bytes) {
  if (n_bytes == kBytes) return {};
  return {Code::damaged_file, "expected " + std::to_string(kBytes) + " bytes, got " + std::to_string(n_bytes)};
}

std::string some_of(const std::vector<std::string>& names) {
  if (names.empty()) return "none, since the folder has no voices";
  std::string shown;
  for (size_t i = 0; i < std::min(names.size(), kListed); ++i) shown += (i == 0 ? "" : ", ") + names[i];
  return shown + (names.size() > kListed ? " or " + std::to_string(names.size() - kListed) + " more" : "");
}

}  // namespace

std::vector<std::string> list_voices(const Manifest& manifest) {
  std::vector<std::string> names;
  for (const FileEntry& file : manifest.files) {
    const std::string_view name = file.name;
    const size_t around = kFolder.size() + kSuffix.size();
    if (name.size() <= around || name.substr(0, kFolder.size()) != kFolder) continue;
    if (name.substr(name.size() - kSuffix.size()) != kSuffix) continue;
    const std::string_view voice = name.substr(kFolder.size(), name.size() - around);
    if (voice.find('/') == std::string_view::npos) names.emplace_back(voice);
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::vector<float>> parse_voice(std::string_view bytes) {
  if (Status status = check_size(bytes.size()); !status) return status;
  std::vector<float> rows(kValues);
  for (size_t i = 0; i < kValues; ++i) {
    rows[i] = little_endian(bytes.data() + sizeof(float) * i);
    if (!std::isfinite(rows[i])) {
      return Status(Code::damaged_file, "expected finite numbers, got another at value " + std::to_string(i));
    }
  }
  return rows;
}

Result<std::vector<float>> load_voice(const Manifest& manifest, const std::string& name) {
  const std::vector<std::string> known = list_voices(manifest);
  if (!std::binary_search(known.begin(), known.end(), name)) {
    return Status(Code::unknown_voice, "voice: expected one of " + some_of(known) + ", got " + in_quotes(name));
  }
  const FileEntry& file = *manifest.find_file(std::string(kFolder) + name + std::string(kSuffix));
  if (Status status = check_size(file.bytes); !status) {
    return manifest.refusal(status.code(), file.name, status.message());
  }
  const Result<std::string> content = read_checked(manifest, file, kBytes);
  if (!content) return content.status();
  Result<std::vector<float>> rows = parse_voice(*content);
  if (!rows) return manifest.refusal(rows.code(), file.name, rows.message());
  return rows;
}

}  // namespace kokoro_fast
