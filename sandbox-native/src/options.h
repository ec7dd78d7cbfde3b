// SPDX-License-Identifier: MIT
#ifndef SB_OPTIONS_H
#define SB_OPTIONS_H

#include "plan.h"

/* Takes the arguments of an option, of which there are its `arity`, into the plan. */
typedef int sb_taker(struct sb_plan *plan, char *const *argument, struct sb_error *err);

/* One word of the plan and what it does. */
struct sb_option {
  const char *name;
  unsigned arity;
  unsigned modes; /* the enum sb_mode bits in which it makes sense */
  bool repeatable;
  sb_taker *take;
};

#define SB_OPTIONS_MAX 40

/* The table of all options; *ret_count is at most SB_OPTIONS_MAX. */
const struct sb_option *sb_options(size_t *ret_count);

/* Reads the number of an open descriptor from 3 up. */
int sb_parse_fd(const char *word, int *ret_fd, struct sb_error *err);

/* Decimal digits only: no sign, no blanks, no other base, nothing after the number. */
int sb_parse_number(const char *word, unsigned long long lowest, unsigned long long highest,
                    unsigned long long *ret_value, struct sb_error *err);

/* An absolute path; a plain one is used by the letter, without the parts that could lead elsewhere. */
int sb_check_path(const char *path, bool plain, struct sb_error *err);

/* The options that say what files there are. */
sb_taker sb_take_bind;
sb_taker sb_take_ro_bind;
sb_taker sb_take_ro_bind_try;
sb_taker sb_take_own_bind;
sb_taker sb_take_own_ro_bind;
sb_taker sb_take_bind_fd;
sb_taker sb_take_ro_bind_fd;
sb_taker sb_take_own_bind_fd;
sb_taker sb_take_own_ro_bind_fd;
sb_taker sb_take_tmpfs;
sb_taker sb_take_dir;
sb_taker sb_take_symlink;
sb_taker sb_take_proc;
sb_taker sb_take_dev;
sb_taker sb_take_device;

#endif
