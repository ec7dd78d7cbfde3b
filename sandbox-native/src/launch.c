// SPDX-License-Identifier: MIT
#include "launch.h"
#include "descriptors.h"
#include "init.h"
#include "message.h"
#include "oom.h"
#include "owned.h"
#include "remedy.h"
#include "syscalls.h"

#include <errno.h>
#include <grp.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

struct step {
  const char *name;
  sb_stage *run;
};

/* How a new sandbox is built, in init, in this order. A new stage is one file and one line. */
static const struct step sandbox_steps[] = {
    {"identity", sb_stage_identity},
    {"cgroup-ns", sb_stage_cgroup_namespace},
    {"network", sb_stage_network},
    {"listener", sb_stage_listener},
    {"sources", sb_stage_sources},
    {"root", sb_stage_root},
    {"mounts", sb_stage_mounts},
    {"pivot", sb_stage_pivot},
    {"sysv", sb_stage_sysv},
    {"capabilities", sb_stage_capabilities},
    {"landlock", sb_stage_landlock},
    {"seccomp", sb_stage_seccomp},
    {NULL, NULL},
};

/* How a process that has joined a sandbox is confined: the same, where it is not inherited from the namespaces. */
static const struct step joined_steps[] = {
    {"identity", sb_stage_identity},
    {"sysv", sb_stage_sysv},
    {"capabilities", sb_stage_capabilities},
    {"landlock", sb_stage_landlock},
    {"seccomp", sb_stage_seccomp},
    {NULL, NULL},
};

static int run_steps(struct sb_sandbox *sandbox, const struct step *steps, struct sb_error *err) {
  for (; steps->name != NULL; steps++) {
    if (steps->run(sandbox, err) < 0)
      return sb_fail_stage(err, steps->name);
  }
  return 0;
}

/* A child keeps nothing of the helper's: neither the other end of the pair, whose closing must be seen when the helper
 * dies, nor the kernel's descriptors. */
static void leave_helper(struct sb_sandbox *sandbox, int pair[2]) {
  const struct sb_plan *plan = sandbox->plan;
  int unwanted[] = {pair[0], plan->status_fd, plan->control_fd, sandbox->cgroup};

  for (size_t i = 0; i < sizeof unwanted / sizeof unwanted[0]; i++)
    sb_close_owned(&unwanted[i]);
  sandbox->socket = pair[1];
}

_Noreturn static void build_sandbox(struct sb_sandbox *sandbox) {
  struct sb_message go;
  struct sb_error err;
  pid_t sender;

  /* Until the ids are mapped this process is nobody. */
  if (sb_message_receive(sandbox->socket, /* wait= */ true, &go, &sender) <= 0)
    _exit(1);
  if (run_steps(sandbox, sandbox_steps, &err) < 0)
    sb_init_give_up(sandbox, &err);
  sb_close_and_forget(&sandbox->proc);
  sb_init_run(sandbox);
}

/* The joined sandbox's own /proc, in which the processes below can be found; -1 when it has none. */
static int open_own_proc(void) {
  int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
  struct statfs system;

  if (proc >= 0 && (fstatfs(proc, &system) < 0 || system.f_type != PROC_SUPER_MAGIC))
    sb_close_and_forget(&proc);
  return proc;
}

_Noreturn static void build_joined(struct sb_sandbox *sandbox) {
  struct sb_message hello = {.kind = SB_MESSAGE_INIT};
  struct sb_error err;

  (void)sb_message_send(sandbox->socket, &hello);
  if (run_steps(sandbox, joined_steps, &err) < 0)
    sb_init_give_up(sandbox, &err);
  sb_close_and_forget(&sandbox->proc);
  sandbox->proc = open_own_proc();
  if (sandbox->proc >= 0)
    sb_layer_set(&sandbox->layers, SB_LAYER_PROC_HIDDEN, SB_LAYER_APPLIED, "joined");
  sb_init_run(sandbox);
}

/* Between helper and init: enters the namespaces, of which the pid one takes effect for children only. Init becomes the
 * helper's child, not this process's, so that the helper can wait for it. */
_Noreturn static void enter_and_build(struct sb_sandbox *sandbox) {
  struct clone_args arguments = {.flags = CLONE_PARENT};
  struct sb_error err;
  pid_t pid;

  /* Nothing that runs in the sandbox may look into a process that still has a foot outside. */
  (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  if (sb_stage_join(sandbox, &err) < 0) {
    (void)sb_fail_stage(&err, "join");
    sb_init_give_up(sandbox, &err);
  }
  pid = sb_clone3(&arguments);
  if (pid < 0) {
    sb_error_set(&err, errno, "cannot make a process in the sandbox; is the cgroup's pids.max too low?");
    (void)sb_fail_stage(&err, "join");
    sb_init_give_up(sandbox, &err);
  }
  if (pid == 0) {
    (void)close(sandbox->plan->join_fd);
    build_joined(sandbox);
  }
  _exit(0);
}

_Noreturn static void build_supervised(struct sb_sandbox *sandbox) {
  sb_init_run(sandbox);
}

static int fail_clone(const struct sb_sandbox *sandbox, struct sb_error *err) {
  int number = errno;

  if (sandbox->cgroup >= 0 && (number == EACCES || number == EBUSY || number == EOPNOTSUPP))
    return sb_fail(err, number,
                   "cannot start in the cgroup '%s'; it must be a leaf that this user may move processes to",
                   sandbox->plan->cgroup);
  if (number == EAGAIN || sandbox->plan->mode != SB_MODE_SANDBOX)
    return sb_fail(err, number, "cannot make a process; a limit on processes (pids.max, nproc) may be reached");
  return sb_fail(err, number, "cannot make the sandbox's namespaces: %s", sb_remedy_namespaces(number));
}

static unsigned long long clone_flags(const struct sb_sandbox *sandbox) {
  unsigned long long flags = CLONE_PIDFD;

  if (sandbox->cgroup >= 0)
    flags |= CLONE_INTO_CGROUP;
  if (sandbox->plan->mode == SB_MODE_SANDBOX)
    flags |= CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC;
  if (sandbox->plan->mode == SB_MODE_SANDBOX && !sandbox->plan->share_net)
    flags |= CLONE_NEWNET;
  return flags;
}

/* Clones; returns in the helper only, with the child's pid. */
static pid_t start(struct sb_sandbox *sandbox, int pair[2], int *ret_pidfd, struct sb_error *err) {
  struct clone_args arguments = {
      .flags = clone_flags(sandbox),
      .pidfd = (uint64_t)(uintptr_t)ret_pidfd,
      .exit_signal = SIGCHLD,
      .cgroup = sandbox->cgroup < 0 ? 0U : (unsigned)sandbox->cgroup,
  };
  pid_t pid = sb_clone3(&arguments);

  if (pid < 0)
    return fail_clone(sandbox, err);
  if (pid > 0)
    return pid;
  leave_helper(sandbox, pair);
  switch (sandbox->plan->mode) {
  case SB_MODE_JOIN:
    enter_and_build(sandbox);
  case SB_MODE_SUPERVISE:
    build_supervised(sandbox);
  case SB_MODE_SANDBOX:
  default:
    build_sandbox(sandbox);
  }
}

/* Learns who init is: the child of our child, which tells us by the credentials of its first message. */
static int meet_joined_init(struct sb_launched *launched, struct sb_error *err) {
  pid_t between = launched->init;
  struct sb_message message;
  int received = sb_message_receive(launched->socket, /* wait= */ true, &message, &launched->init);

  sb_close_and_forget(&launched->pidfd);
  (void)waitpid(between, NULL, 0);
  if (received <= 0)
    return sb_fail(err, 0, "the process that was to join the sandbox ended without a word");
  if (message.kind == SB_MESSAGE_FAILED) {
    *err = message.body.error;
    return -1;
  }
  /* Our child, which nobody else reaps: the pid cannot have been given to another. */
  launched->pidfd = sb_pidfd_open(launched->init);
  if (launched->pidfd < 0)
    return sb_fail(err, errno, "cannot get a pidfd of the sandbox's first process");
  return 0;
}

static int map_ids(struct sb_sandbox *sandbox, const struct sb_launched *launched, struct sb_error *err) {
  struct sb_message go = {.kind = SB_MESSAGE_PROCEED};
  struct sb_message bounded = {.kind = SB_MESSAGE_BOUNDED};

  if (sb_write_id_maps(sandbox->proc, launched->init, sandbox->plan, err) < 0) {
    (void)sb_pidfd_send_signal(launched->pidfd, SIGKILL);
    (void)waitpid(launched->init, NULL, 0);
    return -1;
  }
  (void)sb_message_send(launched->socket, &go);
  if (sb_plan_maps_ids(sandbox->plan)) {
    sandbox->sysv = sb_bound_sysv(sandbox->proc, launched->init);
    (void)sb_message_send(launched->socket, &bounded);
  }
  return 0;
}

/* The layers that the first clone brings, or that hold whatever else happens. The stages add theirs. */
static void note_layers(struct sb_sandbox *sandbox) {
  static const enum sb_layer cloned[] = {SB_LAYER_USER, SB_LAYER_PID, SB_LAYER_UTS, SB_LAYER_IPC};
  const struct sb_plan *plan = sandbox->plan;

  sb_layer_set(&sandbox->layers, SB_LAYER_RLIMITS, SB_LAYER_APPLIED, "%s", "");
  if (plan->cgroup != NULL)
    sb_layer_set(&sandbox->layers, SB_LAYER_CGROUP, SB_LAYER_APPLIED, "%s", plan->cgroup);
  if (plan->mode != SB_MODE_SANDBOX)
    return;
  for (size_t i = 0; i < sizeof cloned / sizeof cloned[0]; i++)
    sb_layer_set(&sandbox->layers, cloned[i], SB_LAYER_APPLIED, "%s", "");
  if (plan->share_net)
    sb_layer_set(&sandbox->layers, SB_LAYER_NET, SB_LAYER_OFF, "shared with the caller");
  else
    sb_layer_set(&sandbox->layers, SB_LAYER_NET, SB_LAYER_APPLIED, "loopback only");
  if (sb_plan_maps_ids(plan))
    sb_layer_set(&sandbox->layers, SB_LAYER_USER, SB_LAYER_APPLIED, "uid %u is host uid %u", plan->uid, plan->map_uid);
  else
    sb_layer_set(&sandbox->layers, SB_LAYER_USER, SB_LAYER_APPLIED, "uid %u is the caller; its groups stay", plan->uid);
}

/* What must be done while this process still is what it was started as. */
static int prepare(struct sb_sandbox *sandbox, struct sb_error *err) {
  const struct sb_plan *plan = sandbox->plan;

  note_layers(sandbox);
  if (sb_raise_rlimits(plan, err) < 0)
    return sb_fail_stage(err, "rlimits");
  if (plan->mode == SB_MODE_SUPERVISE)
    return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0 ? sb_fail(err, errno, "cannot become the reaper of orphans")
                                                         : 0;
  if (geteuid() == 0 && setgroups(0, NULL) < 0)
    return sb_fail(err, errno, "cannot leave the caller's groups");
  if (sb_plan_maps_ids(plan) && sb_give_stdio(plan->map_uid, plan->map_gid, err) < 0)
    return sb_fail_stage(err, "stdio");
  if (sb_plan_maps_ids(plan) && sb_stage_sources(sandbox, err) < 0)
    return sb_fail_stage(err, "sources");
  return 0;
}

int sb_launch(struct sb_sandbox *sandbox, struct sb_launched *ret_launched, struct sb_error *err) {
  struct sb_launched launched = {.init = -1, .pidfd = -1, .socket = -1};
  enum sb_mode mode = sandbox->plan->mode;
  int pair[2];
  int score;

  if (prepare(sandbox, err) < 0 || sb_message_pair(pair, err) < 0)
    return sb_fail_stage(err, "prepare");
  score = sb_oom_raise(sandbox->proc, sandbox->plan->oom_score);
  launched.init = start(sandbox, pair, &launched.pidfd, err);
  sb_oom_restore(sandbox->proc, sandbox->plan->oom_score, score);
  (void)close(pair[1]);
  sb_close_sources(sandbox->plan);
  if (sandbox->plan->listen_fd >= 0)
    (void)close(sandbox->plan->listen_fd); /* whoever waits for the listener then sees the end of a failed start */
  launched.socket = pair[0];
  if (launched.init < 0)
    return sb_fail_stage(err, "clone");
  if (mode == SB_MODE_SANDBOX && map_ids(sandbox, &launched, err) < 0)
    return sb_fail_stage(err, "user");
  if (mode == SB_MODE_JOIN && meet_joined_init(&launched, err) < 0)
    return sb_fail_stage(err, "join");
  sb_keep_kill_only();
  *ret_launched = launched;
  return 0;
}
