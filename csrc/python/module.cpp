// _native: the parts of the package that work on numpy arrays and need no torch. Ops on tensors are not here: an op
// bound through Python could not run in a C++ host.
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "arrays.h"
#include "kokoro_fast/build_info.h"
#include "kokoro_fast/kernels.h"

namespace {

using namespace kokoro_fast_python;
using namespace pybind11::literals;

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
  bind_audio(m);
  m.def("istft", &istft, "magnitude"_a, "phase"_a, "window"_a, "hop"_a,
        "Samples ((N - 1) * hop,) of a centered spectrum: magnitude and phase (K, N), window (2 * (K - 1),).");
  m.def("float_to_pcm16", &float_to_pcm16, "samples"_a,
        "16-bit PCM of samples (S,) in [-1, 1]: clipped, times 32767, rounded to nearest. NaN becomes 0.");
  m.def("build_info", &build_info,
        "Version, compiler, instruction sets compiled and in use, torch built against, oldest torch interface used.");
}
