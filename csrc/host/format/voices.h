// The voices of an artifact folder: voices/NAME.bin.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "format/manifest.h"
#include "kokoro_fast/status.h"

namespace kokoro_fast {

// The names of the voices, sorted.
std::vector<std::string> list_voices(const Manifest& manifest);

// (510, 256): row n - 1 speaks n symbols.
Result<std::vector<float>> load_voice(const Manifest& manifest, const std::string& name);
// Reads the bytes of a voice's file: float32, little-endian.
Result<std::vector<float>> parse_voice(std::string_view bytes);

}  // namespace kokoro_fast
