// vocabulary.json: the symbols that the model reads.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kokoro_fast/status.h"
#include "manifest.h"

namespace kokoro_fast {

constexpr int64_t kBoundaryId = 0;  // before and after every utterance; no symbol's
constexpr int64_t kNumIds = 178;

class Vocabulary {
 public:
  static Result<Vocabulary> read(const Manifest& manifest);
  // Of the text of vocabulary.json: {"symbol": id, ...}.
  static Result<Vocabulary> parse(std::string_view json);

  // The ids of phonemes in UTF-8, without the boundary ids. An error names each unknown symbol and its position.
  Result<std::vector<int64_t>> ids(std::string_view phonemes) const;

  size_t size() const { return ids_.size(); }

 private:
  std::unordered_map<char32_t, int64_t> ids_;
};

}  // namespace kokoro_fast
