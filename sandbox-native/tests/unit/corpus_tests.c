// SPDX-License-Identifier: MIT
/* Replays what fuzzing has found: see `make fuzz`. The promises are checked by the fuzzer's own target. */
#include "owned.h"
#include "plan_fuzz.h"
#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#define CORPUS "tests/fuzz/corpus"
#define INPUTS_MIN 50

/* The bytes lie on the heap with nothing behind them, so that a byte read beyond the end is noticed. */
static void replay(int folder, const char *name) {
  SB_OWNED_FD file = openat(folder, name, O_RDONLY | O_CLOEXEC);
  SB_OWNED_MEMORY unsigned char *bytes = NULL;
  struct stat found;
  size_t size;

  CHECK(file >= 0 && fstat(file, &found) == 0);
  size = (size_t)found.st_size;
  bytes = malloc(size > 0 ? size : 1);
  CHECK(bytes != NULL && read(file, bytes, size) == (ssize_t)size);
  CHECK(LLVMFuzzerTestOneInput(bytes, size) == 0);
}

static void inputs_of_the_corpus_break_no_promise(void) {
  DIR *folder = opendir(CORPUS);
  int count = 0;

  CHECK(folder != NULL);
  for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
    if (entry->d_name[0] == '.')
      continue;
    replay(dirfd(folder), entry->d_name);
    count++;
  }
  (void)closedir(folder);
  CHECK(count >= INPUTS_MIN);
}

const struct unit_test corpus_tests[] = {
    TEST(inputs_of_the_corpus_break_no_promise),
    {0},
};
