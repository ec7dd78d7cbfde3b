// SPDX-License-Identifier: MIT
#include "error.h"

#include <stdarg.h>
#include <stdio.h>

void sb_error_set(struct sb_error *err, int number, const char *format, ...) {
  va_list arguments;

  err->number = number;
  err->stage[0] = '\0';
  va_start(arguments, format);
  /* A text that is cut is still a text: the result is deliberately not looked at. */
  (void)vsnprintf(err->text, sizeof err->text, format, arguments);
  va_end(arguments);
}

int sb_fail_stage(struct sb_error *err, const char *stage) {
  if (err->stage[0] == '\0')
    (void)snprintf(err->stage, sizeof err->stage, "%s", stage);
  return -1;
}
