// The threads that the ops run on.
#include "checks.h"
#include "thread_pool.h"

namespace kokoro_fast_torch {
namespace {

thread_local int64_t chosen_threads = 0;  // 0: as many as torch uses

int64_t set_threads(int64_t n_threads) {
  STD_TORCH_CHECK(n_threads >= 0, "n_threads: expected 0 or more, got ", n_threads);
  const int64_t before = chosen_threads;
  chosen_threads = n_threads;
  return before;
}

}  // namespace

void op_for(int64_t begin, int64_t end, int64_t grain, kokoro_fast::ParallelBody body, void* context) {
  const int64_t n_threads = chosen_threads > 0 ? chosen_threads : torch::stable::get_num_threads();
  kokoro_fast::pool_for(n_threads, begin, end, grain, body, context);
}

}  // namespace kokoro_fast_torch

STABLE_TORCH_LIBRARY_FRAGMENT(kokoro_fast, m) {
  // Sets the number of threads of ops called from this thread; 0 means as many as torch uses. Returns the number
  // before.
  m.def("set_threads(int n_threads) -> int");
}

STABLE_TORCH_LIBRARY_IMPL(kokoro_fast, CompositeExplicitAutograd, m) {
  m.impl("set_threads", TORCH_BOX(&kokoro_fast_torch::set_threads));
}
