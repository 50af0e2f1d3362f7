// Makes the n-th change of a folder's files fail, or ends the process there. For LD_PRELOAD.
//
// Changes are counted from 1: opening for writing, write, truncate, fsync, rename, link, mkdir, unlink, rmdir, of paths
// below one folder only. What a real disk does in between is kept: a kill leaves half a write, and a full disk takes
// half of the first write. fsync itself is left out, since no power is cut here, and it is slow.
//
// A process is armed by its environment (FAULT_FOLDER, FAULT_AT, FAULT_KIND) or by calling `fault_arm`.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { NONE = 0, KILL = 1, IO_ERROR = 2, DISK_FULL = 3 };

static char folder[PATH_MAX];
static int fault_at, fault_kind, fault_no_swap;
static atomic_int count;

// Starts counting. `no_swap`: renameat2 says that the file system cannot do it.
void fault_arm(const char *path, int at, int kind, int no_swap) {
  snprintf(folder, sizeof folder, "%s", path);
  fault_at = at;
  fault_kind = kind;
  fault_no_swap = no_swap;
  atomic_store(&count, 0);
}

// The number of changes so far.
int fault_count(void) { return atomic_load(&count); }

__attribute__((constructor)) static void arm_from_environment(void) {
  const char *path = getenv("FAULT_FOLDER"), *at = getenv("FAULT_AT"), *kind = getenv("FAULT_KIND");
  if (path && at && kind) fault_arm(path, atoi(at), atoi(kind), 0);
}

static int is_below(const char *path) {
  size_t length = strlen(folder);
  return length && !strncmp(path, folder, length) && (path[length] == '/' || !path[length]);
}

static int is_open_below(int descriptor) {
  char link[64], path[PATH_MAX];
  if (!folder[0]) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return is_below(path);
}

static int is_at_below(int directory, const char *path) {
  char whole[2 * PATH_MAX], link[64], base[PATH_MAX] = "";
  if (!folder[0]) return 0;
  if (path[0] == '/') return is_below(path);
  if (directory == AT_FDCWD) {
    if (!getcwd(base, sizeof base)) return 0;
  } else {
    snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
    ssize_t length = readlink(link, base, sizeof base - 1);
    if (length < 0) return 0;
    base[length] = 0;
  }
  snprintf(whole, sizeof whole, "%s/%s", base, path);
  return is_below(whole);
}

static void end_process(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

// Counts one change. Returns whether it fails, with errno set. A full disk stays full, an I/O error passes.
static int fails(int needs_space) {
  int number = atomic_fetch_add(&count, 1) + 1;
  if (fault_kind == KILL && number == fault_at) end_process();
  if (fault_kind == IO_ERROR && number == fault_at) {
    errno = EIO;
    return 1;
  }
  if (fault_kind == DISK_FULL && number >= fault_at && needs_space) {
    errno = ENOSPC;
    return 1;
  }
  return 0;
}

#define REAL(result, name, ...) static result (*real)(__VA_ARGS__); if (!real) real = dlsym(RTLD_NEXT, name)

// The bytes of a write that are let through: all, half at a kill or when the disk gets full, or none with errno set.
static size_t let_through(int descriptor, size_t n_bytes, int *ends_after) {
  *ends_after = 0;
  if (!is_open_below(descriptor)) return n_bytes;
  int number = fault_count() + 1;
  if (number == fault_at && (fault_kind == KILL || fault_kind == DISK_FULL) && n_bytes > 1) {
    atomic_fetch_add(&count, 1);
    *ends_after = fault_kind == KILL;
    return n_bytes / 2;
  }
  return fails(1) ? 0 : n_bytes;
}

ssize_t write(int descriptor, const void *bytes, size_t n_bytes) {
  REAL(ssize_t, "write", int, const void *, size_t);
  int ends_after;
  size_t through = let_through(descriptor, n_bytes, &ends_after);
  if (n_bytes && !through) return -1;
  ssize_t done = real(descriptor, bytes, through);
  if (ends_after) end_process();
  return done;
}

#define PWRITE(name, offset_type)                                                                \
  ssize_t name(int descriptor, const void *bytes, size_t n_bytes, offset_type offset) {          \
    REAL(ssize_t, #name, int, const void *, size_t, offset_type);                                \
    int ends_after;                                                                              \
    size_t through = let_through(descriptor, n_bytes, &ends_after);                              \
    if (n_bytes && !through) return -1;                                                          \
    ssize_t done = real(descriptor, bytes, through, offset);                                     \
    if (ends_after) end_process();                                                               \
    return done;                                                                                 \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t writev(int descriptor, const struct iovec *pieces, int n_pieces) {
  REAL(ssize_t, "writev", int, const struct iovec *, int);
  return is_open_below(descriptor) && fails(1) ? -1 : real(descriptor, pieces, n_pieces);
}

ssize_t sendfile64(int out, int in, off64_t *offset, size_t n_bytes) {
  REAL(ssize_t, "sendfile64", int, int, off64_t *, size_t);
  return is_open_below(out) && fails(1) ? -1 : real(out, in, offset, n_bytes);
}

#define OPEN(name)                                                                               \
  int name(const char *path, int flags, ...) {                                                   \
    va_list rest;                                                                                \
    va_start(rest, flags);                                                                       \
    mode_t mode = va_arg(rest, mode_t);                                                          \
    va_end(rest);                                                                                \
    REAL(int, #name, const char *, int, ...);                                                    \
    if ((flags & O_ACCMODE) != O_RDONLY && is_at_below(AT_FDCWD, path) && fails(flags & O_CREAT)) return -1; \
    return real(path, flags, mode);                                                              \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                             \
  int name(int directory, const char *path, int flags, ...) {                                    \
    va_list rest;                                                                                \
    va_start(rest, flags);                                                                       \
    mode_t mode = va_arg(rest, mode_t);                                                          \
    va_end(rest);                                                                                \
    REAL(int, #name, int, const char *, int, ...);                                               \
    if ((flags & O_ACCMODE) != O_RDONLY && is_at_below(directory, path) && fails(flags & O_CREAT)) return -1; \
    return real(directory, path, flags, mode);                                                   \
  }
OPENAT(openat)
OPENAT(openat64)

#define TRUNCATE(name, size_type)                                                                \
  int name(int descriptor, size_type size) {                                                     \
    REAL(int, #name, int, size_type);                                                            \
    return is_open_below(descriptor) && fails(0) ? -1 : real(descriptor, size);                  \
  }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(name)                                                                               \
  int name(int descriptor) {                                                                     \
    REAL(int, #name, int);                                                                       \
    return is_open_below(descriptor) ? (fails(0) ? -1 : 0) : real(descriptor);                   \
  }
SYNC(fsync)
SYNC(fdatasync)

int rename(const char *from, const char *to) {
  REAL(int, "rename", const char *, const char *);
  return is_at_below(AT_FDCWD, to) && fails(0) ? -1 : real(from, to);
}

int renameat(int from_directory, const char *from, int to_directory, const char *to) {
  REAL(int, "renameat", int, const char *, int, const char *);
  return is_at_below(to_directory, to) && fails(0) ? -1 : real(from_directory, from, to_directory, to);
}

int renameat2(int from_directory, const char *from, int to_directory, const char *to, unsigned int flags) {
  REAL(int, "renameat2", int, const char *, int, const char *, unsigned int);
  if (fault_no_swap) {
    errno = EINVAL;
    return -1;
  }
  return is_at_below(to_directory, to) && fails(0) ? -1 : real(from_directory, from, to_directory, to, flags);
}

int link(const char *from, const char *to) {
  REAL(int, "link", const char *, const char *);
  return is_at_below(AT_FDCWD, to) && fails(1) ? -1 : real(from, to);
}

int mkdir(const char *path, mode_t mode) {
  REAL(int, "mkdir", const char *, mode_t);
  return is_at_below(AT_FDCWD, path) && fails(1) ? -1 : real(path, mode);
}

int mkdirat(int directory, const char *path, mode_t mode) {
  REAL(int, "mkdirat", int, const char *, mode_t);
  return is_at_below(directory, path) && fails(1) ? -1 : real(directory, path, mode);
}

int unlink(const char *path) {
  REAL(int, "unlink", const char *);
  return is_at_below(AT_FDCWD, path) && fails(0) ? -1 : real(path);
}

int unlinkat(int directory, const char *path, int flags) {
  REAL(int, "unlinkat", int, const char *, int);
  return is_at_below(directory, path) && fails(0) ? -1 : real(directory, path, flags);
}

int rmdir(const char *path) {
  REAL(int, "rmdir", const char *);
  return is_at_below(AT_FDCWD, path) && fails(0) ? -1 : real(path);
}
