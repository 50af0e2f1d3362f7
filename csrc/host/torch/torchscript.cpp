// model.pt: one TorchScript module with the stages as methods.
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/script.h>

#include "torch/torch_tools.h"

namespace kokoro_fast {
namespace {

using torch::jit::Method;

// Runs the graphs as they are. Optimizing them would cost the first calls half a second and more, and nine tenths of
// the work are inside single operations.
c10::IValue call(const Method& method, std::vector<c10::IValue> inputs) {
  const torch::jit::GraphOptimizerEnabledGuard unoptimized(false);
  return method(std::move(inputs));
}

class ScriptedUtterance : public TorchUtterance {
 public:
  ScriptedUtterance(const torch::jit::Module& module, const ModelOptions& options, Encoded encoded)
      : TorchUtterance(options, std::move(encoded)),
        module_(module) {}

  std::vector<float> whole() override {
    const TorchScope scope(options_);
    decode();
    return floats(call(module_.get_method("generate"), {features_, f0_, encoded_.style, noise_}).toTensor());
  }

  std::vector<float> window(int64_t begin, int64_t end) override {
    const TorchScope scope(options_);
    decode();
    const int64_t half_frame = kSamplesPerFrame / 2;
    return floats(call(module_.get_method("window"),
                       {features_, f0_, encoded_.style, noise_, begin / half_frame, end / half_frame})
                      .toTensor());
  }

 private:
  void decode() {
    if (features_.defined()) return;
    const auto outputs =
        call(module_.get_method("decode"), {encoded_.encoding, encoded_.text, frames_, encoded_.style}).toTuple();
    features_ = outputs->elements().at(0).toTensor();
    f0_ = outputs->elements().at(1).toTensor();
  }

  const torch::jit::Module& module_;
  at::Tensor features_;  // (1, 512, H)
  at::Tensor f0_;        // (1, H)
};

class TorchScriptModel : public Model {
 public:
  TorchScriptModel(torch::jit::Module module, const ModelOptions& options)
      : options_(options),
        module_(std::move(module)) {
    for (const char* method : {"predict", "decode", "generate"}) {
      TORCH_CHECK(module_.find_method(method), "the module has no method ", method);
    }
  }

  std::unique_ptr<Utterance> predict(const std::vector<int64_t>& ids, const float* style) const override {
    const TorchScope scope(options_);
    const at::Tensor row = style_tensor(style);
    const auto outputs = call(module_.get_method("predict"), {ids_tensor(ids), row}).toTuple();
    const auto output = [&](size_t i) { return outputs->elements().at(i).toTensor(); };
    Encoded encoded{output(0), output(1), output(2), row};
    check_encoded(encoded, static_cast<int64_t>(ids.size()));
    return std::make_unique<ScriptedUtterance>(module_, options_, std::move(encoded));
  }

  bool has_windows() const override { return module_.find_method("window").has_value(); }

 private:
  ModelOptions options_;
  torch::jit::Module module_;
};

}  // namespace

std::unique_ptr<Model> load_torchscript(const std::filesystem::path& file, const ModelOptions& options) {
  const TorchScope scope(options);
  torch::jit::Module module = torch::jit::load(file.string(), c10::Device(c10::kCPU));
  module.eval();
  return std::make_unique<TorchScriptModel>(std::move(module), options);
}

}  // namespace kokoro_fast
