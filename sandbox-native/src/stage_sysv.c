// SPDX-License-Identifier: MIT
#include "message.h"
#include "owned.h"
#include "stages.h"
#include "syscalls.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/msg.h>
#include <sys/shm.h>
#include <unistd.h>

/* Shared memory that nobody has attached, and messages that nobody has fetched, are no process's: nothing that looks at
 * processes counts them. The IPC namespace can bound them, but only the host's root may say so; where that is not done
 * the seccomp filter leaves no way to make any. */
#define SHM_PAGES (SB_SYSV_SHM_BYTES / 4096)

static void write_limit(int proc, const char *path, unsigned long most) {
  SB_OWNED_FD file = openat(proc, path, O_WRONLY | O_CLOEXEC);
  char text[32];
  int length = snprintf(text, sizeof text, "%lu", most);

  /* Whether it came to pass is what init looks at. */
  if (file >= 0)
    (void)!write(file, text, (size_t)length);
}

/* A /proc of its own: in one that is shared, the kernel looks through the limits of all sandboxes to find these. */
static int new_proc(void) {
  SB_OWNED_FD context = sb_fsopen("proc");

  if (context < 0 || sb_fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL) < 0)
    return -1;
  return sb_fsmount(context, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
}

int sb_bound_sysv(int proc, pid_t init) {
  SB_OWNED_FD namespace = -1;
  char path[64];
  int limits;

  (void)snprintf(path, sizeof path, "%d/ns/ipc", (int)init);
  namespace = openat(proc, path, O_RDONLY | O_CLOEXEC);
  /* Root that may not is no more than a user: see above. */
  if (namespace < 0 || setns(namespace, CLONE_NEWIPC) < 0)
    return -1;
  limits = new_proc();
  if (limits < 0)
    return -1;
  write_limit(limits, "sys/kernel/shmall", SHM_PAGES);
  write_limit(limits, "sys/kernel/msgmni", SB_SYSV_QUEUES);
  return limits;
}

static bool is_bounded(void) {
  struct shminfo memory;
  struct msginfo messages;

  return shmctl(0, IPC_INFO, (struct shmid_ds *)&memory) >= 0 && msgctl(0, IPC_INFO, (struct msqid_ds *)&messages) >= 0 &&
         memory.shmall <= SHM_PAGES && (unsigned)messages.msgmni <= SB_SYSV_QUEUES &&
         (unsigned)messages.msgmnb <= SB_SYSV_QUEUE_BYTES;
}

int sb_stage_sysv(struct sb_sandbox *sandbox, struct sb_error *err) {
  struct sb_message done;
  pid_t sender;

  if (sandbox->plan->mode == SB_MODE_SANDBOX && sb_plan_maps_ids(sandbox->plan) &&
      sb_message_receive(sandbox->socket, /* wait= */ true, &done, &sender) <= 0)
    return sb_fail(err, 0, "the helper has ended");
  sandbox->sysv_bounded = is_bounded();
  return 0;
}
