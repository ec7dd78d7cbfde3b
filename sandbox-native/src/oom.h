// SPDX-License-Identifier: MIT
#ifndef SB_OOM_H
#define SB_OOM_H

/* A service that the system protects from being killed when memory runs out must not hand this on to its payloads: they
 * would outlive everybody else. Children made between the two calls start without the protection.
 *
 * Suspends this process's own protection; what it was, for sb_oom_restore. */
int sb_oom_suspend(int proc);
void sb_oom_restore(int proc, int score);

#endif
