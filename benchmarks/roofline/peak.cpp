// Measures the multiply-adds of the vector units at their fastest: in registers only, without memory. peaks.py compiles
// and calls it.
#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

#if defined(__x86_64__)

// An instruction adds zmm30 * zmm31 to eight independent sums, or to twenty-four: enough to hide its latency.
#define EIGHT(op, a, b, c, d, e, f, g, h)                                                                      \
  asm volatile(op " %%zmm31, %%zmm30, %%zmm" #a "\n" op " %%zmm31, %%zmm30, %%zmm" #b "\n"                     \
               op " %%zmm31, %%zmm30, %%zmm" #c "\n" op " %%zmm31, %%zmm30, %%zmm" #d "\n"                     \
               op " %%zmm31, %%zmm30, %%zmm" #e "\n" op " %%zmm31, %%zmm30, %%zmm" #f "\n"                     \
               op " %%zmm31, %%zmm30, %%zmm" #g "\n" op " %%zmm31, %%zmm30, %%zmm" #h "\n" ::                  \
                   : "xmm" #a, "xmm" #b, "xmm" #c, "xmm" #d, "xmm" #e, "xmm" #f, "xmm" #g, "xmm" #h)
#define TWENTY_FOUR(op)                   \
  EIGHT(op, 0, 1, 2, 3, 4, 5, 6, 7);      \
  EIGHT(op, 8, 9, 10, 11, 12, 13, 14, 15); \
  EIGHT(op, 16, 17, 18, 19, 20, 21, 22, 23)

#define LOOP(name, op)                                                  \
  __attribute__((target("avx512f"))) void name(long rounds) {           \
    asm volatile("vpxorq %%zmm30, %%zmm30, %%zmm30\n"                   \
                 "vpxorq %%zmm31, %%zmm31, %%zmm31" ::                  \
                     : "xmm30", "xmm31");                               \
    for (long i = 0; i < rounds; ++i) {                                 \
      TWENTY_FOUR(op);                                                  \
    }                                                                   \
  }

namespace {

LOOP(fp32, "vfmadd231ps")
LOOP(bf16, "vdpbf16ps")
LOOP(int8, "vpdpbusd")

struct Kind {
  void (*loop)(long);
  int lanes;  // multiply-adds of one instruction
  bool supported;
};

Kind kind_of(int which) {
  __builtin_cpu_init();
  switch (which) {
    case 0: return {fp32, 16, __builtin_cpu_supports("avx512f") != 0};
    case 1: return {bf16, 32, __builtin_cpu_supports("avx512bf16") != 0};
    default: return {int8, 64, __builtin_cpu_supports("avx512vnni") != 0};
  }
}

}  // namespace

// Returns 10^9 operations a second on `threads` threads; a multiply-add is two. 0 where the CPU lacks the instruction.
// `which`: 0 fp32, 1 bf16, 2 int8.
extern "C" double peak_gflops(int which, int threads) {
  const Kind kind = kind_of(which);
  if (!kind.supported) return 0;
  constexpr long rounds = 4'000'000;
  double best = 1e9;
  for (int repeat = 0; repeat < 5; ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::thread> others;
    for (int i = 1; i < threads; ++i) others.emplace_back(kind.loop, rounds);
    kind.loop(rounds);
    for (auto& other : others) other.join();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return threads * rounds * 24.0 * kind.lanes * 2 / best / 1e9;
}

#else

extern "C" double peak_gflops(int, int) { return 0; }

#endif
