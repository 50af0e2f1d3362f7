// A test registers itself and reports failed checks; main in test_main.cpp runs all.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace check {

struct Test {
  const char* name;
  void (*run)();
};
std::vector<Test>& tests();

struct Registration {
  Registration(const char* name, void (*run)()) { tests().push_back({name, run}); }
};

template <class Message>
void require(bool holds, const char* file, int line, const Message& message) {
  if (holds) return;
  std::ostringstream text;
  text << file << ":" << line << ": " << message;
  throw std::logic_error(text.str());
}

}  // namespace check

#define TEST(name)                                                   \
  static void name();                                                \
  static const check::Registration registration_##name(#name, name); \
  static void name()

#define CHECK(condition) check::require((condition), __FILE__, __LINE__, #condition)
#define CHECK_MESSAGE(condition, message) check::require((condition), __FILE__, __LINE__, message)

#define CHECK_INVALID(statement)                                                               \
  do {                                                                                         \
    bool thrown = false;                                                                       \
    try {                                                                                      \
      statement;                                                                               \
    } catch (const std::invalid_argument&) {                                                   \
      thrown = true;                                                                           \
    }                                                                                          \
    check::require(thrown, __FILE__, __LINE__, "expected std::invalid_argument: " #statement); \
  } while (false)
