// SPDX-License-Identifier: MIT
#ifndef SB_PROGRAM_H
#define SB_PROGRAM_H

#include "plan.h"

#include <stddef.h>

/* The payload's first program may be a script whose interpreter is /proc/self/exe: then it is this program that runs
 * inside, where the payload's other processes can take hold of its file. Landlock refuses that. Without it the file
 * must be out of the payload's power: where it belongs to the user who starts the sandbox, who is the payload's user
 * too, this runs the program again from a sealed copy in memory, and does not return.
 *
 * `arguments` are the program's own; `bytes` is the plan as it was read from a descriptor, or NULL. 0 when there is
 * nothing to do. */
int sb_program_protect(const struct sb_plan *plan, char **arguments, const char *bytes, size_t length,
                       struct sb_error *err);

#endif
