// The stitcher: the same samples however they come in, those of a plain program that has all chunks before it, and
// no harm from misuse.
#include "kokoro_fast/stitcher.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "fuzz.h"

namespace {

using fuzz::require;
using fuzz::same_bits;
using kokoro_fast::Stitcher;
using Samples = std::vector<float>;

struct Chunk {
  Samples samples;
  int64_t head;
  int64_t tail;
  int64_t pause;
  int64_t told_tail;  // what `begin` is told of the tail where the truth is told late

  int64_t size() const { return static_cast<int64_t>(samples.size()); }
};

double angle(size_t i, size_t n) {
  return (static_cast<double>(i) + 0.5) / static_cast<double>(n) * 1.57079632679489661923;
}

// The last n samples fade out.
void fade_out(Samples& timeline, size_t n) {
  for (size_t i = 0; i < n; ++i) timeline[timeline.size() - n + i] *= static_cast<float>(std::cos(angle(i, n)));
}

Samples stitched_plainly(const std::vector<Chunk>& chunks, size_t crossfade) {
  Samples timeline;
  size_t held = 0;  // samples at the end that meet what comes
  int64_t pause = 0;
  for (const Chunk& chunk : chunks) {
    Samples kept(chunk.samples.begin() + chunk.head, chunk.samples.end() - chunk.tail);
    if (!kept.empty()) {
      const size_t fading = pause > 0 ? held : std::min(held, kept.size());
      const size_t rising = pause > 0 ? std::min(crossfade, kept.size()) : fading;
      fade_out(timeline, fading);
      for (size_t i = 0; i < rising; ++i) kept[i] *= static_cast<float>(std::sin(angle(i, rising)));
      if (pause > 0) timeline.resize(timeline.size() + static_cast<size_t>(pause));
      const size_t overlap = pause > 0 ? 0 : fading;
      const size_t start = timeline.size() - overlap;
      for (size_t i = 0; i < overlap; ++i) timeline[start + i] = kept[i] + timeline[start + i];
      timeline.insert(timeline.end(), kept.begin() + static_cast<std::ptrdiff_t>(overlap), kept.end());
      held = std::min(crossfade, kept.size());
      pause = 0;
    }
    pause += chunk.pause;
  }
  if (pause > 0) fade_out(timeline, held);
  timeline.resize(timeline.size() + static_cast<size_t>(pause));
  return timeline;
}

template <class Call>
void refuses(Call call) {
  try {
    call();
  } catch (const std::invalid_argument& error) {
    return require(fuzz::is_line(error.what()), "an error is one line");
  }
  require(false, "misuse is refused");
}

void misuse_closed(Stitcher& stitcher) {
  refuses([&] { stitcher.end(); });
  refuses([&] { stitcher.set_end(0, 0); });
  refuses([&] { stitcher.begin(5, 3, 3, 0); });
  refuses([&] { stitcher.begin(5, INT64_MAX, INT64_MAX, 0); });
  refuses([&] { stitcher.begin(-1, 0, 0, 0); });
}

void misuse_open(Stitcher& stitcher, const Chunk& chunk) {
  refuses([&] { stitcher.begin(0, 0, 0, 0); });
  refuses([&] { stitcher.flush(); });
  refuses([&] { stitcher.set_end(chunk.size() + 1, 0); });
  refuses([&] { stitcher.set_end(chunk.tail, -1); });
  const Samples more(static_cast<size_t>(chunk.size()) + 1);
  refuses([&] { stitcher.push(more.data(), chunk.size() + 1); });
}

// `pieces`: the sizes that the samples are cut into; empty leaves them whole.
Samples stitched(Stitcher& stitcher, const std::vector<Chunk>& chunks, fuzz::Bytes pieces, bool is_late) {
  Samples timeline;
  const auto add = [&timeline](const Samples& more) { timeline.insert(timeline.end(), more.begin(), more.end()); };
  for (const Chunk& chunk : chunks) {
    if (is_late) misuse_closed(stitcher);
    stitcher.begin(chunk.size(), chunk.head, is_late ? chunk.told_tail : chunk.tail, is_late ? 1 : chunk.pause);
    if (is_late) {
      misuse_open(stitcher, chunk);
      stitcher.set_end(chunk.tail, chunk.pause);
    }
    int64_t at = 0;
    do {
      const int64_t wanted = pieces.empty() ? chunk.size() : pieces.take_between(0, 40);
      const int64_t n = std::min(wanted, chunk.size() - at);
      add(stitcher.push(chunk.samples.data() + at, n));
      at += n;
    } while (at < chunk.size());
    stitcher.end();
    require(static_cast<int64_t>(timeline.size()) <= stitcher.position(), "nothing is given out before its time");
  }
  const int64_t length = stitcher.position();
  add(stitcher.flush());
  require(static_cast<int64_t>(timeline.size()) == length, "the timeline is as long as was said");
  require(stitcher.position() == 0 && stitcher.flush().empty(), "the stitcher is then as new");
  return timeline;
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Bytes input(data, size);
  const int64_t crossfade = input.take_between(0, 24);
  std::vector<Chunk> chunks(static_cast<size_t>(input.take_between(0, 6)));
  for (Chunk& chunk : chunks) {
    const int64_t n = input.take_between(0, 100);
    chunk.head = input.take_between(0, n);
    chunk.tail = input.take_between(0, n - chunk.head);
    chunk.pause = input.take_bool() ? 0 : input.take_between(0, 50);
    chunk.told_tail = input.take_between(0, chunk.tail);
    const int64_t held = std::min(crossfade, n - chunk.head - chunk.told_tail);
    if (n - chunk.head - chunk.tail < held) chunk.told_tail = chunk.tail;  // no end may cut what is held back
    chunk.samples = input.take_values(n);
  }
  const Samples expected = stitched_plainly(chunks, static_cast<size_t>(crossfade));
  Stitcher stitcher(crossfade);
  const fuzz::Bytes whole(nullptr, 0);
  require(same_bits(stitched(stitcher, chunks, whole, false), expected), "the samples are those of a plain program");
  require(same_bits(stitched(stitcher, chunks, input, false), expected), "any pieces give the same samples");
  require(same_bits(stitched(stitcher, chunks, input, true), expected), "ends that are told late, and misuse, too");
  return 0;
}
