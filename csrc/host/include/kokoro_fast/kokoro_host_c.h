/* kokoro_host.h for C, and for every language that can call C. The same rules hold: nothing throws, a host may be used
 * by several threads at once.
 *
 * The structures grow with new versions of the library, and so does the number in its file name: compile against the
 * header of the library that is installed.
 *
 * Every function that can fail returns a code, 0 for success, and writes one line into `error`, cut to `error_size`
 * bytes with the zero at its end. `error` may be null. */
#ifndef KOKORO_FAST_KOKORO_HOST_C_H
#define KOKORO_FAST_KOKORO_HOST_C_H

#include <stddef.h>
#include <stdint.h>

#define KOKORO_API __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

enum {
  KOKORO_OK = 0,
  KOKORO_BAD_ARGUMENT = 1,    /* ids, phonemes, style, speed and so on, of a call */
  KOKORO_UNKNOWN_VOICE = 2,   /* the folder has no voice of this name */
  KOKORO_MISSING_FILE = 3,    /* the folder, or a file of it */
  KOKORO_DAMAGED_FILE = 4,    /* a file is not what the manifest says */
  KOKORO_MISMATCH = 5,        /* made for another format, kind, torch or CPU than this one */
  KOKORO_STOPPED = 6,         /* the callback asked for it, or a cancel */
  KOKORO_CALLBACK_FAILED = 7, /* the callback threw */
  KOKORO_MODEL_FAILED = 8,    /* torch reported an error */
  KOKORO_OUT_OF_MEMORY = 9,
  KOKORO_CANNOT_WRITE = 10
};

typedef struct kokoro_host kokoro_host;
typedef struct kokoro_cancel kokoro_cancel;

/* What to say, and how: begin with kokoro_default_request(). Exactly one of phonemes and ids, and one of voice and
 * style; for kokoro_speak_lines only a voice. */
typedef struct {
  const char* phonemes; /* UTF-8, 1 to 510 symbols of the vocabulary; or null */
  const int64_t* ids;   /* their numbers, each 0 to 177, without the boundary ids; or null */
  size_t n_ids;
  const char* voice;  /* or null */
  const float* style; /* 256 values, one row of a voice; or null */
  size_t n_style;
  double speed;                /* 0.5 to 2 */
  uint64_t seed;               /* of the breath noise */
  double noise;                /* its loudness, 1 as trained, 0 none */
  const kokoro_cancel* cancel; /* or null */
  int early; /* for kokoro_speak_lines: 1 for the first half second of sound early, see kokoro_host.h */
} kokoro_request;

/* Finished speech. The pointers are valid until the callback returns; they may be null where the count is 0. */
typedef struct {
  const float* samples; /* 24,000 a second */
  int64_t n_samples;
  const int64_t* durations; /* frames of 600 samples, for each symbol and the two boundary ids */
  int64_t n_durations;
  int64_t chunk;        /* which line, from 0 */
  int64_t first_sample; /* where the samples begin on the timeline */
  int64_t origin;       /* where on the timeline the durations begin */
} kokoro_part;

typedef int (*kokoro_callback)(const kokoro_part* part, void* user); /* 0: stop */
/* Returns the next line, zero-terminated and valid until the next call, or null at the end. */
typedef const char* (*kokoro_next_line)(void* user);

KOKORO_API kokoro_request kokoro_default_request(void);

/* threads: up to 256; 0 for as many as this process has physical cores. *host is null after an error. */
KOKORO_API int kokoro_open(const char* folder, int threads, kokoro_host** host, char* error, size_t error_size);
KOKORO_API void kokoro_close(kokoro_host* host); /* null is fine; not while it speaks */

KOKORO_API int kokoro_sample_rate(const kokoro_host* host);
KOKORO_API size_t kokoro_n_voices(const kokoro_host* host);
KOKORO_API const char* kokoro_voice(const kokoro_host* host, size_t index); /* null beyond the last */

/* One utterance, exactly as the model makes it, in one part. */
KOKORO_API int kokoro_speak(const kokoro_host* host, const kokoro_request* request, kokoro_callback callback,
                            void* user, char* error, size_t error_size);
/* Phoneme lines joined on one timeline, one part for each. */
KOKORO_API int kokoro_speak_lines(const kokoro_host* host, const kokoro_request* request, kokoro_next_line next_line,
                                  void* next_line_user, kokoro_callback callback, void* user, char* error,
                                  size_t error_size);

/* Ends speech from another thread. */
KOKORO_API kokoro_cancel* kokoro_cancel_new(void); /* null: no memory */
KOKORO_API void kokoro_cancel_now(kokoro_cancel* cancel);
KOKORO_API void kokoro_cancel_reset(kokoro_cancel* cancel);
KOKORO_API void kokoro_cancel_free(kokoro_cancel* cancel); /* null is fine; not while a request has it */

#ifdef __cplusplus
}
#endif
#endif
