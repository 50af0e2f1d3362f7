// Reads JSON (RFC 8259), strictly: manifests, vocabularies, phoneme lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "kokoro_fast/status.h"

namespace kokoro_fast {

class Json {
 public:
  using Array = std::vector<Json>;
  struct Member;
  using Object = std::vector<Member>;  // in the order of the text, no key twice

  static constexpr size_t kMaxBytes = 1 << 20;
  static constexpr int kMaxDepth = 32;

  // One value and nothing after it. The message of an error says line and column, counted from 1.
  static Result<Json> parse(std::string_view text);

  // Null pointers if the value is of another type.
  const bool* as_bool() const { return std::get_if<bool>(&value_); }
  const double* as_number() const { return std::get_if<double>(&value_); }
  const std::string* as_string() const { return std::get_if<std::string>(&value_); }
  const Array* as_array() const { return std::get_if<Array>(&value_); }
  const Object* as_object() const { return std::get_if<Object>(&value_); }
  bool is_null() const { return std::holds_alternative<std::nullptr_t>(value_); }

  // A whole number that a double holds exactly; nothing for other values.
  std::optional<int64_t> as_integer() const;
  // The member of an object, or null.
  const Json* find(std::string_view key) const;
  // The value as a message shows it.
  std::string shown() const;

 private:
  friend class JsonParser;
  std::variant<std::nullptr_t, bool, double, std::string, Array, Object> value_;
};

struct Json::Member {
  std::string key;
  Json value;
};

}  // namespace kokoro_fast
