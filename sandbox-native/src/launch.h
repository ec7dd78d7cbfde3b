// SPDX-License-Identifier: MIT
#ifndef SB_LAUNCH_H
#define SB_LAUNCH_H

#include "stages.h"

/* A sandbox that is being built: the helper's view of its first process. */
struct sb_launched {
  pid_t init; /* as the host sees it */
  int pidfd;  /* of init */
  int socket; /* the helper's end of the pair */
};

/* Starts init, which builds the sandbox, confines itself and makes the payload. What becomes of that is told over the
 * socket; a failure here means that nothing was started, or that it has been killed. */
int sb_launch(struct sb_sandbox *sandbox, struct sb_launched *ret_launched, struct sb_error *err);

#endif
