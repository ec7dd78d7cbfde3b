// SPDX-License-Identifier: MIT
#ifndef SB_PROBE_H
#define SB_PROBE_H

#include <stdbool.h>

/* Tries each layer for real and prints one line about each. Whether a full sandbox can be made here. */
bool sb_probe(void);

#endif
