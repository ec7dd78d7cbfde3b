// SPDX-License-Identifier: MIT
#ifndef SB_HELP_H
#define SB_HELP_H

/* The manual, as --help prints it; the text is in help.txt. */
extern const char sb_help_text[];

#endif
