// SPDX-License-Identifier: MIT
#include "descriptors.h"
#include "owned.h"
#include "stages.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <stdio.h>

/* A small file of /proc as a stream, or NULL. */
static FILE *open_text(int proc, const char *path) {
  int file = openat(proc, path, O_RDONLY | O_CLOEXEC);
  FILE *text = file < 0 ? NULL : fdopen(file, "re");

  if (text == NULL)
    sb_close_owned(&file);
  return text;
}

/* The process that a pidfd stands for; 0 when it is no pidfd, below 0 when the process has ended. */
static int pid_of(int proc, int pidfd) {
  char path[64];
  char line[256];
  int pid = 0;
  FILE *info;

  (void)snprintf(path, sizeof path, "self/fdinfo/%d", pidfd);
  info = open_text(proc, path);
  if (info == NULL)
    return 0;
  while (fgets(line, sizeof line, info) != NULL && sscanf(line, "Pid: %d", &pid) != 1)
    continue;
  (void)fclose(info);
  return pid;
}

/* The host id that `inside` stands for in the process's uid_map or gid_map. */
static int outside_id(int proc, int pid, const char *map, unsigned inside, unsigned *ret_outside) {
  char path[64];
  unsigned first;
  unsigned outside;
  unsigned count;
  int result = -1;
  FILE *text;

  (void)snprintf(path, sizeof path, "%d/%s", pid, map);
  text = open_text(proc, path);
  while (text != NULL && result < 0 && fscanf(text, "%u %u %u", &first, &outside, &count) == 3) {
    if (inside >= first && inside - first < count) {
      *ret_outside = outside + (inside - first);
      result = 0;
    }
  }
  if (text != NULL)
    (void)fclose(text);
  return result;
}

static int give_stdio(const struct sb_sandbox *sandbox, struct sb_error *err) {
  const struct sb_plan *plan = sandbox->plan;
  int pid = pid_of(sandbox->proc, plan->join_fd);
  uid_t uid;
  gid_t gid;

  if (pid < 0)
    return sb_fail(err, ESRCH, "the sandbox to join has ended");
  if (pid == 0)
    return sb_fail(err, 0, "--join-fd %d is not the pidfd of a sandbox's pid 1", plan->join_fd);
  if (outside_id(sandbox->proc, pid, "uid_map", plan->uid, &uid) < 0 ||
      outside_id(sandbox->proc, pid, "gid_map", plan->gid, &gid) < 0)
    return sb_fail(err, 0, "the sandbox to join does not map uid %u and gid %u", plan->uid, plan->gid);
  if (uid == 0 || gid == 0)
    return sb_fail(err, 0, "the sandbox to join maps host id 0, which no sandbox of this program does");
  return geteuid() == 0 ? sb_give_stdio(uid, gid, err) : 0;
}

int sb_stage_join(struct sb_sandbox *sandbox, struct sb_error *err) {
  static const int namespaces =
      CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP;
  static const enum sb_layer joined[] = {SB_LAYER_USER, SB_LAYER_MOUNT, SB_LAYER_PID,      SB_LAYER_NET,
                                         SB_LAYER_UTS,  SB_LAYER_IPC,   SB_LAYER_CGROUP_NS};

  if (give_stdio(sandbox, err) < 0)
    return -1;
  if (setns(sandbox->plan->join_fd, namespaces) < 0) {
    if (errno == ESRCH)
      return sb_fail(err, ESRCH, "the sandbox to join has ended");
    return sb_fail(err, errno, "cannot enter the sandbox to join; only root and the user who started it can");
  }
  for (size_t i = 0; i < sizeof joined / sizeof joined[0]; i++)
    sb_layer_set(&sandbox->layers, joined[i], SB_LAYER_APPLIED, "joined");
  return 0;
}
