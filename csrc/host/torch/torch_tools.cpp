#include "torch/torch_tools.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/inductor/aoti_torch/c/shim.h>
#include <torch/version.h>

#include <cstring>
#include <mutex>
#include <string>
#include <thread>

#include "kokoro_fast/constants.h"

namespace kokoro_fast {
namespace {

// Sets the number of threads of libkokoro_fast_ops for calls from this thread. Returns the number before.
int64_t set_op_threads(int64_t n_threads) {
  const auto op = c10::Dispatcher::singleton().findSchemaOrThrow("kokoro_fast::set_threads", "");
  c10::Stack stack = {n_threads};
  op.callBoxed(stack);
  return stack.at(0).toInt();
}

// Guards torch's default number of threads, for threads that have not called torch yet: setting the number of one
// thread sets the default too.
std::mutex default_mutex;

// Sets the number of torch's threads for calls from this thread. Returns the number before.
int change_torch_threads(int n_threads) {
  const std::lock_guard lock(default_mutex);
  const int before = at::get_num_threads();
  if (before != n_threads) {
    at::set_num_threads(n_threads);
    std::thread([before] { at::set_num_threads(before); }).join();  // restores the default
  }
  return before;
}

void restore_torch_threads(int before) {
  const std::lock_guard lock(default_mutex);
  if (at::get_num_threads() != before) at::set_num_threads(before);
}

}  // namespace

std::string torch_version() {
  const uint64_t version = aoti_torch_abi_version();
  const auto part = [version](int place) { return std::to_string((version >> (56 - 8 * place)) & 255); };
  return part(0) + "." + part(1) + "." + part(2);
}

std::string torch_version_of_headers() {
  return std::to_string(TORCH_VERSION_MAJOR) + "." + std::to_string(TORCH_VERSION_MINOR) + ".";
}

at::Tensor ids_tensor(const std::vector<int64_t>& ids) {
  at::Tensor tensor = at::empty({1, static_cast<int64_t>(ids.size())}, at::kLong);
  std::memcpy(tensor.mutable_data_ptr(), ids.data(), ids.size() * sizeof(int64_t));
  return tensor;
}

at::Tensor style_tensor(const float* style) {
  at::Tensor tensor = at::empty({1, kStyleDim}, at::kFloat);
  std::memcpy(tensor.mutable_data_ptr(), style, kStyleDim * sizeof(float));
  return tensor;
}

at::Tensor draw_noise(int64_t n_samples, const Noise& noise) {
  at::Tensor drawn = at::zeros({1, n_samples}, at::kFloat);
  if (noise.loudness > 0) drawn.normal_(0.0, noise.loudness, at::detail::createCPUGenerator(noise.seed));
  return drawn;
}

std::vector<float> floats(const at::Tensor& tensor) {
  const at::Tensor dense = tensor.to(at::kFloat).contiguous();
  const auto* begin = dense.const_data_ptr<float>();
  return {begin, begin + dense.numel()};
}

void check_encoded(const Encoded& encoded, int64_t n_tokens) {
  const auto check = [](const char* name, const at::Tensor& tensor, at::IntArrayRef shape) {
    TORCH_CHECK(tensor.sizes() == shape && tensor.scalar_type() == at::kFloat, "predict: ", name, ": expected ",
                at::kFloat, " ", shape, ", got ", tensor.scalar_type(), " ", tensor.sizes());
  };
  check("expected_frames", encoded.expected_frames, {1, n_tokens});
  check("encoding", encoded.encoding, {1, 640, n_tokens});
  check("text", encoded.text, {1, 512, n_tokens});
}

TorchScope::TorchScope(const ModelOptions& options)
    : native_ops_(options.native_ops),
      // The native ops have threads of their own. Torch's threads would keep a core busy after each small operation.
      torch_threads_before_(change_torch_threads(native_ops_ ? 1 : options.threads)) {
  if (native_ops_) op_threads_before_ = set_op_threads(options.threads);
}

TorchScope::~TorchScope() {
  restore_torch_threads(torch_threads_before_);
  if (native_ops_) set_op_threads(op_threads_before_);
}

}  // namespace kokoro_fast
