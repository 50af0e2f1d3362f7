#include "kokoro_fast/stitcher.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace kokoro_fast {
namespace {

[[noreturn]] void fail(const std::string& message) { throw std::invalid_argument(message); }

std::string text_of(int64_t number) { return std::to_string(number); }

double angle(int64_t i, size_t n) {
  constexpr double kHalfPi = 1.57079632679489661923;
  return (static_cast<double>(i) + 0.5) / static_cast<double>(n) * kHalfPi;
}

// Equal-power fade-in; with the fade-out its squares sum to 1.
std::vector<float> rise(int64_t n) {
  std::vector<float> fade(n);
  for (int64_t i = 0; i < n; ++i) fade[i] = static_cast<float>(std::sin(angle(i, fade.size())));
  return fade;
}

void fade_out(std::vector<float>& samples) {
  for (size_t i = 0; i < samples.size(); ++i) samples[i] *= static_cast<float>(std::cos(angle(i, samples.size())));
}

}  // namespace

Stitcher::Stitcher(int64_t crossfade) : crossfade_(crossfade) {
  if (crossfade < 0) fail("crossfade: expected 0 or more samples, got " + text_of(crossfade));
}

int64_t Stitcher::begin(int64_t n_samples, int64_t trim_head, int64_t trim_tail, int64_t pause) {
  expect_closed("begin");
  if (std::min({n_samples, trim_head, trim_tail, pause}) < 0) {
    fail("begin: expected 0 or more samples for each argument, got n_samples=" + text_of(n_samples) +
         ", trim_head=" + text_of(trim_head) + ", trim_tail=" + text_of(trim_tail) + ", pause=" + text_of(pause));
  }
  if (trim_head > n_samples || trim_tail > n_samples - trim_head) {
    fail("begin: expected trims of at most " + text_of(n_samples) + " samples, got " + text_of(trim_head) + " + " +
         text_of(trim_tail));
  }
  const int64_t kept = n_samples - trim_head - trim_tail;
  const int64_t overlap = kept > 0 ? meet_previous(kept) : 0;
  open_ = true;
  n_samples_ = n_samples;
  received_ = 0;
  head_ = trim_head;
  kept_ = kept;
  next_pause_ = pause;
  return position_ - overlap;
}

std::vector<float> Stitcher::push(const float* samples, int64_t n_samples) {
  if (!open_) fail("push: expected begin() first, got samples of no chunk");
  const int64_t left = n_samples_ - received_;
  if (n_samples > left) {
    fail("push: expected at most " + text_of(left) + " more samples of " + text_of(n_samples_) + ", got " +
         text_of(n_samples));
  }

  int64_t at = received_ - head_;  // index among the kept samples, negative inside the trimmed head
  const int64_t to = std::clamp<int64_t>(kept_ - at, 0, n_samples);
  const int64_t from = std::clamp<int64_t>(-at, 0, to);
  std::vector<float> kept(samples + from, samples + to);
  const int64_t n_kept = to - from;
  at = std::max<int64_t>(at, 0);
  received_ += n_samples;
  fade_in(kept.data(), n_kept, at);

  const int64_t first_held = kept_ - static_cast<int64_t>(held_.size());
  const int64_t n_final = std::clamp<int64_t>(first_held - at, 0, n_kept);
  if (n_final < n_kept) std::copy(kept.begin() + n_final, kept.end(), held_.begin() + (at + n_final - first_held));
  std::vector<float> ready;
  ready.swap(ready_);
  ready.insert(ready.end(), kept.begin(), kept.begin() + n_final);
  return ready;
}

void Stitcher::set_end(int64_t trim_tail, int64_t pause) {
  if (!open_) fail("set_end: expected begin() first, got no chunk");
  if (pause < 0) fail("set_end: expected a pause of 0 or more samples, got " + text_of(pause));
  const int64_t least = n_samples_ - head_ - kept_;
  const int64_t most = n_samples_ - std::max(received_, head_) - static_cast<int64_t>(held_.size());
  if (trim_tail < least || trim_tail > std::max(least, most)) {
    fail("set_end: expected a trim of " + text_of(least) + " to " + text_of(std::max(least, most)) + " samples after " +
         text_of(received_) + " of " + text_of(n_samples_) + ", got " + text_of(trim_tail));
  }
  kept_ = n_samples_ - head_ - trim_tail;
  next_pause_ = pause;
}

void Stitcher::end() {
  if (!open_) fail("end: expected begin() first, got no chunk");
  if (received_ != n_samples_) fail("end: expected " + text_of(n_samples_) + " samples, got " + text_of(received_));
  open_ = false;
  pause_ += next_pause_;
  position_ += next_pause_;
}

std::vector<float> Stitcher::flush() {
  expect_closed("flush");
  fade_out_before_pause();
  std::vector<float> rest = std::move(held_);
  rest.resize(rest.size() + pause_, 0.0F);
  cancel();
  return rest;
}

void Stitcher::cancel() { *this = Stitcher(crossfade_); }

void Stitcher::expect_closed(const char* call) const {
  if (open_) {
    fail(std::string(call) + ": expected end() of the chunk before, got " + text_of(received_) + " of its " +
         text_of(n_samples_) + " samples");
  }
}

// Settles how the sound so far meets a chunk of `kept` samples (at least 1); returns their overlap.
int64_t Stitcher::meet_previous(int64_t kept) {
  int64_t overlap = 0;
  if (pause_ > 0) {
    fade_out_before_pause();
    ready_ = std::move(held_);
    ready_.resize(ready_.size() + pause_, 0.0F);
    under_.clear();
    fade_ = rise(std::min(crossfade_, kept));
  } else {
    overlap = std::min<int64_t>(static_cast<int64_t>(held_.size()), kept);
    const auto split = held_.end() - overlap;
    ready_.assign(held_.begin(), split);
    under_.assign(split, held_.end());
    fade_out(under_);
    fade_ = rise(overlap);
  }
  pause_ = 0;
  held_.assign(std::min(crossfade_, kept), 0.0F);
  return overlap;
}

// Raises, or mixes with the chunk before, those samples that lie in the fade; `at` is the index of the first.
void Stitcher::fade_in(float* piece, int64_t n_samples, int64_t at) {
  const auto n_inside = [&](const std::vector<float>& fade) {
    return std::clamp<int64_t>(static_cast<int64_t>(fade.size()) - at, 0, n_samples);
  };
  const int64_t n_mixed = n_inside(under_);
  position_ += n_samples - n_mixed;
  for (int64_t i = 0; i < n_inside(fade_); ++i) piece[i] *= fade_[at + i];
  for (int64_t i = 0; i < n_mixed; ++i) piece[i] += under_[at + i];
}

void Stitcher::fade_out_before_pause() {
  if (pause_ > 0) fade_out(held_);
}

}  // namespace kokoro_fast
