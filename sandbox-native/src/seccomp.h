// SPDX-License-Identifier: MIT
#ifndef SB_SECCOMP_H
#define SB_SECCOMP_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How the filter treats a system call that it does not simply let through. */
enum sb_rule_kind {
  SB_RULE_REFUSE,        /* always */
  SB_RULE_REFUSE_BITS,   /* when the argument has any bit of values[0] */
  SB_RULE_REFUSE_EQUAL,  /* when (argument & mask) == values[0] */
  SB_RULE_REFUSE_OTHERS, /* unless the argument is one of the values */
  SB_RULE_REFUSE_MODE    /* as BITS, but only when the argument before it has a bit of `mask` */
};

#define SB_RULE_VALUES 3

/* One line of the table. Arguments are compared by their low 32 bits, which is all that the kernel looks at in them. */
struct sb_rule {
  const char *name;
  unsigned call;
  enum sb_rule_kind kind;
  uint16_t number; /* the errno with which a refused call fails */
  uint8_t argument;
  uint32_t mask;
  uint32_t values[SB_RULE_VALUES]; /* a list that is shorter repeats its last one */
};

/* The table of this machine's architecture. */
const struct sb_rule *sb_seccomp_rules(size_t *ret_count);

/* The highest system call that the table's authors have judged; newer ones fail with ENOSYS. */
unsigned sb_seccomp_highest(void);

/* Whether the table has a rule for the named call, so that allowing it makes a difference. */
bool sb_seccomp_refuses(const char *name);

/* The longest rule: a guard, two loads, up to three comparisons, the refusal and a reload. */
#define SB_RULE_INSTRUCTIONS_MAX 8
/* Room for the table and for the checks before and after it. */
#define SB_FILTER_MAX 1024

/* Builds the filter from the table without the rules of the allowed names, and without those of System V IPC where that
 * is bounded. The number of instructions written. */
size_t sb_seccomp_build(struct sock_filter filter[SB_FILTER_MAX], const char *const *allowed, size_t allowed_count,
                        bool sysv_bounded);

#endif
