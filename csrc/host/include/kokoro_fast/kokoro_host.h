// Speaks from a folder that `kokoro-fast export torchscript` or `export aoti` wrote: no Python, no text processing;
// phonemes in, samples out.
//
//   auto host = kokoro_fast::Host::open("kokoro");
//   if (!host) return fail(host.message());
//   kokoro_fast::Request request;
//   request.phonemes = "həlˈO wˈɜɹld";
//   request.voice = "af_heart";
//   auto status = host->speak(request, [&](const kokoro_fast::Part& part) {
//     sound.insert(sound.end(), part.samples, part.samples + part.n_samples);
//     return true;
//   });
//
// Nothing here throws. A Host may be used by several threads at once. Do not pthread_cancel a thread that speaks.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kokoro_fast/status.h"

#define KOKORO_FAST_API __attribute__((visibility("default")))

namespace kokoro_fast {

struct HostOptions {
  int threads = 0;     // CPU threads for one call, up to 256; 0 for as many as this process has physical cores
  bool verify = true;  // compare the checksum of the model with the manifest's: without it, an edited model may crash
};

// Ends speech from another thread. It takes effect before the next part is delivered and before the next chunk is
// rendered.
class Cancel {
 public:
  void cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  void reset() { cancelled_.store(false, std::memory_order_relaxed); }
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> cancelled_{false};
};

// What to say, and how. Exactly one of `phonemes` and `ids`, and one of `voice` and `style`; `speak_lines` takes the
// phonemes of its lines and wants a voice.
struct Request {
  std::string phonemes;      // UTF-8, 1 to 510 symbols of the vocabulary
  std::vector<int64_t> ids;  // or their numbers, each 0 to 177, without the boundary ids
  std::string voice;         // a name of Host::voices()
  std::vector<float> style;  // or one row of a voice: 256 values
  double speed = 1.0;        // 0.5 to 2; larger is faster
  uint64_t seed = 0;         // of the breath noise: the same seed gives the same samples; chunk i takes seed + i
  double noise = 1.0;        // loudness of the breath noise; 1 as trained, 0 none
  const Cancel* cancel = nullptr;

  // For speak_lines: the first half second of sound comes early, by predicted statistics and close to the exact sound;
  // the rest is exact. The first line then has two parts, if that saves time and the model can do it (torchscript with
  // native ops).
  bool early = false;
};

// Finished speech. The pointers are valid until the callback returns; they may be null where the count is 0.
struct Part {
  const float* samples;  // 24,000 a second, in [-1, 1], except that `speak` gives the model's own
  int64_t n_samples;
  const int64_t* durations;  // frames of 600 samples, for each symbol and the boundary ids before and after them; none
                             // for a silence, and none for the rest of a line whose beginning came early
  int64_t n_durations;
  int64_t chunk;         // which line, counted from 0; blank lines do not count
  int64_t first_sample;  // where `samples` begin on the timeline
  int64_t origin;        // where on the timeline the durations begin; before `samples` where silence was cut
};

using Callback = std::function<bool(const Part&)>;   // false: stop
using NextLine = std::function<bool(std::string&)>;  // the next line, or false at the end

class KOKORO_FAST_API Host {
 public:
  // Reads the manifest, checks that folder and machine fit, and loads the model.
  static Result<Host> open(const std::string& folder, const HostOptions& options = {});

  Host(Host&&) noexcept;  // a host that was moved from can only be assigned or destroyed
  Host& operator=(Host&&) noexcept;
  ~Host();

  const std::vector<std::string>& voices() const;
  int sample_rate() const;
  const std::string& kind() const;       // "torchscript" or "aoti"
  const std::string& precision() const;  // "fp32", "bf16" or "int8"
  int threads() const;

  // One utterance, exactly as the model makes it, in one part.
  Status speak(const Request& request, const Callback& callback) const;

  // Phoneme lines, as `kokoro-fast phonemes` prints them, joined on one timeline: the silence that the model puts
  // around every chunk is cut to the pause that the line asks for. One part for each line, in constant memory. Each
  // line is asked for after the one before it was rendered.
  Status speak_lines(const Request& request, const NextLine& next_line, const Callback& callback) const;

 private:
  struct Impl;
  explicit Host(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace kokoro_fast
