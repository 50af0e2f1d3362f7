// What the bindings share: numpy arrays in and out, and the checks of both.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace kokoro_fast_python {

namespace py = pybind11;

using FloatArray = py::array_t<float, py::array::c_style | py::array::forcecast>;

inline std::string shape_of(const py::array& array) { return py::str(py::tuple(array.attr("shape"))); }

inline void expect_dimensions(const char* name, const py::array& array, py::ssize_t n, const char* letters) {
  if (array.ndim() != n) {
    throw std::invalid_argument(std::string(name) + ": expected " + letters + ", got " + shape_of(array));
  }
}

// Hands a vector over to numpy without a copy.
inline FloatArray to_array(std::vector<float>&& samples) {
  auto owner = std::make_unique<std::vector<float>>(std::move(samples));
  const float* data = owner->data();
  const auto size = static_cast<py::ssize_t>(owner->size());
  py::capsule capsule(owner.get(), [](void* pointer) { delete static_cast<std::vector<float>*>(pointer); });
  owner.release();
  return FloatArray(size, data, capsule);
}

// Binds csrc/audio: the stitcher, the pauses, the early window.
void bind_audio(py::module_& m);

}  // namespace kokoro_fast_python
