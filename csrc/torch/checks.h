// The checks of the ops' arguments, and the threads that the ops run on. Only torch's stable C++ interface is used.
#pragma once

#include <torch/csrc/stable/library.h>
#include <torch/csrc/stable/ops.h>
#include <torch/csrc/stable/tensor.h>

#include <optional>
#include <string>

#include "kokoro_fast/kernels.h"

namespace kokoro_fast_torch {

using torch::headeronly::ScalarType;
using torch::stable::Tensor;
using Shape = torch::headeronly::IntHeaderOnlyArrayRef;

inline std::string text_of(Shape shape) {
  std::string text = "(";
  for (size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + ")";
}

inline std::string name_of(ScalarType type) {
  switch (type) {
    case ScalarType::Float:
      return "float32";
    case ScalarType::Double:
      return "float64";
    case ScalarType::Half:
      return "float16";
    case ScalarType::BFloat16:
      return "bfloat16";
    case ScalarType::Byte:
      return "uint8";
    case ScalarType::Int:
      return "int32";
    case ScalarType::Long:
      return "int64";
    default:
      return "scalar type " + std::to_string(static_cast<int>(type));
  }
}

// The dense form of a CPU tensor of the given type and shape; anything else is an error that names the argument.
inline Tensor checked(const char* name, const Tensor& tensor, const char* letters, Shape shape,
                      ScalarType type = ScalarType::Float) {
  STD_TORCH_CHECK(tensor.is_cpu(), name, ": expected a tensor on the CPU, got one on another device");
  STD_TORCH_CHECK(tensor.scalar_type() == type, name, ": expected ", name_of(type), ", got ",
                  name_of(tensor.scalar_type()));
  STD_TORCH_CHECK(tensor.sizes() == shape, name, ": expected ", letters, " = ", text_of(shape), ", got ",
                  text_of(tensor.sizes()));
  return torch::stable::contiguous(tensor);
}

// Whether an optional argument was given. TorchScript, once it has optimized a graph, may pass None as no tensor at
// all.
inline bool is_given(const std::optional<Tensor>& tensor) { return tensor.has_value() && tensor->defined(); }

inline void check_rank(const char* name, const Tensor& tensor, const char* letters, int64_t rank = 3) {
  STD_TORCH_CHECK(tensor.dim() == rank, name, ": expected ", letters, ", got ", text_of(tensor.sizes()));
}

// A ParallelFor on our own threads: as many as set_threads() set for the calling thread, or as many as torch uses.
void op_for(int64_t begin, int64_t end, int64_t grain, kokoro_fast::ParallelBody body, void* context);

}  // namespace kokoro_fast_torch
