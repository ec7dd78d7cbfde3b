// SPDX-License-Identifier: MIT
#ifndef SB_STATUS_H
#define SB_STATUS_H

#include "error.h"
#include "layers.h"

#include <sys/resource.h>
#include <sys/types.h>

/* Writers of the status records. A descriptor of -1 drops them, but for a failure, which then goes to standard error.
 * A reader that has gone away is no error: the end of the control descriptor tells of that. */

void sb_status_layers(int fd, const struct sb_layers *layers);
void sb_status_started(int fd, pid_t payload, pid_t init);
void sb_status_failed(int fd, const struct sb_error *error);
void sb_status_ended(int fd, int wait_status, const struct rusage *usage);

/* The exit status by which this program tells of a wait status: the code, or 128 + the signal. */
int sb_exit_code(int wait_status);

#endif
