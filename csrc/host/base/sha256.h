// SHA-256 (FIPS 180-4), with the CPU's own instructions where it has them: some hundred megabytes are checked at start.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "kokoro_fast/status.h"

namespace kokoro_fast {

// Call update any number of times, then hex_digest once.
class Sha256 {
 public:
  void update(const void* data, size_t n_bytes);
  // 64 lower-case digits.
  std::string hex_digest();

 private:
  std::array<uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<uint8_t, 64> block_ = {};  // the last bytes, until there are 64
  uint64_t n_bytes_ = 0;
};

std::string sha256(std::string_view data);

// The digest of a file that must have exactly n_bytes.
Result<std::string> sha256_file(const std::filesystem::path& path, uint64_t n_bytes);

// Whether the CPU's instructions are used.
bool sha256_has_instructions();
// For tests: false computes without them.
void sha256_use_instructions(bool wanted);

}  // namespace kokoro_fast
