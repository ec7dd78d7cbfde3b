// SPDX-License-Identifier: MIT
#ifndef UNIT_H
#define UNIT_H

#include <stdbool.h>

/* One test: its name says what must hold. */
struct unit_test {
  const char *name;
  void (*run)(void);
};

/* Each file of tests offers one list, ended by a NULL name. */
extern const struct unit_test plan_tests[];
extern const struct unit_test words_tests[];
extern const struct unit_test seccomp_tests[];
extern const struct unit_test status_tests[];
extern const struct unit_test corpus_tests[];

/* Fails the test that is running, and goes on with the next. */
_Noreturn void unit_fail(const char *file, int line, const char *what);

#define CHECK(condition) ((condition) ? (void)0 : unit_fail(__FILE__, __LINE__, #condition))

/* One line of a list. */
#define TEST(name) {#name, name}

#endif
