#include "speech/rendering.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "base/status_from.h"
#include "kokoro_fast/constants.h"
#include "speech/durations.h"

namespace kokoro_fast {
namespace {

constexpr double kLoudestNoise = 100;

Status bad(const std::string& message) { return {Code::bad_argument, message}; }

template <class Work>
Result<std::vector<float>> samples_of(const Work& work, int64_t expected) {
  return status_from(Code::model_failed, [&]() -> Result<std::vector<float>> {
    std::vector<float> samples = work();
    if (static_cast<int64_t>(samples.size()) == expected) return samples;
    return Status(Code::model_failed, "expected " + std::to_string(expected) + " samples of the model, got " +
                                          std::to_string(samples.size()));
  });
}

}  // namespace

Status check_speed_and_noise(const Request& request) {
  if (!(request.speed >= kSlowestSpeed && request.speed <= kFastestSpeed)) {
    return bad("speed: expected 0.5 to 2, got " + std::to_string(request.speed));
  }
  if (!(request.noise >= 0 && request.noise <= kLoudestNoise)) {
    return bad("noise: expected 0 to 100, got " + std::to_string(request.noise));
  }
  return {};
}

Status check_ids(const std::vector<int64_t>& ids) {
  if (ids.empty() || ids.size() > kMaxSymbols) {
    return bad("expected 1 to " + std::to_string(kMaxSymbols) + " symbols, got " + std::to_string(ids.size()));
  }
  for (size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] < 0 || ids[i] >= kNumIds) {
      return bad("ids: expected 0 to " + std::to_string(kNumIds - 1) + ", got " + std::to_string(ids[i]) +
                 " at position " + std::to_string(i));
    }
  }
  return {};
}

Status check_style(const std::vector<float>& style) {
  if (style.size() != kStyleDim) {
    return bad("style: expected " + std::to_string(kStyleDim) + " values, got " + std::to_string(style.size()));
  }
  if (!std::all_of(style.begin(), style.end(), [](float x) { return std::isfinite(x); })) {
    return bad("style: expected finite values");
  }
  return {};
}

Status check_cancel(const Cancel* cancel) {
  if (cancel != nullptr && cancel->cancelled()) return {Code::stopped, "cancelled"};
  return {};
}

Result<Rendering> Rendering::begin(const Model& model, const Chunk& chunk, const Cancel* cancel) {
  if (Status status = check_cancel(cancel); !status) return status;
  return status_from(Code::model_failed, [&]() -> Result<Rendering> {
    std::vector<int64_t> tokens = {kBoundaryId};
    tokens.insert(tokens.end(), chunk.ids.begin(), chunk.ids.end());
    tokens.push_back(kBoundaryId);
    std::unique_ptr<Utterance> utterance = model.predict(tokens, chunk.style);
    Result<std::vector<int64_t>> durations = durations_at(utterance->expected_frames(), chunk.speed);
    if (!durations) return durations.status();
    utterance->set_frames(frames_of(*durations), chunk.noise);
    return Rendering(std::move(utterance), std::move(*durations));
  });
}

int64_t Rendering::n_samples() const {
  return kSamplesPerFrame * std::accumulate(durations_.begin(), durations_.end(), int64_t{0});
}

Result<std::vector<float>> Rendering::whole(const Cancel* cancel) {
  if (Status status = check_cancel(cancel); !status) return status;
  return samples_of([&] { return utterance_->whole(); }, n_samples());
}

Result<std::vector<float>> Rendering::window(int64_t begin, int64_t end) {
  return samples_of([&] { return utterance_->window(begin, end); }, end - begin);
}

Status deliver(const Request& request, const Callback& callback, const Part& part) {
  if (Status status = check_cancel(request.cancel); !status) return status;
  return status_from(Code::callback_failed, [&]() -> Status {
    if (callback(part)) return {};
    return {Code::stopped, "stopped by the callback"};
  });
}

}  // namespace kokoro_fast
