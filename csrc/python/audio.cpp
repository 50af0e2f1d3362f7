// The parts of csrc/audio for Python: the stitcher, the pauses, the early window.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "arrays.h"
#include "kokoro_fast/constants.h"
#include "kokoro_fast/early_window.h"
#include "kokoro_fast/pauses.h"
#include "kokoro_fast/stitcher.h"

namespace kokoro_fast_python {
namespace {

using namespace pybind11::literals;

// The stitcher with the lock that it needs once the GIL is released.
class LockedStitcher {
 public:
  explicit LockedStitcher(int64_t crossfade) : stitcher_(crossfade) {}

  template <class Call>
  auto operator()(Call call) {
    py::gil_scoped_release release;
    const std::lock_guard<std::mutex> lock(mutex_);
    return call(stitcher_);
  }

 private:
  kokoro_fast::Stitcher stitcher_;
  std::mutex mutex_;
};

void bind_stitcher(py::module_& m) {
  using kokoro_fast::Stitcher;
  py::class_<LockedStitcher>(m, "Stitcher",
                             "The stitcher of kokoro_fast.synthesis.stitcher, compiled: same calls, same samples.")
      .def(py::init<int64_t>(), "crossfade"_a)
      .def_property_readonly(
          "position", [](LockedStitcher& self) { return self([](Stitcher& s) { return s.position(); }); },
          "Length of the timeline in samples: all that was returned, is held back, or is owed as a pause.")
      .def(
          "begin",
          [](LockedStitcher& self, int64_t n_samples, int64_t trim_head, int64_t trim_tail, int64_t pause) {
            return self([=](Stitcher& s) { return s.begin(n_samples, trim_head, trim_tail, pause); });
          },
          "n_samples"_a, "trim_head"_a, "trim_tail"_a, "pause"_a,
          "Announces the next chunk; returns the position of its first kept sample.")
      .def(
          "push",
          [](LockedStitcher& self, const FloatArray& samples) {
            expect_dimensions("push", samples, 1, "samples of shape (S,)");
            const float* data = samples.data();
            const int64_t size = samples.size();
            return to_array(self([=](Stitcher& s) { return s.push(data, size); }));
          },
          "samples"_a, "Takes samples (S,) of the chunk; returns those of the timeline that can no longer change.")
      .def(
          "set_end",
          [](LockedStitcher& self, int64_t trim_tail, int64_t pause) {
            self([=](Stitcher& s) { s.set_end(trim_tail, pause); });
          },
          "trim_tail"_a, "pause"_a, "Says late that the open chunk ends sooner than `begin` was told.")
      .def(
          "end", [](LockedStitcher& self) { self([](Stitcher& s) { s.end(); }); }, "Closes the chunk.")
      .def(
          "flush", [](LockedStitcher& self) { return to_array(self([](Stitcher& s) { return s.flush(); })); },
          "Ends the stream; returns what was held back.")
      .def("cancel", [](LockedStitcher& self) { self([](Stitcher& s) { s.cancel(); }); }, "Drops what is held back.");
}

using Trim = std::tuple<int64_t, int64_t, int64_t>;

Trim as_tuple(const kokoro_fast::Trim& trim) { return {trim.trim_head, trim.trim_tail, trim.pause}; }

// Seconds that fit into a count of samples. NaN does not.
void expect_seconds(const char* name, double seconds) {
  constexpr double kMost = 1e9;
  if (!(seconds >= 0 && seconds <= kMost)) {
    throw std::invalid_argument(std::string(name) + ": expected 0 to 1e9, got " +
                                std::string(py::str(py::float_(seconds))));
  }
}

std::pair<int64_t, int64_t> silent_ends(const FloatArray& samples) {
  expect_dimensions("samples", samples, 1, "(S,)");
  const float* data = samples.data();
  const int64_t size = samples.size();
  py::gil_scoped_release release;
  const kokoro_fast::SilentEnds ends = kokoro_fast::silent_ends(data, size);
  return {ends.head, ends.tail};
}

Trim plan_trim(const FloatArray& samples, double pause, bool is_first, bool is_last, bool is_requested) {
  expect_dimensions("samples", samples, 1, "(S,)");
  expect_seconds("pause", pause);
  const float* data = samples.data();
  const int64_t size = samples.size();
  py::gil_scoped_release release;
  return as_tuple(kokoro_fast::plan_trim(data, size, pause, {is_first, is_last}, is_requested));
}

Trim plan_silence(double pause, bool is_last) {
  expect_seconds("pause", pause);
  return as_tuple(kokoro_fast::plan_silence(pause, is_last));
}

std::optional<std::pair<int64_t, int64_t>> early_window(const std::vector<int64_t>& durations, double seconds) {
  constexpr int64_t kMostFrames = int64_t{1} << 32;  // far beyond any use, and no sum of samples overflows
  if (durations.empty()) throw std::invalid_argument("durations: expected at least one, got none");
  for (const int64_t frames : durations) {
    if (frames < 0 || frames > kMostFrames) {
      throw std::invalid_argument("durations: expected 0 to 2**32 frames, got " + std::to_string(frames));
    }
  }
  expect_seconds("seconds", seconds);
  py::gil_scoped_release release;
  const std::optional<kokoro_fast::EarlyWindow> window = kokoro_fast::early_window(durations, seconds);
  if (!window) return std::nullopt;
  return std::pair(window->first, window->end);
}

FloatArray blend(const FloatArray& early_tail, const FloatArray& exact) {
  using kokoro_fast::kBlend;
  expect_dimensions("exact", exact, 1, "(S,)");
  if (early_tail.ndim() != 1 || early_tail.size() != kBlend) {
    throw std::invalid_argument("early_tail: expected (" + std::to_string(kBlend) + ",), got " + shape_of(early_tail));
  }
  if (exact.size() < kBlend) {
    throw std::invalid_argument("exact: expected at least " + std::to_string(kBlend) + " samples, got " +
                                std::to_string(exact.size()));
  }
  const float* from = early_tail.data();
  const float* to = exact.data();
  const int64_t size = exact.size();
  std::vector<float> blended;
  {
    py::gil_scoped_release release;
    blended = kokoro_fast::blend(from, to, size);
  }
  return to_array(std::move(blended));
}

}  // namespace

void bind_audio(py::module_& m) {
  bind_stitcher(m);
  m.def("silent_ends", &silent_ends, "samples"_a,
        "Samples of silence at the two ends of samples (S,). A chunk that is silent throughout counts as sound.");
  m.def("plan_trim", &plan_trim, "samples"_a, "pause"_a, py::kw_only(), "is_first"_a, "is_last"_a, "is_requested"_a,
        "The trims of a chunk's two ends and the pause after it, in samples.");
  m.def("plan_silence", &plan_silence, "pause"_a, py::kw_only(), "is_last"_a,
        "The trims and the pause of a silence that stands alone, in samples.");
  m.def("early_window", &early_window, "durations"_a, "seconds"_a,
        "First and end sample of a chunk's early window; None where the whole chunk comes about as soon.");
  m.def("blend", &blend, "early_tail"_a, "exact"_a,
        "Goes over from the last samples of a window to the exact samples (S,) from there on; returns (S,).");
}

}  // namespace kokoro_fast_python
