// manifest.json: what an artifact folder holds, and what a machine must have to run it.
// src/kokoro_fast/artifact/manifest.schema.json states its form; manifest.py beside it writes it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "kokoro_fast/status.h"

namespace kokoro_fast {

struct FileEntry {
  std::string name;  // a path inside the folder, with forward slashes
  uint64_t bytes = 0;
  std::string sha256;
};

// An input or output of a graph.
struct Port {
  std::string name;
  std::string dtype;
  std::vector<std::string> shape;  // numbers, and letters where a length is open
  std::string unit;
};

// A function of the model in the folder.
struct Graph {
  std::string name;
  std::string file;
  std::vector<Port> inputs;
  std::vector<Port> outputs;
};

struct Manifest {
  std::filesystem::path folder;
  std::string kind;       // "torchscript", "aoti" or "onnx"
  std::string ops;        // "torch" or "native"
  std::string precision;  // "fp32", "bf16" or "int8"
  std::string created_by;
  std::string command;  // the command that writes the folder anew
  std::string torch;    // the version of torch that wrote the folder; empty where none is needed
  std::vector<std::string> needs;
  std::string device;
  std::string weights_sha256;
  std::vector<FileEntry> files;
  std::vector<Graph> graphs;

  // Null if the folder has no such file or graph.
  const FileEntry* find_file(std::string_view name) const;
  const Graph* find_graph(std::string_view name) const;

  // An error about a file of the folder, which ends with the command that writes the folder anew.
  Status refusal(Code code, const std::string& name, const std::string& reason) const;
};

// Reads and checks manifest.json, and no other file of the folder.
Result<Manifest> read_manifest(const std::filesystem::path& folder);
// Reads the text of manifest.json.
Result<Manifest> parse_manifest(std::string_view json, const std::filesystem::path& folder);

// Whether torch, "2.13.0+cpu" for example, and the processor are those that the artifact was made for.
Status check_machine(const Manifest& manifest, std::string_view torch_version);

// Whether a file exists inside the folder, with the size and checksum that were written. Reads all of it.
Status check_file(const Manifest& manifest, const FileEntry& file);

// Checks a file of at most `limit` bytes in the same way, and returns its content.
Result<std::string> read_checked(const Manifest& manifest, const FileEntry& file, uint64_t limit);

// The path of a file, if it is a regular file and links do not lead out of the folder.
Result<std::filesystem::path> path_of(const Manifest& manifest, const FileEntry& file);

// Whether the processor has a feature, as Linux spells it ("avx512_vnni").
bool cpu_has(const std::string& feature);

}  // namespace kokoro_fast
