// Turns exceptions into a status: those of torch, of the standard library and of callbacks.
#pragma once

#include <exception>
#include <new>
#include <string>

#include "kokoro_fast/status.h"

namespace kokoro_fast {

// The line of a message that names the cause. torch writes pages: the cause is in the first line, or follows the
// interpreter's list of calls.
inline std::string one_line(const std::string& what) {
  const size_t cause = what.rfind("RuntimeError: ");
  const size_t begin = what.find_first_not_of('\n', cause == std::string::npos ? 0 : cause);
  return begin == std::string::npos ? "no reason given" : what.substr(begin, what.find('\n', begin) - begin);
}

// Returns what `work` returns, a Status or a Result. If `work` throws, returns a status with this code.
template <class Work>
auto status_from(Code code, const Work& work) -> decltype(work()) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return Status(Code::out_of_memory, "not enough memory");
  } catch (const std::exception& error) {
    return Status(code, one_line(error.what()));
  } catch (...) {
    return Status(code, "an exception of an unknown type");
  }
}

}  // namespace kokoro_fast
