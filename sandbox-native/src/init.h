// SPDX-License-Identifier: MIT
#ifndef SB_INIT_H
#define SB_INIT_H

#include "stages.h"

/* What init does once it is confined: makes the payload, reaps, relays signals, and ends when the payload or the helper
 * does. It is pid 1 of a new sandbox; elsewhere it is a subreaper. Never returns. */
_Noreturn void sb_init_run(struct sb_sandbox *sandbox);

/* Tells the helper why nothing will run, and exits. */
_Noreturn void sb_init_give_up(const struct sb_sandbox *sandbox, const struct sb_error *err);

#endif
