// Vectors of float32 as wide as the instruction set that a file is compiled for. GCC and Clang turn the arithmetic on
// them into its instructions. Included by the files that are compiled per instruction set.
#pragma once

namespace kokoro_fast {
namespace {  // each instruction set has its own copy

#if defined(__AVX512F__)
constexpr int kLanes = 16;
#elif defined(__AVX2__)
constexpr int kLanes = 8;
#else
constexpr int kLanes = 4;
#endif

using Floats = float __attribute__((vector_size(kLanes * 4)));
// A typedef, since Clang takes no heed of `aligned` on a type that `using` declares.
typedef float UnalignedFloats __attribute__((vector_size(kLanes * 4), aligned(4), may_alias));
static_assert(alignof(UnalignedFloats) == 4, "float32 values lie at any multiple of 4 bytes");

inline Floats load_floats(const float* from) { return *reinterpret_cast<const UnalignedFloats*>(from); }
inline void store_floats(float* to, Floats value) { *reinterpret_cast<UnalignedFloats*>(to) = value; }

}  // namespace
}  // namespace kokoro_fast
