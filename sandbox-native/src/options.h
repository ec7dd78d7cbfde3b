// SPDX-License-Identifier: MIT
#ifndef SB_OPTIONS_H
#define SB_OPTIONS_H

#include "plan.h"

/* One word of the plan and what it does. */
struct sb_option {
  const char *name;
  unsigned arity;
  unsigned modes; /* the enum sb_mode bits in which it makes sense */
  bool repeatable;
  /* Takes the arguments of the option, of which there are `arity`, into the plan. */
  int (*take)(struct sb_plan *plan, char *const *argument, struct sb_error *err);
};

#define SB_OPTIONS_MAX 40

/* The table of all options; *ret_count is at most SB_OPTIONS_MAX. */
const struct sb_option *sb_options(size_t *ret_count);

/* Reads the number of an open descriptor from 3 up. */
int sb_parse_fd(const char *word, int *ret_fd, struct sb_error *err);

#endif
