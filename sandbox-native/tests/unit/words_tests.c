// SPDX-License-Identifier: MIT
#include "owned.h"
#include "plan.h"
#include "unit.h"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Splits a copy of exactly `length` bytes on the heap, so that a byte read beyond it is noticed. */
static int split(const char *bytes, size_t length, struct sb_error *err, size_t *ret_count) {
  SB_OWNED_MEMORY char *copy = length == 0 ? NULL : malloc(length);
  struct sb_words words = {0};

  CHECK(length == 0 || copy != NULL);
  if (length > 0)
    memcpy(copy, bytes, length);
  if (sb_words_split(&words, copy, length, err) < 0)
    return -1;
  CHECK(words.list[words.count] == NULL);
  *ret_count = words.count;
  free((void *)words.list);
  return 0;
}

static void split_finds_every_word_and_empty_ones(void) {
  struct sb_error err;
  size_t count;

  CHECK(split("a\0\0bc\0", 6, &err, &count) == 0);
  CHECK(count == 3);
}

static void split_refuses_an_empty_plan(void) {
  struct sb_error err;
  size_t count;

  CHECK(split("", 0, &err, &count) < 0);
  CHECK(strstr(err.text, "empty") != NULL);
}

static void split_refuses_a_last_word_without_nul(void) {
  struct sb_error err;
  size_t count;

  CHECK(split("a\0b", 3, &err, &count) < 0);
  CHECK(strstr(err.text, "cut short") != NULL);
}

static void split_refuses_five_thousand_words(void) {
  static const char words[10000];
  struct sb_error err;
  size_t count;

  CHECK(split(words, SB_PLAN_WORDS_MAX, &err, &count) == 0);
  CHECK(split(words, 5000, &err, &count) < 0);
  CHECK(strstr(err.text, "5000 words") != NULL);
}

/* Writes `length` bytes into a pipe from another process, because a pipe holds less than a plan may. */
static int read_plan_of(size_t length, char **ret_bytes, size_t *ret_length, struct sb_error *err) {
  static const char zeros[4096];
  int ends[2];
  int result;
  pid_t writer;

  CHECK(pipe2(ends, O_CLOEXEC) == 0);
  writer = fork();
  if (writer == 0) {
    for (size_t done = 0; done < length;) {
      size_t part = length - done < sizeof zeros ? length - done : sizeof zeros;
      ssize_t count = write(ends[1], zeros, part);

      if (count < 0)
        _exit(1);
      done += (size_t)count;
    }
    _exit(0);
  }
  (void)close(ends[1]);
  result = sb_plan_read(ends[0], ret_bytes, ret_length, err);
  (void)close(ends[0]);
  CHECK(waitpid(writer, NULL, 0) == writer);
  return result;
}

static void read_takes_a_plan_of_one_mebibyte(void) {
  struct sb_error err;
  char *bytes = NULL;
  size_t length;

  CHECK(read_plan_of(SB_PLAN_BYTES_MAX, &bytes, &length, &err) == 0);
  CHECK(length == SB_PLAN_BYTES_MAX);
  free(bytes);
}

static void read_refuses_one_byte_more(void) {
  struct sb_error err;
  char *bytes = NULL;
  size_t length;

  CHECK(read_plan_of(SB_PLAN_BYTES_MAX + 1, &bytes, &length, &err) < 0);
  CHECK(bytes == NULL);
  CHECK(strstr(err.text, "longer than") != NULL);
}

static void read_names_a_descriptor_that_cannot_be_read(void) {
  struct sb_error err;
  char *bytes = NULL;
  size_t length;

  CHECK(sb_plan_read(-1, &bytes, &length, &err) < 0);
  CHECK(strstr(err.text, "descriptor -1") != NULL);
}

const struct unit_test words_tests[] = {
    TEST(split_finds_every_word_and_empty_ones),       TEST(split_refuses_an_empty_plan),
    TEST(split_refuses_a_last_word_without_nul),       TEST(split_refuses_five_thousand_words),
    TEST(read_takes_a_plan_of_one_mebibyte),           TEST(read_refuses_one_byte_more),
    TEST(read_names_a_descriptor_that_cannot_be_read), {0},
};
