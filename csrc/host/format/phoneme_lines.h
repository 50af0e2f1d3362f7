// Phoneme lines, as `kokoro-fast phonemes` prints them: the input of a host, which has no grapheme-to-phoneme
// conversion.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kokoro_fast/constants.h"
#include "kokoro_fast/status.h"

namespace kokoro_fast {

constexpr size_t kLongestLine = 1 << 20;  // in bytes; text of a book's size on one line is a mistake

struct PhonemeLine {
  std::string phonemes;           // empty: a silence of `pause` seconds
  double pause = kSentencePause;  // "gap": seconds from the last sound of this line to the first sound of the next
  bool is_requested = false;      // "pause": markup requested the pause, so it stays after the last line, too
  std::string text;               // the words
  int64_t char_start = 0;         // where the words begin in the text that was read
  int64_t char_end = 0;
  std::string voice;  // empty: the voice of the call
  double rate = 1.0;  // factor on the speed of the call
};

// One line of a file, without its end; `number` counts from 1, for messages. Nothing if it is blank. A line that does
// not begin with "{" is plain phonemes, a sentence of its own.
Result<std::optional<PhonemeLine>> parse_phoneme_line(std::string_view line, int64_t number);

}  // namespace kokoro_fast
