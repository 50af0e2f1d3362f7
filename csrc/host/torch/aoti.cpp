// model.pt2: an AOTInductor package with the models "predict" and "render".
#include <torch/csrc/inductor/aoti_package/model_package_loader.h>

#include "torch/torch_tools.h"

namespace kokoro_fast {
namespace {

using torch::inductor::AOTIModelPackageLoader;

class AotiUtterance : public TorchUtterance {
 public:
  AotiUtterance(AOTIModelPackageLoader& render, const ModelOptions& options, Encoded encoded)
      : TorchUtterance(options, std::move(encoded)),
        render_(render) {}

  std::vector<float> whole() override {
    const TorchScope scope(options_);
    return floats(render_.run({encoded_.encoding, encoded_.text, frames_, encoded_.style, noise_}).at(0));
  }

  std::vector<float> window(int64_t, int64_t) override { TORCH_CHECK(false, "an aoti model has no windows"); }

 private:
  AOTIModelPackageLoader& render_;
};

class AotiModel : public Model {
 public:
  AotiModel(const std::filesystem::path& file, const ModelOptions& options)
      : options_(options),
        predict_(file.string(), "predict"),
        render_(file.string(), "render") {}

  std::unique_ptr<Utterance> predict(const std::vector<int64_t>& ids, const float* style) const override {
    const TorchScope scope(options_);
    const at::Tensor row = style_tensor(style);
    const std::vector<at::Tensor> outputs = predict_.run({ids_tensor(ids), row});
    // Compiled code assumes that its inputs are dense.
    Encoded encoded{outputs.at(0), outputs.at(1).contiguous(), outputs.at(2).contiguous(), row};
    check_encoded(encoded, static_cast<int64_t>(ids.size()));
    return std::make_unique<AotiUtterance>(render_, options_, std::move(encoded));
  }

  bool has_windows() const override { return false; }

 private:
  ModelOptions options_;
  mutable AOTIModelPackageLoader predict_;  // one call at a time; others wait
  mutable AOTIModelPackageLoader render_;
};

}  // namespace

std::unique_ptr<Model> load_aoti(const std::filesystem::path& file, const ModelOptions& options) {
  const TorchScope scope(options);
  return std::make_unique<AotiModel>(file, options);
}

}  // namespace kokoro_fast
