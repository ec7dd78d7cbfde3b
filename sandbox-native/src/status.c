// SPDX-License-Identifier: MIT
#include "status.h"
#include "bounds.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Writes one record in one piece. Control characters become '?': a file name must not be able to forge a record. */
__attribute__((format(printf, 2, 3))) static void write_record(int fd, const char *format, ...) {
  char line[SB_RECORD_BYTES_MAX];
  va_list arguments;
  size_t length;
  ssize_t count;

  va_start(arguments, format);
  (void)vsnprintf(line, sizeof line - 1, format, arguments);
  va_end(arguments);
  length = strlen(line);
  while (length > 0 && line[length - 1] == ' ')
    length--;
  for (size_t i = 0; i < length; i++) {
    if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
      line[i] = '?';
  }
  line[length++] = '\n';
  do {
    count = write(fd, line, length);
  } while (count < 0 && errno == EINTR);
}

void sb_status_layers(int fd, const struct sb_layers *layers) {
  if (fd < 0)
    return;
  for (unsigned i = 0; i < SB_LAYER_COUNT; i++)
    write_record(fd, "layer %s %s %.*s", sb_layer_name(i), sb_layer_state_name(layers->state[i]), SB_LAYER_TEXT_BYTES,
                 layers->text[i]);
}

void sb_status_started(int fd, pid_t payload, pid_t init) {
  if (fd >= 0)
    write_record(fd, "started pid=%d init=%d", (int)payload, (int)init);
}

void sb_status_failed(int fd, const struct sb_error *error) {
  const char *cause = error->number == 0 ? "" : strerrordesc_np(error->number);
  char text[SB_ERROR_TEXT_BYTES + 128];

  (void)snprintf(text, sizeof text, "%s%s%s", error->text, error->number == 0 ? "" : ": ", cause == NULL ? "" : cause);
  if (fd >= 0)
    write_record(fd, "failed stage=%s errno=%d %s", error->stage, error->number, text);
  else
    write_record(STDERR_FILENO, "agentos-sandbox: %s: %s", error->stage, text);
}

int sb_exit_code(int wait_status) {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

static long long microseconds(const struct timeval *time) {
  return (long long)time->tv_sec * 1000000LL + (long long)time->tv_usec;
}

void sb_status_ended(int fd, int wait_status, const struct rusage *usage) {
  if (fd >= 0)
    write_record(fd, "ended code=%d signal=%d utime_us=%lld stime_us=%lld maxrss_kb=%ld", sb_exit_code(wait_status),
                 WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : 0, microseconds(&usage->ru_utime),
                 microseconds(&usage->ru_stime), usage->ru_maxrss);
}
