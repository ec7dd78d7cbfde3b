// SPDX-License-Identifier: MIT
#ifndef SB_SIGNALS_H
#define SB_SIGNALS_H

/* Gives every signal its default action. A JVM and a shell leave some ignored, which would outlive an exec. */
void sb_signals_reset(void);

#endif
