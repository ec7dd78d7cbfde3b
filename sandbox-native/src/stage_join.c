// SPDX-License-Identifier: MIT
#include "stages.h"

#include <errno.h>
#include <linux/sched.h>
#include <sched.h>

int sb_stage_join(struct sb_sandbox *sandbox, struct sb_error *err) {
  static const int namespaces =
      CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP;
  static const enum sb_layer joined[] = {SB_LAYER_USER, SB_LAYER_MOUNT, SB_LAYER_PID,      SB_LAYER_NET,
                                         SB_LAYER_UTS,  SB_LAYER_IPC,   SB_LAYER_CGROUP_NS};

  if (setns(sandbox->plan->join_fd, namespaces) < 0) {
    if (errno == ESRCH)
      return sb_fail(err, ESRCH, "the sandbox to join has ended");
    if (errno == EINVAL || errno == EBADF)
      return sb_fail(err, errno, "--join-fd %d is not the pidfd of a sandbox's pid 1 (which needs Linux 5.8)",
                     sandbox->plan->join_fd);
    return sb_fail(err, errno, "cannot enter the sandbox to join; only root and the user who started it can");
  }
  for (size_t i = 0; i < sizeof joined / sizeof joined[0]; i++)
    sb_layer_set(&sandbox->layers, joined[i], SB_LAYER_APPLIED, "joined");
  return 0;
}
