// A voice's file: accepted if it has the size and finite numbers only, and then bit by bit.
#include "format/voices.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "fuzz.h"
#include "kokoro_fast/constants.h"

using fuzz::require;

// The first byte says whether the rest is repeated up to the size of a voice.
int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kBytes = size_t{kokoro_fast::kMaxSymbols} * kokoro_fast::kStyleDim * sizeof(float);
  fuzz::Bytes input(data, size);
  const bool is_repeated = input.take_bool();
  std::string bytes(input.rest());
  while (is_repeated && !bytes.empty() && bytes.size() < kBytes) {
    bytes.append(bytes, 0, std::min(bytes.size(), kBytes - bytes.size()));
  }
  const auto rows = kokoro_fast::parse_voice(bytes);
  std::vector<float> expected(bytes.size() / sizeof(float));
  if (!expected.empty()) std::memcpy(expected.data(), bytes.data(), expected.size() * sizeof(float));
  const auto is_finite = [](float value) { return std::isfinite(value); };
  const bool is_voice = bytes.size() == kBytes && std::all_of(expected.begin(), expected.end(), is_finite);
  require(rows.ok() == is_voice, "exactly the voices are accepted");
  if (!rows) {
    require(rows.code() == kokoro_fast::Code::damaged_file, "the file is to blame");
    require(fuzz::is_line(rows.message()), "an error is one line");
    return 0;
  }
  require(fuzz::same_bits(*rows, expected), "the numbers are those of the file");
  return 0;
}
