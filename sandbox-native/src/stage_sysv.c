// SPDX-License-Identifier: MIT
#include "owned.h"
#include "stages.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Shared memory that nobody has attached, and messages that nobody has fetched, are no process's: nothing that looks at
 * processes counts them. The IPC namespace can bound them, but only the host's root may say so; where that is not done
 * the seccomp filter leaves no way to make any. */
static const struct {
  const char *path; /* below /proc */
  unsigned long most;
} limits[] = {
    {"sys/kernel/shmall", SB_SYSV_SHM_BYTES / 4096},
    {"sys/kernel/msgmni", SB_SYSV_QUEUES},
    {"sys/kernel/msgmnb", SB_SYSV_QUEUE_BYTES},
};

#define LIMITS (sizeof limits / sizeof limits[0])

static bool write_limits(int proc) {
  for (size_t i = 0; i < LIMITS; i++) {
    SB_OWNED_FD file = openat(proc, limits[i].path, O_WRONLY | O_CLOEXEC);
    char text[32];
    int length = snprintf(text, sizeof text, "%lu", limits[i].most);

    if (file < 0 || write(file, text, (size_t)length) != length)
      return false;
  }
  return true;
}

void sb_bound_sysv(struct sb_sandbox *sandbox) {
  /* Root that may not is no more than a user: see above. */
  sandbox->ipc_made = unshare(CLONE_NEWIPC) == 0;
  sandbox->sysv_bounded = sandbox->ipc_made && write_limits(sandbox->proc);
}

static unsigned long read_limit(int proc, const char *path) {
  SB_OWNED_FD file = openat(proc, path, O_RDONLY | O_CLOEXEC);
  char text[32];
  ssize_t length = file < 0 ? -1 : read(file, text, sizeof text - 1);

  if (length <= 0)
    return ~0UL;
  text[length] = '\0';
  return strtoul(text, NULL, 10);
}

int sb_stage_sysv(struct sb_sandbox *sandbox, struct sb_error *err) {
  (void)err;
  sandbox->sysv_bounded = true;
  for (size_t i = 0; i < LIMITS; i++)
    sandbox->sysv_bounded = sandbox->sysv_bounded && read_limit(sandbox->proc, limits[i].path) <= limits[i].most;
  return 0;
}
