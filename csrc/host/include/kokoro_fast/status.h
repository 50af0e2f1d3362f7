// The answer of a call that can fail: a code for the program, and one line for its user. Nothing in this library throws
// across its interface.
#pragma once

#include <optional>
#include <string>
#include <utility>

namespace kokoro_fast {

enum class Code : int {
  ok = 0,
  bad_argument = 1,     // ids, phonemes, style, speed and so on, of a call
  unknown_voice = 2,    // the folder has no voice of this name
  missing_file = 3,     // the folder, or a file of it
  damaged_file = 4,     // a file is not what the manifest says, or cannot be read as what it should be
  mismatch = 5,         // made for another format, kind, torch or CPU than this one
  stopped = 6,          // the callback asked for it, or a cancel
  callback_failed = 7,  // the callback threw
  model_failed = 8,     // torch reported an error
  out_of_memory = 9,
  cannot_write = 10,  // a file or pipe
};

// The name of a code, such as "bad_argument".
inline const char* code_name(Code code) {
  static constexpr const char* names[] = {"ok",           "bad_argument",  "unknown_voice", "missing_file",
                                          "damaged_file", "mismatch",      "stopped",       "callback_failed",
                                          "model_failed", "out_of_memory", "cannot_write"};
  const int index = static_cast<int>(code);
  return index >= 0 && index < static_cast<int>(sizeof names / sizeof *names) ? names[index] : "unknown";
}

class [[nodiscard]] Status {
 public:
  Status() = default;  // ok
  Status(Code code, std::string message) : code_(code), message_(std::move(message)) {}

  explicit operator bool() const { return code_ == Code::ok; }
  bool ok() const { return code_ == Code::ok; }
  Code code() const { return code_; }
  // One line: what was expected and what was found. Empty if ok.
  const std::string& message() const { return message_; }

 private:
  Code code_ = Code::ok;
  std::string message_;
};

// A value, or the reason why there is none. Made from either, so that a function can `return value;` or `return
// Status(...);`.
template <class Value>
class [[nodiscard]] Result {
 public:
  Result(Value value) : value_(std::move(value)) {}
  Result(Status status) : status_(std::move(status)) {}  // not with an ok status

  explicit operator bool() const { return value_.has_value(); }
  bool ok() const { return value_.has_value(); }
  const Status& status() const { return status_; }
  Code code() const { return status_.code(); }
  const std::string& message() const { return status_.message(); }

  // The value; call these only if ok.
  Value& value() & { return *value_; }
  const Value& value() const& { return *value_; }
  Value&& value() && { return std::move(*value_); }
  Value& operator*() & { return *value_; }
  const Value& operator*() const& { return *value_; }
  Value* operator->() { return &*value_; }
  const Value* operator->() const { return &*value_; }

 private:
  std::optional<Value> value_;
  Status status_;
};

}  // namespace kokoro_fast
