// Trims and pauses: what is cut is silent, what stays begins and ends with sound, and the stitcher takes it.
#include "kokoro_fast/pauses.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "fuzz.h"
#include "kokoro_fast/constants.h"
#include "kokoro_fast/stitcher.h"

namespace {

using fuzz::require;
using kokoro_fast::kSilenceWindow;
using Samples = std::vector<float>;

// Stretches of sound, each of one loudness, and perhaps a value that is no sound.
Samples take_sound(fuzz::Bytes& input) {
  Samples samples;
  for (int64_t stretches = input.take_between(0, 8); stretches > 0; --stretches) {
    const float loudness = std::ldexp(1.0F, static_cast<int>(input.take_between(-70, 60)));
    const Samples more = input.take_values(input.take_between(0, 700), 0, input.take_bool() ? loudness : 0);
    samples.insert(samples.end(), more.begin(), more.end());
  }
  constexpr float kOdd[] = {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), 3e38F,
                            1e-45F, -0.0F};
  if (!samples.empty() && input.take_bool()) {
    samples[static_cast<size_t>(input.take_between(0, static_cast<int64_t>(samples.size()) - 1))] =
        kOdd[input.take_between(0, std::size(kOdd) - 1)];
  }
  return samples;
}

double power(const Samples& samples, size_t begin) {
  double sum = 0;
  for (size_t i = begin; i < std::min(begin + kSilenceWindow, samples.size()); ++i) {
    sum += static_cast<double>(samples[i]) * samples[i];
  }
  return sum / kSilenceWindow;
}

void check_ends(const Samples& samples, kokoro_fast::SilentEnds ends) {
  const auto n = static_cast<int64_t>(samples.size());
  require(ends.head >= 0 && ends.tail >= 0 && ends.head + ends.tail <= n, "the ends are inside");
  double loudest = 0;
  for (size_t begin = 0; begin < samples.size(); begin += kSilenceWindow) {
    const double here = power(samples, begin);
    if (std::isnan(here)) return require(ends.head == 0 && ends.tail == 0, "what is no sound is not cut");
    loudest = std::max(loudest, here);
  }
  // The library measures in float32, whose range is smaller.
  if (!(loudest < 1e36 && loudest > 1e-30)) return;
  const double silence = loudest * std::pow(10.0, kokoro_fast::kSilenceDb / 10);
  for (int64_t begin = 0; begin < n; begin += kSilenceWindow) {
    const double here = power(samples, static_cast<size_t>(begin));
    const bool is_cut = begin < ends.head || begin >= n - ends.tail;
    const bool is_edge = begin == ends.head || (begin < n - ends.tail && begin + kSilenceWindow >= n - ends.tail);
    if (is_cut) require(here <= silence * 1.00001, "what is cut is silent");
    if (is_edge) require(here >= silence * 0.99999, "what stays begins and ends with sound");
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Bytes input(data, size);
  const bool is_first = input.take_bool();
  const bool is_last = input.take_bool();
  const bool is_requested = input.take_bool();
  const double pause = kokoro_fast::kLongestPause * input.take<uint16_t>() / 65535 / (input.take_bool() ? 1 : 1000);
  const Samples samples = take_sound(input);
  const auto n = static_cast<int64_t>(samples.size());
  const kokoro_fast::SilentEnds ends = kokoro_fast::silent_ends(samples.data(), n);
  check_ends(samples, ends);

  const kokoro_fast::Trim trim = kokoro_fast::plan_trim(samples.data(), n, pause, {is_first, is_last}, is_requested);
  require(trim.trim_head >= 0 && trim.trim_head <= ends.head, "only silence is cut from the head");
  require(trim.trim_tail >= 0 && trim.trim_tail <= ends.tail, "only silence is cut from the tail");
  const int64_t silence = ends.tail - trim.trim_tail + trim.pause;
  const double lead = is_last ? 0 : kokoro_fast::kLeadSeconds;
  if (!is_last || is_requested) {
    const double wanted = std::max((pause - lead) * kokoro_fast::kSampleRate, 0.0);
    require(std::abs(static_cast<double>(silence) - wanted) <= 1, "the silence that follows is the pause");
  } else {
    require(silence <= std::lrint(kokoro_fast::kClosingSeconds * kokoro_fast::kSampleRate), "the end is short");
  }
  kokoro_fast::Stitcher stitcher(kokoro_fast::kCrossfade);
  stitcher.begin(n, trim.trim_head, trim.trim_tail, trim.pause);
  const kokoro_fast::Trim alone = kokoro_fast::plan_silence(pause, is_last);
  require(alone.trim_head == 0 && alone.trim_tail == 0 && alone.pause >= 0, "a silence alone is not trimmed");
  return 0;
}
