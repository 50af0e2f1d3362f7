#include <cstdio>
#include <exception>

#include "check.h"

std::vector<check::Test>& check::tests() {
  static std::vector<Test> all;
  return all;
}

int main() {
  int failures = 0;
  for (const check::Test& test : check::tests()) {
    try {
      test.run();
      std::printf("ok      %s\n", test.name);
    } catch (const std::exception& error) {
      std::printf("FAILED  %s: %s\n", test.name, error.what());
      ++failures;
    }
  }
  return failures == 0 ? 0 : 1;
}
