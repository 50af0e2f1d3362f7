// A line of phonemes: what is accepted is in range and says the same when it is printed and read again.
#include "format/phoneme_lines.h"

#include "fuzz.h"

namespace {

using fuzz::json_number;
using fuzz::json_string;
using fuzz::require;
using kokoro_fast::parse_phoneme_line;
using kokoro_fast::PhonemeLine;

std::string printed(const PhonemeLine& line) {
  return "{\"phonemes\":" + json_string(line.phonemes) + ",\"gap\":" + json_number(line.pause) +
         ",\"pause\":" + (line.is_requested ? "true" : "false") + ",\"text\":" + json_string(line.text) +
         ",\"char_start\":" + std::to_string(line.char_start) + ",\"char_end\":" + std::to_string(line.char_end) +
         ",\"voice\":" + json_string(line.voice) + ",\"rate\":" + json_number(line.rate) + "}";
}

void check(const PhonemeLine& line) {
  require(line.pause >= 0 && line.pause <= kokoro_fast::kLongestPause, "the pause is in range");
  require(line.rate >= kokoro_fast::kSlowestSpeed && line.rate <= kokoro_fast::kFastestSpeed, "the rate is in range");
  require(line.char_start >= 0 && line.char_end >= 0, "the offsets are in range");
  const std::string text = printed(line);
  if (kokoro_fast::utf8_error(text) != std::string::npos || text.size() > kokoro_fast::kLongestLine) return;
  const auto again = parse_phoneme_line(text, 2);
  require(again.ok() && again->has_value() && printed(**again) == text,
          "what is printed says the same when it is read again");
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const int64_t number : {1, 2}) {
    const auto line = parse_phoneme_line(text, number);
    if (!line) {
      require(line.code() == kokoro_fast::Code::bad_argument, "the line is to blame");
      require(fuzz::is_line(line.message()), "an error is one line");
      require(line.message().rfind("line " + std::to_string(number) + ": ", 0) == 0, "an error names its line");
    } else if (*line) {
      check(**line);
    }
    if (number == 1 || text.size() + 2 > kokoro_fast::kLongestLine) continue;
    const auto padded = parse_phoneme_line(" " + text + "\r", number);
    require(padded.ok() == line.ok() && (!line || padded->has_value() == line->has_value()),
            "space around a line changes nothing");
  }
  return 0;
}
