// SPDX-License-Identifier: MIT
#ifndef SB_HELP_H
#define SB_HELP_H

/* The manual, as --help prints it. */
extern const char sb_help_text[];

#endif
