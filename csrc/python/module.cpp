// _native: the parts of the package that work on numpy arrays and need no torch. Ops on tensors are not here: an op
// bound through Python could not run in a C++ host.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "kokoro_fast/build_info.h"
#include "kokoro_fast/kernels.h"
#include "kokoro_fast/stitch.h"

namespace py = pybind11;
using namespace pybind11::literals;

namespace {

using FloatArray = py::array_t<float, py::array::c_style | py::array::forcecast>;

std::string shape_of(const py::array& array) { return py::str(py::tuple(array.attr("shape"))); }

void expect_dimensions(const char* name, const py::array& array, py::ssize_t n, const char* letters) {
  if (array.ndim() != n) {
    throw std::invalid_argument(std::string(name) + ": expected " + letters + ", got " + shape_of(array));
  }
}

// Hands a vector over to numpy without a copy.
FloatArray to_array(std::vector<float>&& samples) {
  auto owner = std::make_unique<std::vector<float>>(std::move(samples));
  const float* data = owner->data();
  const auto size = static_cast<py::ssize_t>(owner->size());
  py::capsule capsule(owner.get(), [](void* pointer) { delete static_cast<std::vector<float>*>(pointer); });
  owner.release();
  return FloatArray(size, data, capsule);
}

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
  py::class_<LockedStitcher>(m, "Stitcher", "The stitcher of kokoro_fast.stitch, compiled: same calls, same samples.")
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

FloatArray istft(const FloatArray& magnitude, const FloatArray& phase, const FloatArray& window, int64_t hop) {
  expect_dimensions("magnitude", magnitude, 2, "(K, N)");
  const int64_t bins = magnitude.shape(0);
  const int64_t frames = magnitude.shape(1);
  const int64_t n_fft = 2 * (bins - 1);
  if (bins < 2 || frames < 2) {
    throw std::invalid_argument("magnitude: expected at least 2 bins and 2 frames, got " + shape_of(magnitude));
  }
  if (phase.ndim() != 2 || phase.shape(0) != bins || phase.shape(1) != frames) {
    throw std::invalid_argument("phase: expected " + shape_of(magnitude) + " like magnitude, got " + shape_of(phase));
  }
  if (window.ndim() != 1 || window.shape(0) != n_fft) {
    throw std::invalid_argument("window: expected (" + std::to_string(n_fft) + ",), got " + shape_of(window));
  }
  if (hop < 1 || hop > n_fft) {
    throw std::invalid_argument("hop: expected 1 to " + std::to_string(n_fft) + ", got " + std::to_string(hop));
  }
  FloatArray samples(static_cast<py::ssize_t>((frames - 1) * hop));
  const kokoro_fast::Istft args{magnitude.data(), phase.data(), window.data(), samples.mutable_data(), 1, bins,
                                frames,           hop};
  py::gil_scoped_release release;
  kokoro_fast::istft(args, kokoro_fast::serial_for);
  return samples;
}

py::array_t<int16_t> float_to_pcm16(const FloatArray& samples) {
  expect_dimensions("samples", samples, 1, "(S,)");
  py::array_t<int16_t> pcm(samples.size());
  const float* from = samples.data();
  int16_t* to = pcm.mutable_data();
  const int64_t size = samples.size();
  py::gil_scoped_release release;
  kokoro_fast::float_to_pcm16(from, to, size);
  return pcm;
}

py::dict build_info() {
  using kokoro_fast::Isa;
  const kokoro_fast::BuildInfo info = kokoro_fast::build_info();
  std::vector<std::string> compiled;
  for (const Isa isa : {Isa::generic, Isa::avx2, Isa::avx512}) {
    if (kokoro_fast::isa_compiled(isa)) compiled.emplace_back(kokoro_fast::isa_name(isa));
  }
  const std::string target =
      std::to_string(info.torch_target >> 56) + "." + std::to_string(info.torch_target >> 48 & 0xFF);
  return py::dict("version"_a = info.version, "compiler"_a = info.compiler, "isas"_a = compiled,
                  "isa"_a = kokoro_fast::isa_name(kokoro_fast::isa_in_use()), "torch"_a = info.torch_version,
                  "torch_target"_a = target);
}

}  // namespace

PYBIND11_MODULE(_native, m, py::mod_gil_not_used()) {
  m.doc() = "Compiled parts of kokoro-fast on numpy arrays. Every call releases the GIL while it works.";
  bind_stitcher(m);
  m.def("istft", &istft, "magnitude"_a, "phase"_a, "window"_a, "hop"_a,
        "Samples ((N - 1) * hop,) of a centered spectrum: magnitude and phase (K, N), window (2 * (K - 1),).");
  m.def("float_to_pcm16", &float_to_pcm16, "samples"_a,
        "16-bit PCM of samples (S,) in [-1, 1]: clipped, times 32767, rounded to nearest. NaN becomes 0.");
  m.def("build_info", &build_info,
        "Version, compiler, instruction sets compiled and in use, torch built against, oldest torch interface used.");
}
