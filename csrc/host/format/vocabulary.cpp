#include "format/vocabulary.h"

#include <cstdio>

#include "base/json.h"
#include "base/utf8.h"
#include "kokoro_fast/constants.h"

namespace kokoro_fast {
namespace {

constexpr const char* kName = "vocabulary.json";
constexpr int kListed = 5;  // most unknown symbols that a message names

// "x" (U+0078), as Python's messages show it.
std::string described(std::string_view symbol, char32_t value) {
  char code[16];
  std::snprintf(code, sizeof code, " (U+%04X)", static_cast<unsigned>(value));
  return in_quotes(symbol) + code;
}

}  // namespace

Result<Vocabulary> Vocabulary::read(const Manifest& manifest) {
  const FileEntry* file = manifest.find_file(kName);
  if (file == nullptr) return manifest.refusal(Code::missing_file, kName, "expected a file, got none");
  const Result<std::string> content = read_checked(manifest, *file, Json::kMaxBytes);
  if (!content) return content.status();
  Result<Vocabulary> vocabulary = parse(*content);
  if (!vocabulary) return manifest.refusal(vocabulary.code(), kName, vocabulary.message());
  return vocabulary;
}

Result<Vocabulary> Vocabulary::parse(std::string_view text) {
  const Result<Json> json = Json::parse(text);
  if (!json) return json.status();
  const Json::Object* members = json->as_object();
  if (members == nullptr) return Status(Code::damaged_file, "expected an object, got " + json->shown());
  Vocabulary vocabulary;
  for (const auto& [symbol, value] : *members) {
    const CodePoint point = symbol.empty() ? CodePoint{0, 0} : utf8_at(symbol, 0);
    if (symbol.empty() || point.n_bytes != symbol.size()) {
      return Status(Code::damaged_file, "expected symbols of one character, got " + in_quotes(symbol));
    }
    const int64_t id = value.as_integer().value_or(kBoundaryId);
    if (id <= kBoundaryId || id >= kNumIds) {
      return Status(Code::damaged_file, "expected an id from 1 to " + std::to_string(kNumIds - 1) + " for " +
                                            in_quotes(symbol) + ", got " + value.shown());
    }
    vocabulary.ids_.emplace(point.value, id);
  }
  if (vocabulary.ids_.empty()) return Status(Code::damaged_file, "expected symbols, got none");
  return vocabulary;
}

Result<std::vector<int64_t>> Vocabulary::ids(std::string_view phonemes) const {
  std::vector<int64_t> ids;
  std::string unknown;
  int n_unknown = 0;
  int64_t position = 0;
  for (size_t at = 0; at < phonemes.size(); ++position) {
    const CodePoint point = utf8_at(phonemes, at);
    if (point.n_bytes == 0) {
      return Status(Code::bad_argument, "phonemes: expected UTF-8, got another byte at " + std::to_string(at));
    }
    const auto found = ids_.find(point.value);
    if (found != ids_.end()) {
      ids.push_back(found->second);
    } else if (++n_unknown <= kListed) {
      const std::string symbol = described(phonemes.substr(at, point.n_bytes), point.value);
      unknown += (unknown.empty() ? "" : ", ") + symbol + " at " + std::to_string(position);
    }
    at += point.n_bytes;
  }
  if (n_unknown == 0) return ids;
  const std::string more = n_unknown > kListed ? " and " + std::to_string(n_unknown - kListed) + " more" : "";
  return Status(Code::bad_argument, "phonemes: expected symbols of the Kokoro vocabulary only, got " + unknown + more);
}

}  // namespace kokoro_fast
