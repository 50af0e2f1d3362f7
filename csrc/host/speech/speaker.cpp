#include "speech/speaker.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/status_from.h"
#include "format/phoneme_lines.h"
#include "kokoro_fast/constants.h"
#include "kokoro_fast/early_window.h"
#include "kokoro_fast/pauses.h"
#include "kokoro_fast/stitcher.h"
#include "speech/rendering.h"

namespace kokoro_fast {
namespace {

constexpr double kEarlySeconds = 0.5;  // of the early window, after the opening silence

Result<std::vector<int64_t>> ids_of(const Artifact& artifact, const Request& request) {
  if (request.phonemes.empty() == request.ids.empty()) {
    return Status(Code::bad_argument,
                  std::string("expected either phonemes or ids, got ") + (request.ids.empty() ? "neither" : "both"));
  }
  Result<std::vector<int64_t>> ids =
      request.ids.empty() ? artifact.vocabulary().ids(request.phonemes) : Result(request.ids);
  if (!ids) return ids;
  if (Status status = check_ids(*ids); !status) return status;
  return ids;
}

Part part_of(const std::vector<float>& samples, const std::vector<int64_t>& durations) {
  Part part{};
  part.samples = samples.data();
  part.n_samples = static_cast<int64_t>(samples.size());
  part.durations = durations.data();
  part.n_durations = static_cast<int64_t>(durations.size());
  return part;
}

const float* row_for(const Rows& rows, size_t n_symbols) { return rows->data() + (n_symbols - 1) * kStyleDim; }

// A line that is not blank, and its number in the file, from 1.
struct Line {
  PhonemeLine content;
  int64_t number;
};
using MaybeLine = std::optional<Line>;  // nothing at the end

// Speaks the lines of one text, joined on one timeline.
class LineSpeaker {
 public:
  LineSpeaker(Artifact& artifact, const Request& request, const NextLine& next_line, const Callback& callback)
      : artifact_(artifact),
        request_(request),
        next_line_(next_line),
        callback_(callback) {}

  Status run() {
    Result<MaybeLine> line = next();
    if (line && !*line) return {Code::bad_argument, "expected at least one line of phonemes, got none"};
    for (; line && *line; ++index_) {
      Result<MaybeLine> following = (*line)->content.phonemes.empty() ? be_silent((*line)->content) : speak(**line);
      line = std::move(following);
    }
    return line.status();
  }

 private:
  Result<MaybeLine> next() {
    std::string text;
    for (;;) {
      const Result<bool> more = status_from(Code::callback_failed, [&]() -> Result<bool> { return next_line_(text); });
      if (!more) return more.status();
      if (!*more) return MaybeLine();
      Result<std::optional<PhonemeLine>> line = parse_phoneme_line(text, ++lines_read_);
      if (!line) return line.status();
      if (*line) return MaybeLine(Line{std::move(**line), lines_read_});
    }
  }

  // be_silent and speak deliver their line and return the line after it, which tells whether theirs is the last. If the
  // line after it is wrong, theirs is delivered all the same.
  Result<MaybeLine> be_silent(const PhonemeLine& line) {
    Result<MaybeLine> following = next();
    const bool is_last = following && !*following;
    const int64_t origin = stitcher_.begin(0, 0, 0, plan_silence(line.pause, is_last).pause);
    if (Status status = send(end(stitcher_.push(nullptr, 0), is_last), {}, origin); !status) return status;
    return following;
  }

  Result<MaybeLine> speak(const Line& line) {
    Result<Rendering> rendering = begin(line);
    if (!rendering) return rendering.status();
    const bool is_first = !std::exchange(has_spoken_, true);
    const bool may_be_early = request_.early && is_first && artifact_.model().has_windows();
    const auto window = may_be_early ? early_window(rendering->durations(), kEarlySeconds) : std::nullopt;
    return window ? window_and_rest(line.content, *rendering, *window) : whole(line.content, *rendering);
  }

  Result<Rendering> begin(const Line& line) {
    const auto refused = [&](const Status& status) {
      return Status(status.code(), "line " + std::to_string(line.number) + ": " + status.message());
    };
    Result<std::vector<int64_t>> ids = artifact_.vocabulary().ids(line.content.phonemes);
    if (!ids) return refused(ids.status());
    if (const Status status = check_ids(*ids); !status) return refused(status);
    const Result<Rows> rows = artifact_.voice(line.content.voice.empty() ? request_.voice : line.content.voice);
    if (!rows) return refused(rows.status());

    const float* style = row_for(*rows, ids->size());
    const double speed = std::clamp(request_.speed * line.content.rate, kSlowestSpeed, kFastestSpeed);
    const Noise noise{(request_.seed + static_cast<uint64_t>(index_)) % kNumSeeds, static_cast<float>(request_.noise)};
    return Rendering::begin(artifact_.model(), {std::move(*ids), style, static_cast<float>(speed), noise},
                            request_.cancel);
  }

  Result<MaybeLine> whole(const PhonemeLine& line, Rendering& rendering) {
    const Result<std::vector<float>> audio = rendering.whole(request_.cancel);
    if (!audio) return audio.status();
    Result<MaybeLine> following = next();
    const bool is_last = following && !*following;
    const int64_t n_samples = rendering.n_samples();
    const Trim trim = plan_trim(audio->data(), n_samples, line.pause, {index_ == 0, is_last}, line.is_requested);
    const int64_t origin = stitcher_.begin(n_samples, trim.trim_head, trim.trim_tail, trim.pause) - trim.trim_head;
    std::vector<float> samples = end(stitcher_.push(audio->data(), n_samples), is_last);
    if (Status status = send(std::move(samples), rendering.durations(), origin); !status) return status;
    return following;
  }

  Result<MaybeLine> window_and_rest(const PhonemeLine& line, Rendering& rendering, const EarlyWindow& window) {
    const Result<std::vector<float>> early = rendering.window(window.first, window.end);
    if (!early) return early.status();
    const int64_t origin = stitcher_.begin(rendering.n_samples() - window.first, 0, 0, 0) - window.first;
    std::vector<float> samples = stitcher_.push(early->data(), window.end - window.first - kBlend);
    if (Status status = send(std::move(samples), rendering.durations(), origin); !status) return status;

    const Result<std::vector<float>> audio = rendering.whole(request_.cancel);
    if (!audio) return audio.status();
    Result<MaybeLine> following = next();
    const bool is_last = following && !*following;
    const Trim trim = plan_trim(audio->data(), rendering.n_samples(), line.pause, {false, is_last}, line.is_requested);
    const int64_t n_rest = rendering.n_samples() - (window.end - kBlend);
    const std::vector<float> rest =
        blend(early->data() + early->size() - kBlend, audio->data() + (window.end - kBlend), n_rest);
    stitcher_.set_end(std::min(trim.trim_tail, n_rest - kCrossfade), trim.pause);
    samples = end(stitcher_.push(rest.data(), n_rest), is_last);
    if (Status status = send(std::move(samples), {}, origin); !status) return status;
    return following;
  }

  // Ends the open chunk and returns its samples; after the last chunk, with the samples that were held back.
  std::vector<float> end(std::vector<float> samples, bool is_last) {
    stitcher_.end();
    if (is_last) {
      const std::vector<float> rest = stitcher_.flush();
      samples.insert(samples.end(), rest.begin(), rest.end());
    }
    return samples;
  }

  Status send(std::vector<float> samples, const std::vector<int64_t>& durations, int64_t origin) {
    for (float& x : samples) x = x > 1.0F ? 1.0F : x < -1.0F ? -1.0F : x;
    Part part = part_of(samples, durations);
    part.chunk = index_;
    part.first_sample = emitted_;
    part.origin = origin;
    emitted_ += part.n_samples;
    return deliver(request_, callback_, part);
  }

  Artifact& artifact_;
  const Request& request_;
  const NextLine& next_line_;
  const Callback& callback_;
  Stitcher stitcher_{kCrossfade};
  int64_t index_ = 0;
  int64_t lines_read_ = 0;
  int64_t emitted_ = 0;
  bool has_spoken_ = false;
};

}  // namespace

Status speak_utterance(Artifact& artifact, const Request& request, const Callback& callback) {
  if (Status status = check_speed_and_noise(request); !status) return status;
  Result<std::vector<int64_t>> ids = ids_of(artifact, request);
  if (!ids) return ids.status();
  if (request.voice.empty() == request.style.empty()) {
    return {Code::bad_argument,
            std::string("expected either a voice or a style, got ") + (request.voice.empty() ? "neither" : "both")};
  }
  Rows rows;
  if (request.style.empty()) {
    Result<Rows> found = artifact.voice(request.voice);
    if (!found) return found.status();
    rows = std::move(*found);
  } else if (Status status = check_style(request.style); !status) {
    return status;
  }
  const float* style = rows != nullptr ? row_for(rows, ids->size()) : request.style.data();
  const Noise noise{request.seed % kNumSeeds, static_cast<float>(request.noise)};
  const auto speed = static_cast<float>(request.speed);
  Result<Rendering> rendering =
      Rendering::begin(artifact.model(), {std::move(*ids), style, speed, noise}, request.cancel);
  if (!rendering) return rendering.status();
  const Result<std::vector<float>> audio = rendering->whole(request.cancel);
  return audio ? deliver(request, callback, part_of(*audio, rendering->durations())) : audio.status();
}

Status speak_lines(Artifact& artifact, const Request& request, const NextLine& next_line, const Callback& callback) {
  if (Status status = check_speed_and_noise(request); !status) return status;
  if (!request.phonemes.empty() || !request.ids.empty() || !request.style.empty()) {
    return {Code::bad_argument, "expected a request without phonemes, ids and style: the lines and voices have them"};
  }
  if (const Result<Rows> rows = artifact.voice(request.voice); !rows) return rows.status();
  return LineSpeaker(artifact, request, next_line, callback).run();
}

}  // namespace kokoro_fast
