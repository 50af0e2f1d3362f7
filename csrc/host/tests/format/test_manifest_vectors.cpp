// Manifests that must be accepted and manifests that must be refused: tests/data/manifests, whose form
// tests/artifact/test_manifest_vectors.py describes. Python reads the same ones.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/json.h"
#include "format/manifest.h"
#include "support/scratch.h"

namespace {

using kokoro_fast::Code;
using kokoro_fast::Json;

struct Case {
  std::string name;
  std::string document;
  bool is_valid = false;
  std::vector<std::string> words;  // what the message must have
};

void PrintTo(const Case& a_case, std::ostream* out) { *out << a_case.name; }

std::string content_of(const std::string& name) {
  std::ifstream file(std::string(KOKORO_MANIFESTS) + "/" + name, std::ios::binary);
  if (!file) throw std::runtime_error("no file " + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

const std::string& text_of(const Json& json, const char* key) { return *json.find(key)->as_string(); }

size_t size_of(const Json& json) { return static_cast<size_t>(json.as_integer().value()); }

std::string document_of(const Json& json) {
  std::string document;
  if (const Json* bytes = json.find("bytes")) {
    for (const Json& byte : *bytes->as_array())
      document += static_cast<char>(static_cast<unsigned char>(size_of(byte)));
    return document;
  }
  if (json.find("repeated") != nullptr) {
    for (size_t n = size_of(*json.find("times")); n > 0; --n) document += text_of(json, "repeated");
    return document;
  }
  if (json.find("text") != nullptr) return text_of(json, "text");
  document = content_of(text_of(json, "of") + ".json");
  if (json.find("from") != nullptr) {
    const std::string& from = text_of(json, "from");
    const size_t at = document.find(from);
    if (at == std::string::npos) throw std::runtime_error("manifest without " + from);
    document.replace(at, from.size(), text_of(json, "to"));
  }
  if (const Json* size = json.find("padded_to")) document.resize(size_of(*size), ' ');
  return document;
}

std::vector<Case> cases() {
  const auto json = Json::parse(content_of("cases.json"));
  if (!json) throw std::runtime_error("cases.json: " + json.message());
  std::vector<Case> cases;
  for (const Json& item : *json->as_array()) {
    Case& added = cases.emplace_back();
    added.name = text_of(item, "name");
    added.document = document_of(item);
    added.is_valid = *item.find("valid")->as_bool();
    if (added.is_valid) continue;
    for (const Json& words : *item.find("error")->as_array()) added.words.push_back(*words.as_string());
  }
  return cases;
}

class ManifestVector : public testing::TestWithParam<Case> {};

TEST_P(ManifestVector, IsAcceptedOrRefused) {
  const Scratch scratch;
  scratch.write("manifest.json", GetParam().document);
  const auto manifest = kokoro_fast::read_manifest(scratch.path());
  if (GetParam().is_valid) {
    ASSERT_TRUE(manifest.ok()) << manifest.message();
    return;
  }
  ASSERT_FALSE(manifest.ok());
  ASSERT_FALSE(GetParam().words.empty());
  for (const std::string& words : GetParam().words) check_error(manifest, manifest.code(), words);
  EXPECT_TRUE(manifest.code() == Code::damaged_file || manifest.code() == Code::mismatch) << code_name(manifest.code());
  EXPECT_TRUE(contains(manifest.message(), "manifest.json: ")) << manifest.message();
  EXPECT_TRUE(contains(manifest.message(), "; rebuild it with: kokoro-fast export ")) << manifest.message();
}

INSTANTIATE_TEST_SUITE_P(Shared, ManifestVector, testing::ValuesIn(cases()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
