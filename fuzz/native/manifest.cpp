// The manifest: what is accepted is complete and says the same when it is printed and read again.
#include "format/manifest.h"

#include <algorithm>
#include <set>

#include "format/voices.h"
#include "fuzz.h"
#include "kokoro_fast/constants.h"

namespace {

using fuzz::json_string;
using fuzz::require;
using kokoro_fast::Manifest;

template <class Items, class Print>
std::string joined(const Items& items, Print print) {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : ",") + print(item);
  return text;
}

std::string printed(const kokoro_fast::Port& port) {
  return "{\"name\":" + json_string(port.name) + ",\"dtype\":" + json_string(port.dtype) + ",\"shape\":[" +
         joined(port.shape, json_string) + "],\"unit\":" + json_string(port.unit) + "}";
}

std::string printed(const kokoro_fast::Graph& graph) {
  const auto ports = [](const auto& list) {
    return joined(list, [](const kokoro_fast::Port& port) { return printed(port); });
  };
  return "{\"name\":" + json_string(graph.name) + ",\"file\":" + json_string(graph.file) + ",\"inputs\":[" +
         ports(graph.inputs) + "],\"outputs\":[" + ports(graph.outputs) + "]}";
}

std::string printed(const Manifest& m) {
  const auto file = [](const kokoro_fast::FileEntry& entry) {
    return json_string(entry.name) + ":{\"bytes\":" + std::to_string(entry.bytes) +
           ",\"sha256\":" + json_string(entry.sha256) + "}";
  };
  const auto graph = [](const kokoro_fast::Graph& one) { return printed(one); };
  return "{\"format\":" + std::to_string(kokoro_fast::kManifestFormat) + ",\"kind\":" + json_string(m.kind) +
         ",\"ops\":" + json_string(m.ops) + ",\"precision\":" + json_string(m.precision) +
         ",\"created_by\":" + json_string(m.created_by) + ",\"command\":" + json_string(m.command) +
         ",\"torch\":" + (m.torch.empty() ? "null" : json_string(m.torch)) + ",\"needs\":[" +
         joined(m.needs, json_string) + "],\"device\":" + json_string(m.device) +
         ",\"weights_sha256\":" + json_string(m.weights_sha256) +
         ",\"sample_rate\":" + std::to_string(kokoro_fast::kSampleRate) +
         ",\"samples_per_frame\":" + std::to_string(kokoro_fast::kSamplesPerFrame) +
         ",\"max_symbols\":" + std::to_string(kokoro_fast::kMaxSymbols) + ",\"files\":{" + joined(m.files, file) +
         "},\"graphs\":[" + joined(m.graphs, graph) + "]}";
}

void check(const Manifest& manifest) {
  require(manifest.command.rfind("kokoro-fast export ", 0) == 0, "the command is one that exports");
  std::set<std::string> names;
  for (const kokoro_fast::FileEntry& file : manifest.files) {
    const std::filesystem::path path(file.name);
    require(path.is_relative() && path.lexically_normal() == path && *path.begin() != "..", "files are inside");
    require(names.insert(file.name).second && manifest.find_file(file.name) == &file, "a file stands once");
    require(file.sha256.size() == 64, "a checksum has 64 digits");
  }
  for (const kokoro_fast::Graph& graph : manifest.graphs) require(names.count(graph.file) == 1, "graphs have files");
  const std::vector<std::string> voices = kokoro_fast::list_voices(manifest);
  require(std::is_sorted(voices.begin(), voices.end()), "voices are sorted");
  for (const std::string& voice : voices) require(names.count("voices/" + voice + ".bin") == 1, "voices have files");
  const auto fits = check_machine(manifest, "2.13.0");
  require(fits.ok() || fuzz::is_line(fits.message()), "a refusal is one line");
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto manifest = kokoro_fast::parse_manifest({reinterpret_cast<const char*>(data), size}, "folder");
  if (!manifest) {
    require(fuzz::is_line(manifest.message()), "an error is one line");
    require(manifest.message().find("; rebuild it with: kokoro-fast export ") != std::string::npos,
            "an error says how to rebuild the folder");
    return 0;
  }
  check(*manifest);
  const std::string text = printed(*manifest);
  const auto again = kokoro_fast::parse_manifest(text, "folder");
  require(again.ok() && printed(*again) == text, "what is printed says the same when it is read again");
  return 0;
}
