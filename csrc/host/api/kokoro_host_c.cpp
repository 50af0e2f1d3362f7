#include "kokoro_fast/kokoro_host_c.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <string>

#include "base/status_from.h"
#include "kokoro_fast/constants.h"
#include "kokoro_fast/kokoro_host.h"

using kokoro_fast::Code;
using kokoro_fast::Status;

struct kokoro_host {
  kokoro_fast::Host host;
};

struct kokoro_cancel {
  kokoro_fast::Cancel cancel;
};

static_assert(KOKORO_CANNOT_WRITE == static_cast<int>(Code::cannot_write), "the two lists of codes must be the same");

namespace {

int answer(const Status& status, char* error, size_t error_size) {
  if (error != nullptr && error_size > 0) {
    size_t n = std::min(status.message().size(), error_size - 1);
    while (n > 0 && n < status.message().size() && (status.message()[n] & 0xC0) == 0x80) --n;  // cut no symbol in half
    std::memcpy(error, status.message().data(), n);
    error[n] = '\0';
  }
  return static_cast<int>(status.code());
}

Status missing(const char* argument) {
  return {Code::bad_argument, std::string(argument) + ": expected one, got null"};
}

// Checks the sizes before anything is copied: a wrong one would read memory that is not the caller's.
Status check_sizes(const kokoro_request& given) {
  if (given.ids != nullptr && given.n_ids > kokoro_fast::kMaxSymbols) {
    return {Code::bad_argument, "n_ids: expected 1 to " + std::to_string(kokoro_fast::kMaxSymbols) + ", got " +
                                    std::to_string(given.n_ids)};
  }
  if (given.style != nullptr && given.n_style != kokoro_fast::kStyleDim) {
    return {Code::bad_argument,
            "n_style: expected " + std::to_string(kokoro_fast::kStyleDim) + ", got " + std::to_string(given.n_style)};
  }
  return {};
}

kokoro_fast::Request request_of(const kokoro_request& given) {
  kokoro_fast::Request request;
  if (given.phonemes != nullptr) request.phonemes = given.phonemes;
  if (given.ids != nullptr) request.ids.assign(given.ids, given.ids + given.n_ids);
  if (given.voice != nullptr) request.voice = given.voice;
  if (given.style != nullptr) request.style.assign(given.style, given.style + given.n_style);
  request.speed = given.speed;
  request.seed = given.seed;
  request.noise = given.noise;
  request.early = given.early != 0;
  if (given.cancel != nullptr) request.cancel = &given.cancel->cancel;
  return request;
}

kokoro_fast::Callback callback_of(kokoro_callback callback, void* user) {
  return [=](const kokoro_fast::Part& part) {
    const kokoro_part given{part.samples, part.n_samples,    part.durations, part.n_durations,
                            part.chunk,   part.first_sample, part.origin};
    return callback(&given, user) != 0;
  };
}

}  // namespace

kokoro_request kokoro_default_request(void) {
  kokoro_request request{};
  request.speed = 1;
  request.noise = 1;
  return request;
}

int kokoro_open(const char* folder, int threads, kokoro_host** host, char* error, size_t error_size) {
  if (host == nullptr) return answer(missing("host"), error, error_size);
  *host = nullptr;
  if (folder == nullptr) return answer(missing("folder"), error, error_size);
  const Status status = kokoro_fast::status_from(Code::model_failed, [&]() -> Status {
    kokoro_fast::HostOptions options;
    options.threads = threads;
    kokoro_fast::Result<kokoro_fast::Host> opened = kokoro_fast::Host::open(folder, options);
    if (!opened) return opened.status();
    *host = new kokoro_host{std::move(*opened)};
    return {};
  });
  return answer(status, error, error_size);
}

void kokoro_close(kokoro_host* host) { delete host; }

int kokoro_sample_rate(const kokoro_host* host) { return host != nullptr ? host->host.sample_rate() : 0; }

size_t kokoro_n_voices(const kokoro_host* host) { return host != nullptr ? host->host.voices().size() : 0; }

const char* kokoro_voice(const kokoro_host* host, size_t index) {
  return index < kokoro_n_voices(host) ? host->host.voices()[index].c_str() : nullptr;
}

int kokoro_speak(const kokoro_host* host, const kokoro_request* request, kokoro_callback callback, void* user,
                 char* error, size_t error_size) {
  if (host == nullptr) return answer(missing("host"), error, error_size);
  if (request == nullptr) return answer(missing("request"), error, error_size);
  if (const Status status = check_sizes(*request); !status) return answer(status, error, error_size);
  if (callback == nullptr) return answer(missing("callback"), error, error_size);
  const Status status = kokoro_fast::status_from(
      Code::model_failed, [&] { return host->host.speak(request_of(*request), callback_of(callback, user)); });
  return answer(status, error, error_size);
}

int kokoro_speak_lines(const kokoro_host* host, const kokoro_request* request, kokoro_next_line next_line,
                       void* next_line_user, kokoro_callback callback, void* user, char* error, size_t error_size) {
  if (host == nullptr) return answer(missing("host"), error, error_size);
  if (request == nullptr) return answer(missing("request"), error, error_size);
  if (const Status status = check_sizes(*request); !status) return answer(status, error, error_size);
  if (next_line == nullptr) return answer(missing("next_line"), error, error_size);
  if (callback == nullptr) return answer(missing("callback"), error, error_size);
  const auto next = [=](std::string& line) {
    const char* given = next_line(next_line_user);
    if (given != nullptr) line = given;
    return given != nullptr;
  };
  const Status status = kokoro_fast::status_from(Code::model_failed, [&] {
    return host->host.speak_lines(request_of(*request), next, callback_of(callback, user));
  });
  return answer(status, error, error_size);
}

kokoro_cancel* kokoro_cancel_new(void) { return new (std::nothrow) kokoro_cancel; }

void kokoro_cancel_now(kokoro_cancel* cancel) {
  if (cancel != nullptr) cancel->cancel.cancel();
}

void kokoro_cancel_reset(kokoro_cancel* cancel) {
  if (cancel != nullptr) cancel->cancel.reset();
}

void kokoro_cancel_free(kokoro_cancel* cancel) { delete cancel; }
