// SPDX-License-Identifier: MIT
#ifndef SB_ERROR_H
#define SB_ERROR_H

#define SB_ERROR_TEXT_BYTES 640
#define SB_STAGE_BYTES 32

/* Why something could not be done. The convention everywhere: a function that can fail takes it as its last argument,
 * returns -1 after filling it and leaves it alone on success. */
struct sb_error {
  int number; /* errno, or 0 when no system call failed */
  char stage[SB_STAGE_BYTES];
  char text[SB_ERROR_TEXT_BYTES];
};

/* Fills *err and is -1, so that a failing path is one line. The text names the thing and the remedy. A macro, so that
 * compilers and analysers see the value. */
#define sb_fail(err, number, ...) (sb_error_set((err), (number), __VA_ARGS__), -1)

void sb_error_set(struct sb_error *err, int number, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Names the stage that failed, unless an inner one has already done so; returns -1. */
int sb_fail_stage(struct sb_error *err, const char *stage);

#endif
