// Makes the n-th change that a process makes to the disk fail, or ends the process there. For LD_PRELOAD, with glibc.
//
// Changes are counted from 1: opening for writing, write, truncate, fsync, rename, mkdir, unlink, rmdir. What real
// disks do in between is kept: a kill leaves half of a write, and so does a disk that gets full. fsync is counted and
// not done, since no power is cut here, and it is slow. Where memory runs out, allocations are counted instead.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum fault { NONE, KILL, IO_ERROR, FULL_DISK, NO_MEMORY };  // in the order of FAULTS in crash_sweep.py

static enum fault fault;
static int at;
static atomic_int count;

// Starts to count. The fault comes at the change, or the allocation, of this number.
void fault_arm(enum fault kind, int number) {
  fault = kind;
  at = number;
  count = 0;
}

int fault_count(void) { return count; }

static bool fails_with(int number) {
  errno = number;
  return true;
}

// Counts a change. Returns whether it fails, with errno set. A full disk stays full, an I/O error passes.
static bool fails(bool needs_space) {
  if (fault == NO_MEMORY) return false;
  int number = ++count;
  if (fault == KILL && number == at) raise(SIGKILL);
  if (fault == IO_ERROR && number == at) return fails_with(EIO);
  return fault == FULL_DISK && number >= at && needs_space && fails_with(ENOSPC);
}

#define REAL(result, name, parameters) \
  static result(*real) parameters;     \
  if (!real) real = dlsym(RTLD_NEXT, #name)

// Defines a function of the C library as a change that may fail.
#define CHANGE(result, name, parameters, arguments, needs_space) \
  result name parameters {                                       \
    REAL(result, name, parameters);                              \
    return fails(needs_space) ? -1 : real arguments;             \
  }

#define OPEN(name)                                                            \
  int name(const char* path, int flags, ...) {                                \
    REAL(int, name, (const char*, int, ...));                                 \
    va_list rest;                                                             \
    va_start(rest, flags);                                                    \
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;                 \
    va_end(rest);                                                             \
    if ((flags & O_ACCMODE) != O_RDONLY && fails(flags & O_CREAT)) return -1; \
    return real(path, flags, mode);                                           \
  }

OPEN(open)
OPEN(open64)
CHANGE(int, ftruncate, (int file, off_t size), (file, size), false)
CHANGE(int, ftruncate64, (int file, off64_t size), (file, size), false)
CHANGE(ssize_t, sendfile64, (int to, int from, off64_t* offset, size_t n), (to, from, offset, n), true)
CHANGE(int, rename, (const char* from, const char* to), (from, to), false)
CHANGE(int, renameat2, (int from_folder, const char* from, int to_folder, const char* to, unsigned flags),
       (from_folder, from, to_folder, to, flags), false)
CHANGE(int, mkdir, (const char* path, mode_t mode), (path, mode), true)
CHANGE(int, unlink, (const char* path), (path), false)
CHANGE(int, unlinkat, (int folder, const char* path, int flags), (folder, path, flags), false)
CHANGE(int, rmdir, (const char* path), (path), false)

int fsync(int file) { return fails(false) ? -1 : 0; }

ssize_t write(int file, const void* bytes, size_t n_bytes) {
  REAL(ssize_t, write, (int, const void*, size_t));
  if (file <= STDERR_FILENO) return real(file, bytes, n_bytes);
  bool is_cut = (fault == KILL || fault == FULL_DISK) && count + 1 == at && n_bytes > 1;
  if (!is_cut) return fails(true) ? -1 : real(file, bytes, n_bytes);
  ssize_t n_written = real(file, bytes, n_bytes / 2);
  if (fault == KILL) raise(SIGKILL);
  ++count;
  return n_written;
}

static bool lacks_memory(void) { return fault == NO_MEMORY && ++count == at && fails_with(ENOMEM); }

void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void*, size_t);

void* malloc(size_t size) { return lacks_memory() ? NULL : __libc_malloc(size); }
void* calloc(size_t n, size_t size) { return lacks_memory() ? NULL : __libc_calloc(n, size); }
void* realloc(void* old, size_t size) { return lacks_memory() ? NULL : __libc_realloc(old, size); }
