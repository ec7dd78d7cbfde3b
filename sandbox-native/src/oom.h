// SPDX-License-Identifier: MIT
#ifndef SB_OOM_H
#define SB_OOM_H

/* A service that the system protects from being killed when memory runs out must not hand this on to its payloads: they
 * would outlive everybody else. Children made between the two calls start with a score of at least `least`.
 *
 * Raises this process's own; what it was, for sb_oom_restore. */
int sb_oom_raise(int proc, int least);
void sb_oom_restore(int proc, int least, int score);

#endif
