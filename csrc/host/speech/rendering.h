// Renders one chunk, and checks requests.
#pragma once

#include <cstdint>
#include <vector>

#include "kokoro_fast/kokoro_host.h"
#include "speech/artifact.h"

namespace kokoro_fast {

struct Chunk {
  std::vector<int64_t> ids;  // without the boundary ids
  const float* style;        // (256,)
  float speed;
  Noise noise;
};

// A chunk whose durations are settled.
class Rendering {
 public:
  static Result<Rendering> begin(const Model& model, const Chunk& chunk, const Cancel* cancel);

  const std::vector<int64_t>& durations() const { return durations_; }  // (T,), those of the boundary ids included
  int64_t n_samples() const;

  Result<std::vector<float>> whole(const Cancel* cancel);
  Result<std::vector<float>> window(int64_t begin, int64_t end);

 private:
  Rendering(std::unique_ptr<Utterance> utterance, std::vector<int64_t> durations)
      : utterance_(std::move(utterance)),
        durations_(std::move(durations)) {}

  std::unique_ptr<Utterance> utterance_;
  std::vector<int64_t> durations_;
};

// Each returns ok, or a status that says what was expected.
Status check_speed_and_noise(const Request& request);
Status check_ids(const std::vector<int64_t>& ids);
Status check_style(const std::vector<float>& style);
Status check_cancel(const Cancel* cancel);

// Gives a part to the callback, unless the speech was cancelled.
Status deliver(const Request& request, const Callback& callback, const Part& part);

}  // namespace kokoro_fast
