// vocabulary.json: the symbols that the model reads.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "format/manifest.h"
#include "kokoro_fast/status.h"

namespace kokoro_fast {

class Vocabulary {
 public:
  static Result<Vocabulary> read(const Manifest& manifest);
  // Reads the text of vocabulary.json: {"symbol": id, ...}.
  static Result<Vocabulary> parse(std::string_view json);

  // The ids of phonemes in UTF-8, without the boundary ids. An error names each unknown symbol and its position.
  Result<std::vector<int64_t>> ids(std::string_view phonemes) const;

  size_t size() const { return ids_.size(); }

 private:
  std::unordered_map<char32_t, int64_t> ids_;
};

}  // namespace kokoro_fast
