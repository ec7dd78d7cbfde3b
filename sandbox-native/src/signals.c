// SPDX-License-Identifier: MIT
#include "signals.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The bytes of a signal set, as the kernel counts them. */
#define KERNEL_SIGSET_BYTES 8

void sb_signals_reset(void) {
  /* Larger than the kernel's struct sigaction on any architecture; all zero is the default action. */
  static const unsigned long action[8];

  /* Not through the C library, which keeps two signals to itself and leaves these as they were inherited. The calls for
   * SIGKILL and SIGSTOP fail, and need not succeed. */
  for (int number = 1; number < NSIG; number++)
    (void)syscall(SYS_rt_sigaction, number, action, (void *)0, KERNEL_SIGSET_BYTES);
}
