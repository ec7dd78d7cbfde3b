// SPDX-License-Identifier: MIT
#ifndef SB_SUPERVISE_H
#define SB_SUPERVISE_H

#include "launch.h"

/* Follows a sandbox to its end: writes its status records, carries out control bytes, forwards the signals that reach
 * this process, and leaves nothing behind. The exit status for this process. `signals` is a signalfd. */
int sb_supervise(struct sb_sandbox *sandbox, struct sb_launched *launched, int signals);

#endif
