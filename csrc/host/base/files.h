// Reads files of an artifact folder, which may have been edited, cut short, or removed. Only regular files are opened:
// a pipe would keep its reader waiting.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "kokoro_fast/status.h"

namespace kokoro_fast {

// Gives the file to `take` block by block. The file must have exactly n_bytes.
Status read_blocks(const std::filesystem::path& path, uint64_t n_bytes,
                   const std::function<void(const char* data, size_t n_read)>& take);

// The content of a file of at most `limit` bytes. A larger one is refused before any of it is read.
Result<std::string> read_whole(const std::filesystem::path& path, uint64_t limit);

// Whether `name` is a plain path into a folder: relative, with forward slashes, no "..", nothing unprintable.
bool is_plain_name(std::string_view name);

// folder/name, if it is a regular file that can be read and links do not lead out of the folder.
Result<std::filesystem::path> path_inside(const std::filesystem::path& folder, const std::string& name);

// The path as a message shows it.
std::string shown(const std::filesystem::path& path);

}  // namespace kokoro_fast
