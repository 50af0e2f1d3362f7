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

constexpr int64_t kPiecesPerThread = 4;  // several, so that a thread that is held up leaves the rest to others
constexpr int64_t kMostHelpers = 255;
constexpr int kSpins = 2000;  // some 50 microseconds: loops follow each other faster than a thread wakes up

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
  int64_t places;               // helpers that may still join; under the pool's mutex
  std::atomic<int64_t> active;  // helpers that have joined and not left

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
    hire(loop.places);
    loops_.push_back(&loop);
    n_loops_.fetch_add(1);
    arrived_.notify_all();
  }

  // From here on nobody can join; those who did are finishing their last piece.
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

  void hire(int64_t wanted) {
    try {
      for (; n_helpers_ < std::min(wanted, kMostHelpers); ++n_helpers_) std::thread([this] { help(); }).detach();
    } catch (const std::system_error&) {  // the system has no more threads: go on with fewer
    }
  }

  [[noreturn]] void help() {
    for (;;) {
      spin_until([&] { return n_loops_.load() > 0; });
      Loop& loop = join();
      loop.run();
      const std::lock_guard<std::mutex> lock(mutex_);  // held while leaving: the loop is gone once nobody is active
      if (loop.active.fetch_sub(1) == 1) left_.notify_all();
    }
  }

  Loop& join() {
    std::unique_lock<std::mutex> lock(mutex_);
    Loop* found = nullptr;
    arrived_.wait(lock, [&] { return (found = with_a_place()) != nullptr; });
    --found->places;
    found->active.fetch_add(1);
    return *found;
  }

  Loop* with_a_place() {
    for (Loop* loop : loops_) {
      if (loop->places > 0 && loop->next.load() < loop->end) return loop;
    }
    return nullptr;
  }

  std::mutex mutex_;
  std::condition_variable arrived_, left_;
  std::vector<Loop*> loops_;  // those that helpers may join
  std::atomic<int64_t> n_loops_{0};
  int64_t n_helpers_ = 0;
};

// Never destroyed: helpers wait in it until the process ends.
Pool* the_pool = nullptr;

Pool& pool() {
  static const bool made = [] {
    the_pool = new Pool;
#ifndef _WIN32
    // A forked process has none of the helpers, and perhaps a mutex that one of them held.
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
  const int64_t helpers = std::min(n_threads, (size + grain - 1) / grain) - 1;
  if (helpers <= 0) return body(begin, end, context);
  const int64_t piece = std::max(grain, size / ((helpers + 1) * kPiecesPerThread));
  Loop loop{body, context, end, piece, {begin}, helpers, {0}};
  pool().run(loop);
}

}  // namespace kokoro_fast
