// SPDX-License-Identifier: MIT
#ifndef SB_CGROUP_H
#define SB_CGROUP_H

#include "error.h"

/* Opens a cgroup v2 directory in which nothing runs yet: it belongs to this run, and dies with it. */
int sb_cgroup_open(const char *path, struct sb_error *err);

/* Kills what is left in the cgroup and below, and waits until nothing is. */
void sb_cgroup_kill(int cgroup);

#endif
