#include "format/manifest.h"

#include <algorithm>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <set>
#include <sstream>
#include <utility>

#include "base/files.h"
#include "base/json.h"
#include "base/sha256.h"
#include "base/utf8.h"
#include "kokoro_fast/constants.h"

namespace kokoro_fast {
namespace {

namespace fs = std::filesystem;
using Names = std::initializer_list<const char*>;

constexpr const char* kName = "manifest.json";
constexpr std::string_view kCommandStart = "kokoro-fast export ";
constexpr int64_t kLargestCount = (int64_t{1} << 53) - 1;  // a double holds it, and no other number rounds to it

std::string joined(Names names, const char* between) {
  std::string all;
  for (const char* name : names) all += (all.empty() ? "" : between) + std::string(name);
  return all;
}

// Whether text can stand in a line of a terminal: not empty, without control characters, line ends, invisible
// characters and those that change the direction of writing. The schema lists them.
bool is_text(std::string_view text) {
  constexpr std::pair<char32_t, char32_t> kRefused[] = {{0x00, 0x1f},     {0x7f, 0x9f},     {0x200b, 0x200f},
                                                        {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff}};
  for (size_t at = 0; at < text.size();) {
    const CodePoint point = utf8_at(text, at);
    if (point.n_bytes == 0) return false;
    for (const auto& [first, last] : kRefused) {
      if (point.value >= first && point.value <= last) return false;
    }
    at += point.n_bytes;
  }
  return !text.empty();
}

// "kokoro-fast export " and something after it.
bool is_command(std::string_view text) {
  return is_text(text) && text.rfind(kCommandStart, 0) == 0 && text.size() > kCommandStart.size();
}

size_t skip_digits(std::string_view text, size_t at) {
  return std::min(text.find_first_not_of("0123456789", at), text.size());
}

// Two numbers with a dot between them, and after another dot anything: "2.13.0+cpu".
bool is_version(std::string_view text) {
  const size_t dot = skip_digits(text, 0);
  if (!is_text(text) || dot == 0 || text.substr(dot, 1) != ".") return false;
  const size_t end = skip_digits(text, dot + 1);
  return end > dot + 1 && (end == text.size() || text[end] == '.');
}

bool is_digest(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Reads values that must have exactly one form, and keeps the first error. After an error, the values that it returns
// are empty.
class Reader {
 public:
  const std::string& error() const { return error_; }

  void fail(const std::string& where, const std::string& expected, const std::string& got) {
    if (error_.empty()) error_ = (where.empty() ? "" : where + ": ") + "expected " + expected + ", got " + got;
  }

  // An object that has exactly these fields.
  bool has_fields(const Json& json, const std::string& where, Names names) {
    const Json::Object* members = json.as_object();
    if (members == nullptr) {
      fail(where, "an object", json.shown());
      return false;
    }
    for (const char* name : names) {
      if (json.find(name) == nullptr) fail(where, "the field " + in_quotes(name), "none");
    }
    for (const Json::Member& member : *members) {
      const bool is_known = std::find(names.begin(), names.end(), member.key) != names.end();
      if (!is_known) fail(where, "the fields " + joined(names, ", "), "also " + in_quotes(member.key));
    }
    return error_.empty();
  }

  std::string text(const Json& json, const std::string& where) { return text(json, where, "printable text", is_text); }

  // Text that fits a form, which `expected` describes.
  std::string text(const Json& json, const std::string& where, const char* expected, bool (*fits)(std::string_view)) {
    const std::string* text = json.as_string();
    if (text != nullptr && fits(*text)) return *text;
    fail(where, expected, json.shown());
    return "";
  }

  std::string one_of(const Json& json, const std::string& where, Names names) {
    const std::string* text = json.as_string();
    const bool fits = text != nullptr && std::find(names.begin(), names.end(), *text) != names.end();
    if (!fits) fail(where, joined(names, " or "), json.shown());
    return fits ? *text : "";
  }

  void constant(const Json& json, const std::string& where, int64_t expected) {
    if (json.as_integer() != expected) fail(where, std::to_string(expected), json.shown());
  }

  uint64_t count(const Json& json, const std::string& where) {
    const int64_t number = json.as_integer().value_or(-1);
    if (number < 0 || number > kLargestCount) fail(where, "a whole number from 0", json.shown());
    return static_cast<uint64_t>(std::max<int64_t>(number, 0));
  }

  std::string digest(const Json& json, const std::string& where) {
    return text(json, where, "64 digits 0 to 9 and a to f", is_digest);
  }

  template <class Parse>
  auto list(const Json& json, const std::string& where, Parse parse) {
    std::vector<decltype(parse(json, where))> items;
    const Json::Array* elements = json.as_array();
    if (elements == nullptr) fail(where, "a list", json.shown());
    for (size_t i = 0; elements != nullptr && i < elements->size() && error_.empty(); ++i) {
      items.push_back(parse((*elements)[i], where + "[" + std::to_string(i) + "]"));
    }
    return items;
  }

 private:
  std::string error_;
};

std::string length(Reader& reader, const Json& json, const std::string& where) {
  return json.as_string() != nullptr ? reader.text(json, where) : std::to_string(reader.count(json, where));
}

Port port(Reader& reader, const Json& json, const std::string& where) {
  Port port;
  if (!reader.has_fields(json, where, {"name", "dtype", "shape", "unit"})) return port;
  port.name = reader.text(*json.find("name"), where + ".name");
  port.dtype = reader.one_of(*json.find("dtype"), where + ".dtype", {"int64", "float32"});
  port.shape = reader.list(*json.find("shape"), where + ".shape",
                           [&](const Json& item, const std::string& at) { return length(reader, item, at); });
  port.unit = reader.text(*json.find("unit"), where + ".unit");
  return port;
}

Graph graph(Reader& reader, const Json& json, const std::string& where) {
  const auto a_port = [&](const Json& item, const std::string& at) { return port(reader, item, at); };
  Graph graph;
  if (!reader.has_fields(json, where, {"name", "file", "inputs", "outputs"})) return graph;
  graph.name = reader.text(*json.find("name"), where + ".name");
  graph.file = reader.text(*json.find("file"), where + ".file");
  graph.inputs = reader.list(*json.find("inputs"), where + ".inputs", a_port);
  graph.outputs = reader.list(*json.find("outputs"), where + ".outputs", a_port);
  return graph;
}

std::vector<FileEntry> files(Reader& reader, const Json& json) {
  std::vector<FileEntry> entries;
  const Json::Object* members = json.as_object();
  if (members == nullptr) {
    reader.fail("files", "an object", json.shown());
    return entries;
  }
  for (const auto& [name, value] : *members) {
    const std::string where = "files[" + in_quotes(name) + "]";
    if (!is_plain_name(name) || !is_text(name) || name == kName)
      reader.fail("files", "paths inside the folder", in_quotes(name));
    if (!reader.has_fields(value, where, {"bytes", "sha256"})) break;
    entries.push_back({name, reader.count(*value.find("bytes"), where + ".bytes"),
                       reader.digest(*value.find("sha256"), where + ".sha256")});
  }
  return entries;
}

Manifest manifest(Reader& reader, const Json& json) {
  Manifest manifest;
  // Before anything else: another format may have other fields.
  if (const Json* format = json.find("format")) reader.constant(*format, "format", kManifestFormat);
  if (!reader.error().empty()) return manifest;
  const bool is_whole =
      reader.has_fields(json, "",
                        {"format", "kind", "ops", "precision", "created_by", "command", "torch", "needs", "device",
                         "weights_sha256", "sample_rate", "samples_per_frame", "max_symbols", "files", "graphs"});
  if (!is_whole) return manifest;
  const auto a_text = [&](const Json& item, const std::string& at) { return reader.text(item, at); };
  const auto a_graph = [&](const Json& item, const std::string& at) { return graph(reader, item, at); };
  manifest.kind = reader.one_of(*json.find("kind"), "kind", {"torchscript", "aoti", "onnx"});
  manifest.ops = reader.one_of(*json.find("ops"), "ops", {"torch", "native"});
  manifest.precision = reader.one_of(*json.find("precision"), "precision", {"fp32", "bf16", "int8"});
  manifest.created_by = reader.text(*json.find("created_by"), "created_by");
  manifest.command = reader.text(*json.find("command"), "command", "a command that exports", is_command);
  if (!json.find("torch")->is_null()) {
    manifest.torch = reader.text(*json.find("torch"), "torch", "a version such as 2.13.0", is_version);
  }
  manifest.needs = reader.list(*json.find("needs"), "needs", a_text);
  manifest.device = reader.one_of(*json.find("device"), "device", {"cpu"});
  manifest.weights_sha256 = reader.digest(*json.find("weights_sha256"), "weights_sha256");
  reader.constant(*json.find("sample_rate"), "sample_rate", kSampleRate);
  reader.constant(*json.find("samples_per_frame"), "samples_per_frame", kSamplesPerFrame);
  reader.constant(*json.find("max_symbols"), "max_symbols", kMaxSymbols);
  manifest.files = files(reader, *json.find("files"));
  manifest.graphs = reader.list(*json.find("graphs"), "graphs", a_graph);
  for (const Graph& graph : manifest.graphs) {
    if (manifest.find_file(graph.file) == nullptr) {
      reader.fail("graphs", "a file of the folder for " + in_quotes(graph.name), in_quotes(graph.file));
    }
  }
  return manifest;
}

// The rebuild command of a manifest that cannot be read as a whole.
std::string command_of(const Json* json, const fs::path& folder) {
  const Json* command = json == nullptr ? nullptr : json->find("command");
  const std::string* text = command == nullptr ? nullptr : command->as_string();
  if (text != nullptr && is_command(*text)) return *text;
  const fs::path name = folder.has_filename() ? folder.filename() : folder.parent_path().filename();
  return "kokoro-fast export KIND -o " + shown(name);
}

Status refused(Code code, const fs::path& path, const std::string& reason, const std::string& command) {
  return {code, shown(path) + ": " + reason + "; rebuild it with: " + command};
}

// "2.13" of "2.13.0+cpu".
std::string_view minor_version(std::string_view version) {
  const size_t first = version.find('.');
  return first == std::string_view::npos ? version : version.substr(0, version.find_first_of(".+", first + 1));
}

// The features that Linux lists for the processor; empty where there is no such list.
std::set<std::string> read_cpu_features() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("flags", 0) != 0 && line.rfind("Features", 0) != 0) continue;
    std::istringstream words(line.substr(std::min(line.find(':') + 1, line.size())));
    return {std::istream_iterator<std::string>(words), {}};
  }
  return {};
}

}  // namespace

const FileEntry* Manifest::find_file(std::string_view name) const {
  const auto found = std::find_if(files.begin(), files.end(), [&](const FileEntry& file) { return file.name == name; });
  return found == files.end() ? nullptr : &*found;
}

const Graph* Manifest::find_graph(std::string_view name) const {
  const auto found = std::find_if(graphs.begin(), graphs.end(), [&](const Graph& graph) { return graph.name == name; });
  return found == graphs.end() ? nullptr : &*found;
}

Status Manifest::refusal(Code code, const std::string& name, const std::string& reason) const {
  return refused(code, folder / name, reason, command);
}

Result<Manifest> read_manifest(const fs::path& folder) {
  const fs::path path = folder / kName;
  const std::string no_command = command_of(nullptr, folder);
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    const std::string found = fs::exists(folder, error) ? "a file" : "nothing";
    return refused(Code::missing_file, folder, "expected an artifact folder, got " + found, no_command);
  }
  const Result<std::string> content = read_whole(path, Json::kMaxBytes);
  if (!content) return Status(content.code(), content.message() + "; rebuild it with: " + no_command);
  return parse_manifest(*content, folder);
}

Result<Manifest> parse_manifest(std::string_view text, const fs::path& folder) {
  const fs::path path = folder / kName;
  const Result<Json> json = Json::parse(text);
  if (!json) return refused(Code::damaged_file, path, json.message(), command_of(nullptr, folder));
  Reader reader;
  Manifest read = manifest(reader, *json);
  if (!reader.error().empty()) {
    const Json* format = json->find("format");
    const bool is_other_format = format != nullptr && format->as_integer().value_or(kManifestFormat) != kManifestFormat;
    const Code code = is_other_format ? Code::mismatch : Code::damaged_file;
    return refused(code, path, reader.error(), command_of(&*json, folder));
  }
  std::error_code error;
  read.folder = fs::absolute(folder, error);  // the program may change its folder before it asks for a voice
  if (error) read.folder = folder;
  return read;
}

Status check_machine(const Manifest& manifest, std::string_view torch_version) {
  if (!manifest.torch.empty() && minor_version(manifest.torch) != minor_version(torch_version)) {
    return manifest.refusal(Code::mismatch, kName,
                            "torch: expected " + std::string(minor_version(manifest.torch)) + ", which wrote it, got " +
                                std::string(torch_version));
  }
  std::string lacking;
  for (const std::string& feature : manifest.needs) {
    if (!cpu_has(feature)) lacking += (lacking.empty() ? "" : ", ") + feature;
  }
  if (lacking.empty()) return {};
  return manifest.refusal(Code::mismatch, kName, "expected a processor with " + lacking + ", got one without");
}

Result<fs::path> path_of(const Manifest& manifest, const FileEntry& file) {
  Result<fs::path> path = path_inside(manifest.folder, file.name);
  if (!path) return Status(path.code(), path.message() + "; rebuild it with: " + manifest.command);
  return path;
}

Status check_file(const Manifest& manifest, const FileEntry& file) {
  const Result<fs::path> path = path_of(manifest, file);
  if (!path) return path.status();
  const Result<std::string> digest = sha256_file(*path, file.bytes);
  if (!digest) return {digest.code(), digest.message() + "; rebuild it with: " + manifest.command};
  if (*digest == file.sha256) return {};
  return manifest.refusal(Code::damaged_file, file.name, "expected sha256 " + file.sha256 + ", got " + *digest);
}

Result<std::string> read_checked(const Manifest& manifest, const FileEntry& file, uint64_t limit) {
  const Result<fs::path> path = path_of(manifest, file);
  if (!path) return path.status();
  if (file.bytes > limit) {
    return manifest.refusal(Code::damaged_file, file.name,
                            "expected at most " + std::to_string(limit) + " bytes, got " + std::to_string(file.bytes));
  }
  std::string content;
  const Status status =
      read_blocks(*path, file.bytes, [&content](const char* data, size_t n_read) { content.append(data, n_read); });
  if (!status) return Status(status.code(), status.message() + "; rebuild it with: " + manifest.command);
  const std::string digest = sha256(content);
  if (digest == file.sha256) return content;
  return manifest.refusal(Code::damaged_file, file.name, "expected sha256 " + file.sha256 + ", got " + digest);
}

bool cpu_has(const std::string& feature) {
#if defined(__x86_64__) && defined(__GNUC__)
  // Asks the processor itself where that is possible: under an emulator, the list of Linux has other features.
  if (feature == "avx2") return __builtin_cpu_supports("avx2");
  if (feature == "fma") return __builtin_cpu_supports("fma");
  if (feature == "avx512f") return __builtin_cpu_supports("avx512f");
  if (feature == "avx512bw") return __builtin_cpu_supports("avx512bw");
  if (feature == "avx512dq") return __builtin_cpu_supports("avx512dq");
  if (feature == "avx512vl") return __builtin_cpu_supports("avx512vl");
  if (feature == "avx512_vnni") return __builtin_cpu_supports("avx512vnni");
  if (feature == "avx512_bf16") return __builtin_cpu_supports("avx512bf16");
#endif
  static const std::set<std::string> features = read_cpu_features();
  return features.empty() || features.count(feature) != 0;  // without a list, let the caller try
}

}  // namespace kokoro_fast
