// SPDX-License-Identifier: MIT
#ifndef ATTACK_H
#define ATTACK_H

#include <stdbool.h>
#include <sys/types.h>

/* What the attacker knows of its victims. Nothing else of the host is ever touched. */
struct target {
  bool outside;             /* run without a sandbox, to show that the attacks work; then no harm is done */
  pid_t victim;             /* a process of the owner's, as the host numbers it */
  unsigned long long inode; /* of `secret` */
  const char *secret;       /* a file that only the owner may read */
  const char *scratch;      /* a folder to leave things in */
};

/* One attack, tried in a process of its own. 0 when it reached what it was after, else -1 with errno; an errno that is
 * no refusal means that the attack itself is wrong, and so does `mistaken`. */
struct attack {
  const char *group;
  const char *name;
  const char *needs;  /* words, each a condition without which not even a program outside succeeds; see needs.py */
  const char *design; /* why it may succeed, or "" */
  int (*run)(const struct target *target);
};

#define ATTACK(group, name, needs, run) {group, name, needs, "", run}
#define ALLOWED(group, name, needs, run, why) {group, name, needs, why, run}

/* One list a file, ended by a NULL group. */
extern const struct attack namespace_attacks[];
extern const struct attack mount_attacks[];
extern const struct attack privilege_attacks[];
extern const struct attack limit_attacks[];
extern const struct attack process_attacks[];
extern const struct attack kernel_attacks[];
extern const struct attack machine_attacks[];
extern const struct attack socket_attacks[];

/* For calls that are made with an argument which is looked at only after the caller's rights: failing with `number` is
 * as good as success, and changes nothing. */
int reached_if(long result, int number);

/* Outside: leaves the host's mounts, so that what happens to them happens in this process only. 0, or -1. */
int in_own_mounts(const struct target *target);

/* -1 with an errno that is a refusal: it came to nothing. */
int came_to_nothing(void);

#endif
