// SPDX-License-Identifier: MIT
#ifndef SB_TREE_H
#define SB_TREE_H

#include <sys/types.h>

/* Descendants of this process, as seen in the /proc that `proc` is. `spare` is left alone itself, but not what it has
 * started; 0 spares nobody. Both need this process, or `spare`, to be the subreaper of what they walk. */

/* Stops every descendant, and lets them all go on. */
void sb_tree_stop(int proc, pid_t spare);
void sb_tree_continue(int proc, pid_t spare);

/* Kills every descendant and returns when none is left, also of those started meanwhile or in other sessions. */
void sb_tree_kill(int proc, pid_t spare);

#endif
