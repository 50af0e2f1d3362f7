// The parts that both kinds of model share: tensors from plain data and back, noise, threads.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/InferenceMode.h>

#include <cstdint>
#include <vector>

#include "kokoro_fast/constants.h"
#include "torch/model.h"

namespace kokoro_fast {

// The outputs of predict, as the stages' contract has them (docs/export.md), and the style that it was given.
struct Encoded {
  at::Tensor expected_frames;  // (1, T)
  at::Tensor encoding;         // (1, 640, T)
  at::Tensor text;             // (1, 512, T)
  at::Tensor style;            // (1, 256)
};

at::Tensor ids_tensor(const std::vector<int64_t>& ids);  // (1, n), a copy
at::Tensor style_tensor(const float* style);             // (1, 256), a copy
at::Tensor draw_noise(int64_t n_samples, const Noise& noise);
std::vector<float> floats(const at::Tensor& tensor);
// Throws unless the stages' outputs have the shapes of the contract.
void check_encoded(const Encoded& encoded, int64_t n_tokens);

// While it lives, this thread's calls of torch run on the threads of the options, and record nothing for gradients.
// Other threads are not affected.
class TorchScope {
 public:
  explicit TorchScope(const ModelOptions& options);
  ~TorchScope();
  TorchScope(const TorchScope&) = delete;
  TorchScope& operator=(const TorchScope&) = delete;

 private:
  c10::InferenceMode inference_;
  bool native_ops_;
  int torch_threads_before_;
  int64_t op_threads_before_ = 0;
};

// The common part of both kinds of utterance.
class TorchUtterance : public Utterance {
 public:
  TorchUtterance(const ModelOptions& options, Encoded encoded)
      : options_(options),
        encoded_(std::move(encoded)),
        expected_frames_(floats(encoded_.expected_frames)) {}

  const std::vector<float>& expected_frames() const override { return expected_frames_; }

  void set_frames(const std::vector<int64_t>& frames, const Noise& noise) override {
    const TorchScope scope(options_);
    frames_ = ids_tensor(frames);
    noise_ = draw_noise(static_cast<int64_t>(frames.size()) * kSamplesPerFrame, noise);
  }

 protected:
  ModelOptions options_;
  Encoded encoded_;
  at::Tensor frames_;  // (1, F)
  at::Tensor noise_;   // (1, S)

 private:
  std::vector<float> expected_frames_;
};

}  // namespace kokoro_fast
