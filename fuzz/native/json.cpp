// JSON: what is accepted says the same when it is printed and read again; what is refused is refused in one line.
#include "base/json.h"

#include <algorithm>
#include <set>

#include "fuzz.h"

namespace {

using fuzz::require;
using kokoro_fast::Json;

std::string printed(const Json& json) {
  if (const auto* text = json.as_string()) return fuzz::json_string(*text);
  if (const auto* number = json.as_number()) return fuzz::json_number(*number);
  if (const auto* truth = json.as_bool()) return *truth ? "true" : "false";
  if (json.is_null()) return "null";
  std::string items;
  const auto add = [&items](const std::string& item) { items += (items.empty() ? "" : ",") + item; };
  if (const auto* elements = json.as_array()) {
    for (const Json& element : *elements) add(printed(element));
    return "[" + items + "]";
  }
  for (const auto& [key, value] : *json.as_object()) add(fuzz::json_string(key) + ":" + printed(value));
  return "{" + items + "}";
}

bool equal(const Json& a, const Json& b) {
  if (a.as_string()) return b.as_string() && *a.as_string() == *b.as_string();
  if (a.as_number()) return b.as_number() && *a.as_number() == *b.as_number();
  if (a.as_bool()) return b.as_bool() && *a.as_bool() == *b.as_bool();
  if (a.is_null()) return b.is_null();
  if (a.as_array()) {
    return b.as_array() &&
           std::equal(a.as_array()->begin(), a.as_array()->end(), b.as_array()->begin(), b.as_array()->end(), equal);
  }
  const auto equal_members = [](const Json::Member& one, const Json::Member& other) {
    return one.key == other.key && equal(one.value, other.value);
  };
  return b.as_object() && std::equal(a.as_object()->begin(), a.as_object()->end(), b.as_object()->begin(),
                                     b.as_object()->end(), equal_members);
}

bool is_utf8(const std::string& text) { return kokoro_fast::utf8_error(text) == std::string_view::npos; }

void check(const Json& json, int depth) {
  require(depth <= Json::kMaxDepth, "brackets are not nested more deeply than allowed");
  require(fuzz::is_line(json.shown()), "a value is shown in one line");
  if (const auto* text = json.as_string()) require(is_utf8(*text), "a string is UTF-8");
  if (const auto* elements = json.as_array()) {
    for (const Json& element : *elements) check(element, depth + 1);
  }
  if (const auto* members = json.as_object()) {
    std::set<std::string> keys;
    for (const auto& [key, value] : *members) {
      require(keys.insert(key).second && is_utf8(key), "a key stands once, in UTF-8");
      require(json.find(key) == &value, "a member is found by its key");
      check(value, depth + 1);
    }
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto json = Json::parse({reinterpret_cast<const char*>(data), size});
  if (!json) {
    require(json.code() == kokoro_fast::Code::damaged_file, "the text is to blame");
    require(fuzz::is_line(json.message()), "an error is one line");
    return 0;
  }
  check(*json, json->as_array() || json->as_object() ? 1 : 0);
  const std::string text = printed(*json);
  if (text.size() > Json::kMaxBytes) return 0;
  const auto again = Json::parse(text);
  require(again.ok() && equal(*json, *again), "what is printed says the same when it is read again");
  return 0;
}
