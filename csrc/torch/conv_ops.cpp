// The convolutions as torch sees them: activations are [time, channel], weights are packed once.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checks.h"
#include "kokoro_fast/conv.h"

namespace {

using namespace kokoro_fast_torch;
using kokoro_fast::PackedShape;

bool supports(std::string precision) {
  return kokoro_fast::precision_supported(kokoro_fast::precision_named(precision.c_str()));
}

Tensor conv_pack(const Tensor& weight, const std::optional<Tensor>& bias, std::string precision) {
  check_rank("weight", weight, "(C_out, C_in, K)");
  const Tensor dense_weight = checked("weight", weight, "(C_out, C_in, K)", weight.sizes());
  const int64_t channels_out = weight.size(0);
  const int64_t channels_in = weight.size(1);
  kokoro_fast::ConvWeights args{
      dense_weight.const_data_ptr<float>(),           nullptr, channels_out, channels_in, weight.size(2),
      kokoro_fast::precision_named(precision.c_str())};
  STD_TORCH_CHECK(dense_weight.numel() > 0, "weight: expected at least one weight, got ", text_of(weight.sizes()));
  std::optional<Tensor> dense_bias;
  if (is_given(bias)) {
    dense_bias = checked("bias", *bias, "(C_out,)", {channels_out});
    args.bias = dense_bias->const_data_ptr<float>();
  }
  Tensor packed = torch::stable::new_empty(dense_weight, {kokoro_fast::packed_size(args)}, ScalarType::Byte);
  kokoro_fast::pack(args, packed.mutable_data_ptr<uint8_t>());
  return packed;
}

void check_within(const char* name, int64_t value, int64_t least) {
  constexpr int64_t kMost = 1 << 20;  // far beyond any use, and no position overflows
  STD_TORCH_CHECK(value >= least && value <= kMost, name, ": expected ", least, " to ", kMost, ", got ", value);
}

// The shape in the header of a block of packed weights, with which this CPU can multiply.
PackedShape checked_block(const uint8_t* block, int64_t bytes) {
  const PackedShape shape = kokoro_fast::packed_shape(block, bytes);
  STD_TORCH_CHECK(kokoro_fast::precision_supported(shape.precision), "packed: weights in ",
                  kokoro_fast::precision_name(shape.precision), " need instructions that ",
                  kokoro_fast::isa_name(kokoro_fast::isa_in_use()), " on this CPU does not have");
  STD_TORCH_CHECK(reinterpret_cast<uintptr_t>(block) % alignof(float) == 0, "packed: expected memory aligned to ",
                  alignof(float), " bytes");
  return shape;
}

void conv(const Tensor& x, const Tensor& packed, const std::optional<Tensor>& affine,
          const std::optional<Tensor>& alpha, double slope, int64_t stride, int64_t dilation, int64_t padding,
          const std::optional<Tensor>& residual, double gain, Tensor y) {
  const Tensor dense_packed = checked("packed", packed, "(bytes,)", {packed.numel()}, ScalarType::Byte);
  const PackedShape shape = checked_block(dense_packed.const_data_ptr<uint8_t>(), dense_packed.numel());
  check_rank("x", x, "(T, C_in)", 2);
  check_rank("y", y, "(T_out, C_out)", 2);
  const int64_t steps_out = y.size(0);
  const Tensor dense_x = checked("x", x, "(T, C_in)", {x.size(0), shape.channels_in});
  STD_TORCH_CHECK(x.size(0) > 0 && steps_out > 0, "x, y: expected at least one column of time, got ",
                  text_of(x.sizes()), " and ", text_of(y.sizes()));
  check_within("stride", stride, 1);
  check_within("dilation", dilation, 1);
  check_within("padding", padding, 0);
  STD_TORCH_CHECK(y.is_cpu() && y.scalar_type() == ScalarType::Float && y.size(1) == shape.channels_out &&
                      y.stride(1) == 1 && (steps_out == 1 || y.stride(0) >= shape.channels_out),
                  "y: expected float32 rows of ", shape.channels_out, " channels on the CPU, got ", text_of(y.sizes()));
  const float* y_begin = y.const_data_ptr<float>();
  const float* y_end = y_begin + (steps_out - 1) * y.stride(0) + shape.channels_out;
  const float* x_begin = dense_x.const_data_ptr<float>();
  STD_TORCH_CHECK(x_begin + x.numel() <= y_begin || y_end <= x_begin, "y: expected memory that x does not share");
  std::vector<float> identity;
  std::optional<Tensor> dense_affine, dense_alpha, dense_residual;
  const float* values = nullptr;
  if (is_given(affine)) {
    dense_affine = checked("affine", *affine, "(3, C_in)", {3, shape.channels_in});
    values = dense_affine->const_data_ptr<float>();
  } else {
    identity.assign(3 * shape.channels_in, 0.0F);
    std::fill_n(identity.begin() + shape.channels_in, shape.channels_in, 1.0F);
    values = identity.data();
  }
  kokoro_fast::Activation activation{values, values + shape.channels_in, values + 2 * shape.channels_in, nullptr,
                                     static_cast<float>(slope)};
  if (is_given(alpha)) {
    dense_alpha = checked("alpha", *alpha, "(C_in,)", {shape.channels_in});
    activation.alpha = dense_alpha->const_data_ptr<float>();
  }
  if (is_given(residual)) {
    dense_residual = checked("residual", *residual, "(T_out, C_out)", {steps_out, shape.channels_out});
  }
  kokoro_fast::conv(
      {dense_x.const_data_ptr<float>(), activation, dense_packed.const_data_ptr<uint8_t>(),
       dense_residual ? dense_residual->const_data_ptr<float>() : nullptr, y.mutable_data_ptr<float>(), nullptr,
       x.size(0), steps_out, y.stride(0), dilation, stride, padding, static_cast<float>(gain), false},
      op_for);
}

Tensor channel_moments(const Tensor& x) {
  check_rank("x", x, "(T, C)", 2);
  const Tensor dense_x = checked("x", x, "(T, C)", x.sizes());
  STD_TORCH_CHECK(x.size(0) > 0, "x: expected at least one column of time, got ", text_of(x.sizes()));
  Tensor moments = torch::stable::new_empty(dense_x, {2, x.size(1)});
  kokoro_fast::channel_moments(dense_x.const_data_ptr<float>(), x.size(0), x.size(1), moments.mutable_data_ptr<float>(),
                               op_for);
  return moments;
}

Tensor resblock(const Tensor& x, const Tensor& style, const Tensor& alpha, const Tensor& packed,
                std::vector<int64_t> dilations, const std::optional<Tensor>& moments, Tensor y, bool accumulate) {
  check_rank("x", x, "(T, C)", 2);
  const int64_t steps = x.size(0);
  const int64_t channels = x.size(1);
  check_rank("packed", packed, "(convs, bytes)", 2);
  const int64_t n_convs = packed.size(0);
  const int64_t bytes = packed.size(1);
  STD_TORCH_CHECK(steps > 0, "x: expected at least one column of time, got ", text_of(x.sizes()));
  STD_TORCH_CHECK(n_convs >= 2 && n_convs % 2 == 0 && static_cast<int64_t>(dilations.size()) == n_convs,
                  "packed, dilations: expected as many of both, in pairs, got ", n_convs, " and ", dilations.size());
  const Tensor dense_x = checked("x", x, "(T, C)", {steps, channels});
  const Tensor dense_style = checked("style", style, "(convs, 2, C)", {n_convs, 2, channels});
  const Tensor dense_alpha = checked("alpha", alpha, "(convs, C)", {n_convs, channels});
  checked("y", y, "(T, C)", {steps, channels});
  STD_TORCH_CHECK(y.stride(1) == 1 && (steps == 1 || y.stride(0) == channels), "y: expected dense rows");
  const Tensor dense_packed = checked("packed", packed, "(convs, bytes)", {n_convs, bytes}, ScalarType::Byte);
  std::vector<const uint8_t*> blocks;
  for (int64_t i = 0; i < n_convs; ++i) {
    blocks.push_back(dense_packed.const_data_ptr<uint8_t>() + i * bytes);
    const PackedShape shape = checked_block(blocks.back(), bytes);
    STD_TORCH_CHECK(shape.channels_in == channels && shape.channels_out == channels && shape.taps % 2 == 1,
                    "packed: expected convolutions of ", channels, " channels with an odd number of taps, got ",
                    shape.channels_in, " to ", shape.channels_out, " with ", shape.taps);
    check_within("dilations", dilations[i], 1);
  }
  std::optional<Tensor> given;
  if (is_given(moments)) given = checked("moments", *moments, "(convs, 2, C)", {n_convs, 2, channels});
  Tensor used = torch::stable::new_empty(dense_x, {n_convs, 2, channels});
  kokoro_fast::resblock(
      {dense_x.const_data_ptr<float>(), dense_style.const_data_ptr<float>(), dense_alpha.const_data_ptr<float>(),
       blocks.data(), dilations.data(), given ? given->const_data_ptr<float>() : nullptr,
       used.mutable_data_ptr<float>(), y.mutable_data_ptr<float>(), steps, channels, n_convs / 2, accumulate},
      op_for);
  return used;
}

}  // namespace

STABLE_TORCH_LIBRARY_FRAGMENT(kokoro_fast, m) {
  m.def("supports(str precision) -> bool");
  m.def("conv_pack(Tensor weight, Tensor? bias, str precision) -> Tensor");
  m.def(
      "conv(Tensor x, Tensor packed, Tensor? affine, Tensor? alpha, float slope, int stride, int dilation, "
      "int padding, Tensor? residual, float gain, Tensor(a!) y) -> ()");
  m.def("channel_moments(Tensor x) -> Tensor");
  m.def(
      "resblock(Tensor x, Tensor style, Tensor alpha, Tensor packed, int[] dilations, Tensor? moments, "
      "Tensor(a!) y, bool accumulate) -> Tensor");
}

STABLE_TORCH_LIBRARY_IMPL(kokoro_fast, CPU, m) {
  m.impl("conv_pack", TORCH_BOX(&conv_pack));
  m.impl("conv", TORCH_BOX(&conv));
  m.impl("channel_moments", TORCH_BOX(&channel_moments));
  m.impl("resblock", TORCH_BOX(&resblock));
}

STABLE_TORCH_LIBRARY_IMPL(kokoro_fast, CompositeExplicitAutograd, m) { m.impl("supports", TORCH_BOX(&supports)); }
