// Reading files of an artifact folder, which may be edited, short, or gone by now.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "kokoro_fast/status.h"

namespace kokoro_fast {

// Gives the file to `take` block by block; it must have exactly n_bytes.
Status read_blocks(const std::filesystem::path& path, uint64_t n_bytes,
                   const std::function<void(const char* data, size_t n_read)>& take);

// A whole file of at most `limit` bytes.
Result<std::string> read_whole(const std::filesystem::path& path, uint64_t limit);

// Whether `name` is a plain path into a folder: relative, with forward slashes, no "..", nothing unprintable.
bool is_plain_name(std::string_view name);

// folder/name, if links do not lead out of the folder.
Result<std::filesystem::path> path_inside(const std::filesystem::path& folder, const std::string& name);

// For a message.
std::string shown(const std::filesystem::path& path);

}  // namespace kokoro_fast
