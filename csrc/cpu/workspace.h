// Working memory that outlives the call: mapping and clearing tens of megabytes anew for every call costs more than
// some of the arithmetic done in them.
#pragma once

#include <cstdint>

namespace kokoro_fast {

// Borrows one block of memory, aligned to a page and not cleared. Blocks are kept for the next borrower: as many as
// there were calls at the same time, each as large as the largest that was asked for. Throws std::bad_alloc.
class Workspace {
 public:
  explicit Workspace(int64_t bytes);
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  float* floats(int64_t position) const { return reinterpret_cast<float*>(block_) + position; }
  uint8_t* bytes() const { return block_; }

 private:
  uint8_t* block_;
  int64_t capacity_;
};

}  // namespace kokoro_fast
