// Threads of our own, shared by all callers in the process.
//
// OpenMP waits at the end of every loop for each of its threads, even for one that the system has not run yet: beside
// another busy process, a sentence took five times as long as its arithmetic. Here a loop ends when its pieces are
// done. A worker that comes late finds nothing to do and is not waited for, and two callers share the same workers
// instead of bringing their own.
#pragma once

#include <cstdint>

#include "kokoro_fast/kernels.h"

namespace kokoro_fast {

// A ParallelFor on up to n_threads threads, the caller included. `body` must not throw.
void pool_for(int64_t n_threads, int64_t begin, int64_t end, int64_t grain, ParallelBody body, void* context);

}  // namespace kokoro_fast
