// SPDX-License-Identifier: MIT
#ifndef SB_PAYLOAD_H
#define SB_PAYLOAD_H

#include "stages.h"

/* In the child that becomes the payload: the last steps, then exec. On failure the helper is told over the socket, one
 * byte is written to `failure`, which exec would have closed, and the process exits. */
_Noreturn void sb_payload_run(const struct sb_sandbox *sandbox, int failure);

#endif
