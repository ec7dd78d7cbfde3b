// SPDX-License-Identifier: MIT
#ifndef SB_REMEDY_H
#define SB_REMEDY_H

/* What to change on this host so that user namespaces can be made, for the errno with which making one failed. Looks at
 * the switches that distributions have. */
const char *sb_remedy_namespaces(int number);

/* What to change when a process is refused what its new user namespace should allow it: mounting, more namespaces. */
const char *sb_remedy_inside(void);

#endif
