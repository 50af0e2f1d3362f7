/* The C interface, from C. */
#include <kokoro_fast/kokoro_host_c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;

#define CHECK(condition)                                             \
  do {                                                               \
    if (!(condition)) {                                              \
      printf("FAILED  %s:%d: %s\n", __FILE__, __LINE__, #condition); \
      ++failures;                                                    \
    }                                                                \
  } while (0)

typedef struct {
  int64_t n_samples;
  int64_t n_frames;
  int n_parts;
  int stop_after;
} Heard;

static int hear(const kokoro_part* part, void* user) {
  Heard* heard = user;
  int64_t i;
  heard->n_samples += part->n_samples;
  for (i = 0; i < part->n_durations; ++i) heard->n_frames += part->durations[i];
  return ++heard->n_parts != heard->stop_after;
}

static const char* next_line(void* user) {
  const char*** next = user;
  return **next == NULL ? NULL : *(*next)++;
}

int main(void) {
  const char* folder = getenv("KOKORO_HOST_FOLDER");
  const char* lines[] = {"h\xc9\x99l\xcb\x88O", "h\xc9\x99l\xcb\x88O", NULL};
  const char** next = lines;
  char error[256] = "";
  char small[8] = "";
  kokoro_host* host = NULL;
  kokoro_cancel* cancel = kokoro_cancel_new();
  kokoro_request request = kokoro_default_request();
  Heard heard = {0, 0, 0, 0};
  float style[255] = {0};

  if (folder == NULL) {
    puts("skipped: KOKORO_HOST_FOLDER names no artifact folder");
    return 77;
  }
  CHECK(kokoro_open("no such folder", 1, &host, small, sizeof small) == KOKORO_MISSING_FILE);
  CHECK(host == NULL && strlen(small) == sizeof small - 1);
  CHECK(kokoro_open(NULL, 1, &host, error, sizeof error) == KOKORO_BAD_ARGUMENT);
  CHECK(kokoro_open(folder, 1, NULL, NULL, 0) == KOKORO_BAD_ARGUMENT);
  CHECK(kokoro_open(folder, 1, &host, error, sizeof error) == KOKORO_OK);
  if (host == NULL) {
    printf("FAILED  %s\n", error);
    return 1;
  }
  CHECK(kokoro_sample_rate(host) == 24000);
  CHECK(kokoro_n_voices(host) > 0);
  CHECK(kokoro_voice(host, kokoro_n_voices(host)) == NULL);

  request.phonemes = lines[0];
  request.voice = kokoro_voice(host, 0);
  CHECK(kokoro_speak(host, &request, hear, &heard, error, sizeof error) == KOKORO_OK);
  CHECK(error[0] == '\0');
  CHECK(heard.n_parts == 1 && heard.n_samples == 600 * heard.n_frames && heard.n_samples > 6000);

  CHECK(kokoro_speak(host, NULL, hear, &heard, error, sizeof error) == KOKORO_BAD_ARGUMENT);
  CHECK(kokoro_speak(host, &request, NULL, &heard, error, sizeof error) == KOKORO_BAD_ARGUMENT);
  CHECK(kokoro_speak(NULL, &request, hear, &heard, error, sizeof error) == KOKORO_BAD_ARGUMENT);
  request.speed = 3;
  CHECK(kokoro_speak(host, &request, hear, &heard, error, sizeof error) == KOKORO_BAD_ARGUMENT);
  CHECK(strstr(error, "speed") != NULL);
  request.speed = 1;
  request.voice = NULL;
  request.style = style;
  request.n_style = 255;
  CHECK(kokoro_speak(host, &request, hear, &heard, error, sizeof error) == KOKORO_BAD_ARGUMENT);
  request.n_style = (size_t)-1;
  CHECK(kokoro_speak(host, &request, hear, &heard, error, sizeof error) == KOKORO_BAD_ARGUMENT);
  request.style = NULL;
  request.phonemes = NULL;
  request.ids = &heard.n_samples;
  request.n_ids = (size_t)-1;
  CHECK(kokoro_speak(host, &request, hear, &heard, error, sizeof error) == KOKORO_BAD_ARGUMENT);
  request.ids = NULL;
  request.phonemes = lines[0];
  request.voice = "af_nobody";
  CHECK(kokoro_speak(host, &request, hear, &heard, error, sizeof error) == KOKORO_UNKNOWN_VOICE);

  request.voice = kokoro_voice(host, 0);
  request.phonemes = NULL;
  memset(&heard, 0, sizeof heard);
  CHECK(kokoro_speak_lines(host, &request, next_line, &next, hear, &heard, error, sizeof error) == KOKORO_OK);
  CHECK(heard.n_parts == 2);
  next = lines;
  heard.n_parts = 0;
  heard.stop_after = 1;
  CHECK(kokoro_speak_lines(host, &request, next_line, &next, hear, &heard, error, sizeof error) == KOKORO_STOPPED);
  CHECK(heard.n_parts == 1);
  next = lines;
  request.cancel = cancel;
  kokoro_cancel_now(cancel);
  CHECK(kokoro_speak_lines(host, &request, next_line, &next, hear, &heard, error, sizeof error) == KOKORO_STOPPED);

  kokoro_close(host);
  kokoro_close(NULL);
  kokoro_cancel_free(cancel);
  kokoro_cancel_free(NULL);
  if (failures == 0) puts("ok");
  return failures == 0 ? 0 : 1;
}
