// SPDX-License-Identifier: MIT
#include "unit.h"

#include <setjmp.h>
#include <stdio.h>

static jmp_buf next_test;
static const char *running;

_Noreturn void unit_fail(const char *file, int line, const char *what) {
  (void)printf("FAIL %s\n     %s:%d: %s\n", running, file, line, what);
  longjmp(next_test, 1);
}

static bool passes(const struct unit_test *test) {
  running = test->name;
  if (setjmp(next_test) != 0)
    return false;
  test->run();
  return true;
}

int main(void) {
  static const struct unit_test *const lists[] = {words_tests, plan_tests, seccomp_tests, status_tests, corpus_tests};
  unsigned passed = 0;
  unsigned failed = 0;

  for (unsigned i = 0; i < sizeof lists / sizeof lists[0]; i++) {
    for (const struct unit_test *test = lists[i]; test->name != NULL; test++) {
      if (passes(test))
        passed++;
      else
        failed++;
    }
  }
  (void)printf("unit tests: %u passed, %u failed\n", passed, failed);
  return failed != 0;
}
