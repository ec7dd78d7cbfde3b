// SPDX-License-Identifier: MIT
#ifndef SB_DESCRIPTORS_H
#define SB_DESCRIPTORS_H

#include "error.h"

#include <stddef.h>
#include <sys/types.h>

/* Opens what the caller left closed of 0, 1 and 2: the next files opened here would take these numbers, and the payload
 * would get them. */
void sb_fill_stdio(void);

/* Closes every descriptor from 3 up but the `count` kept ones, of which those below 0 do not count, and marks these
 * close-on-exec. */
int sb_close_others(const int *kept, size_t count, struct sb_error *err);

/* Lets go of the payload's 0, 1 and 2, so that a reader of its output sees the end when the payload closes them. */
void sb_release_stdio(int null);

/* As root: gives those of 0, 1 and 2 that are pipes to the host ids. A pipe can be opened anew by its owner only, which
 * a script does that writes to /dev/stderr. */
int sb_give_stdio(uid_t uid, gid_t gid, struct sb_error *err);

#endif
