#include "thread_pool.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#ifndef _WIN32
#include <pthread.h>
#endif
#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

namespace kokoro_fast {
namespace {

constexpr int64_t kPiecesPerThread = 4;  // several, so that a thread that is held up leaves the rest to the others
constexpr int64_t kMostWorkers = 255;
constexpr int kSpins = 2000;  // about 50 microseconds: loops follow each other faster than a thread wakes up

void pause_briefly() {
#if defined(__x86_64__) || defined(__i386__)
  _mm_pause();
#endif
}

template <class Condition>
void spin_until(Condition condition) {
  for (int i = 0; i < kSpins && !condition(); ++i) pause_briefly();
}

struct Loop {
  ParallelBody body;
  void* context;
  int64_t end;
  int64_t piece;
  std::atomic<int64_t> next;
  int64_t slots;                // workers that may still join; guarded by the pool's mutex
  std::atomic<int64_t> active;  // workers that have joined and not left

  void run() {
    for (int64_t begin; (begin = next.fetch_add(piece)) < end;) body(begin, std::min(begin + piece, end), context);
  }
};

class Pool {
 public:
  void run(Loop& loop) {
    open(loop);
    loop.run();
    close(loop);
  }

 private:
  void open(Loop& loop) {
    const std::lock_guard<std::mutex> lock(mutex_);
    spawn(loop.slots);
    loops_.push_back(&loop);
    n_loops_.fetch_add(1);
    arrived_.notify_all();
  }

  // Lets no further worker join, and waits for those that joined to finish their last piece.
  void close(Loop& loop) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      loops_.erase(std::find(loops_.begin(), loops_.end(), &loop));
      n_loops_.fetch_sub(1);
    }
    spin_until([&] { return loop.active.load() == 0; });
    std::unique_lock<std::mutex> lock(mutex_);
    left_.wait(lock, [&] { return loop.active.load() == 0; });
  }

  // Starts workers until there are `wanted`.
  void spawn(int64_t wanted) {
    try {
      for (; n_workers_ < std::min(wanted, kMostWorkers); ++n_workers_) std::thread([this] { worker_loop(); }).detach();
    } catch (const std::system_error&) {  // the system has no more threads: fewer will do
    }
  }

  [[noreturn]] void worker_loop() {
    for (;;) {
      spin_until([&] { return n_loops_.load() > 0; });
      Loop& loop = wait_for_loop();
      loop.run();
      const std::lock_guard<std::mutex> lock(mutex_);  // held while leaving: the loop is gone once no worker is active
      if (loop.active.fetch_sub(1) == 1) left_.notify_all();
    }
  }

  Loop& wait_for_loop() {
    std::unique_lock<std::mutex> lock(mutex_);
    Loop* found = nullptr;
    arrived_.wait(lock, [&] { return (found = loop_with_a_slot()) != nullptr; });
    --found->slots;
    found->active.fetch_add(1);
    return *found;
  }

  Loop* loop_with_a_slot() {
    for (Loop* loop : loops_) {
      if (loop->slots > 0 && loop->next.load() < loop->end) return loop;
    }
    return nullptr;
  }

  std::mutex mutex_;
  std::condition_variable arrived_, left_;
  std::vector<Loop*> loops_;  // the loops that workers may join
  std::atomic<int64_t> n_loops_{0};
  int64_t n_workers_ = 0;
};

// Never destroyed: workers wait in it until the process ends.
Pool* the_pool = nullptr;

Pool& pool() {
  static const bool made = [] {
    the_pool = new Pool;
#ifndef _WIN32
    // A forked process has none of the workers, and perhaps a mutex that one of them held.
    pthread_atfork(nullptr, nullptr, [] { the_pool = new Pool; });
#endif
    return true;
  }();
  static_cast<void>(made);
  return *the_pool;
}

}  // namespace

void pool_for(int64_t n_threads, int64_t begin, int64_t end, int64_t grain, ParallelBody body, void* context) {
  const int64_t size = end - begin;
  if (size <= 0) return;
  const int64_t workers = std::min(n_threads, (size + grain - 1) / grain) - 1;
  if (workers <= 0) return body(begin, end, context);
  const int64_t piece = std::max(grain, size / ((workers + 1) * kPiecesPerThread));
  Loop loop{body, context, end, piece, {begin}, workers, {0}};
  pool().run(loop);
}

}  // namespace kokoro_fast
