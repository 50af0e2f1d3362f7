// The vocabulary, and behind a zero byte phonemes: every symbol has its id, and every id its symbol.
#include "format/vocabulary.h"

#include <map>

#include "base/json.h"
#include "fuzz.h"

namespace {

using fuzz::require;
using kokoro_fast::Vocabulary;

void check_phonemes(const Vocabulary& vocabulary, const std::map<int64_t, std::string>& symbols,
                    std::string_view phonemes) {
  const auto ids = vocabulary.ids(phonemes);
  if (!ids) {
    require(ids.code() == kokoro_fast::Code::bad_argument, "the phonemes are to blame");
    require(fuzz::is_line(ids.message()), "an error is one line");
    return;
  }
  if (symbols.size() != vocabulary.size()) return;  // two symbols share an id
  std::string spelled;
  for (const int64_t id : *ids) spelled += symbols.at(id);
  require(spelled == phonemes, "the ids spell the phonemes");
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view text = input.substr(0, input.find('\0'));
  const auto vocabulary = Vocabulary::parse(text);
  if (!vocabulary) {
    require(vocabulary.code() == kokoro_fast::Code::damaged_file, "the text is to blame");
    require(fuzz::is_line(vocabulary.message()), "an error is one line");
    return 0;
  }
  const auto json = kokoro_fast::Json::parse(text);
  require(json.ok() && json->as_object()->size() == vocabulary->size(), "every symbol was taken");
  std::map<int64_t, std::string> symbols;
  for (const auto& [symbol, id] : *json->as_object()) {
    const auto ids = vocabulary->ids(symbol);
    require(ids.ok() && ids->size() == 1 && ids->front() == id.as_integer(), "a symbol has its id");
    symbols[ids->front()] = symbol;
  }
  if (text.size() < input.size()) check_phonemes(*vocabulary, symbols, input.substr(text.size() + 1));
  return 0;
}
