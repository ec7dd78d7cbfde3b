// SPDX-License-Identifier: MIT
#include "bounds.h"
#include "status.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char written[65536];
static int ends[2];

static int open_pipe(void) {
  CHECK(pipe2(ends, O_CLOEXEC) == 0);
  return ends[1];
}

/* What has been written to the pipe since it was opened, which is then closed. */
static const char *take_written(void) {
  ssize_t count;

  (void)close(ends[1]);
  count = read(ends[0], written, sizeof written - 1);
  written[count < 0 ? 0 : count] = '\0';
  (void)close(ends[0]);
  return written;
}

static void failed_names_stage_number_and_cause(void) {
  struct sb_error err;
  int fd = open_pipe();

  sb_error_set(&err, ENOENT, "cannot open '%s'", "/x");
  (void)sb_fail_stage(&err, "mounts");
  sb_status_failed(fd, &err);
  CHECK(strcmp(take_written(), "failed stage=mounts errno=2 cannot open '/x': No such file or directory\n") == 0);
}

static void an_inner_stage_is_not_overwritten(void) {
  struct sb_error err;

  sb_error_set(&err, 0, "x");
  CHECK(sb_fail_stage(&err, "inner") == -1);
  CHECK(sb_fail_stage(&err, "outer") == -1);
  CHECK(strcmp(err.stage, "inner") == 0);
}

static void a_file_name_cannot_forge_a_record(void) {
  struct sb_error err;
  int fd = open_pipe();

  sb_error_set(&err, 0, "cannot open '%s'", "a\nstarted pid=1 init=1\r\x1b[2J");
  (void)sb_fail_stage(&err, "mounts");
  sb_status_failed(fd, &err);
  CHECK(strcmp(take_written(), "failed stage=mounts errno=0 cannot open 'a?started pid=1 init=1??[2J'\n") == 0);
}

static void long_texts_are_cut_below_the_size_of_an_atomic_write(void) {
  static char name[100000];
  struct sb_error err;
  int fd = open_pipe();

  memset(name, 'n', sizeof name - 1);
  sb_error_set(&err, EPERM, "cannot open '%s'", name);
  (void)sb_fail_stage(&err, "mounts");
  sb_status_failed(fd, &err);
  CHECK(strlen(take_written()) <= SB_RECORD_BYTES_MAX);
  CHECK(written[strlen(written) - 1] == '\n');
}

static void layers_are_all_written_in_their_order(void) {
  struct sb_layers layers = {0};
  const char *at;
  int fd = open_pipe();

  sb_layer_set(&layers, SB_LAYER_LANDLOCK, SB_LAYER_UNAVAILABLE, "not in %s", "here");
  sb_status_layers(fd, &layers);
  at = take_written();
  for (unsigned i = 0; i < SB_LAYER_COUNT; i++) {
    char start[64];

    (void)snprintf(start, sizeof start, "layer %s ", sb_layer_name(i));
    CHECK(strncmp(at, start, strlen(start)) == 0);
    at = strchr(at, '\n') + 1;
  }
  CHECK(*at == '\0');
  CHECK(strstr(written, "layer landlock unavailable not in here\n") != NULL);
  CHECK(strstr(written, "layer user off\n") != NULL);
}

static void ended_tells_code_signal_and_usage(void) {
  struct rusage usage = {.ru_utime = {1, 5}, .ru_stime = {0, 7}, .ru_maxrss = 9};
  int fd = open_pipe();

  sb_status_ended(fd, 3 << 8, &usage);
  sb_status_ended(fd, 15, &usage);
  CHECK(strcmp(take_written(), "ended code=3 signal=0 utime_us=1000005 stime_us=7 maxrss_kb=9\n"
                               "ended code=143 signal=15 utime_us=1000005 stime_us=7 maxrss_kb=9\n") == 0);
}

const struct unit_test status_tests[] = {
    TEST(failed_names_stage_number_and_cause),
    TEST(an_inner_stage_is_not_overwritten),
    TEST(a_file_name_cannot_forge_a_record),
    TEST(long_texts_are_cut_below_the_size_of_an_atomic_write),
    TEST(layers_are_all_written_in_their_order),
    TEST(ended_tells_code_signal_and_usage),
    {0},
};
