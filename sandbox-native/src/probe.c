// SPDX-License-Identifier: MIT
#include "probe.h"
#include "landlock_abi.h"
#include "message.h"
#include "owned.h"
#include "place.h"
#include "remedy.h"
#include "stages.h"
#include "syscalls.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

/* The host id that a probe as root maps: nobody's, and never written to disk. */
#define PROBE_ID 65534

#define PATH_SIZE (SB_PLAN_PATH_BYTES_MAX + 1)

/* One layer. `run` is tried in a process with the new namespaces `flags`, which is pid 1 where they hold a pid one. */
struct probe {
  const char *name;
  unsigned long long flags;
  bool required; /* without it no full sandbox can be made */
  sb_stage *run; /* on success err->text is what was found */
};

static void found(struct sb_error *err, const char *text) {
  (void)snprintf(err->text, sizeof err->text, "%s", text);
}

static int try_nothing(struct sb_sandbox *sandbox, struct sb_error *err) {
  (void)sandbox;
  found(err, "");
  return 0;
}

static int try_user(struct sb_sandbox *sandbox, struct sb_error *err) {
  if (sb_stage_identity(sandbox, err) < 0)
    return -1;
  found(err, sb_plan_maps_ids(sandbox->plan) ? "any host ids can be mapped" : "the caller's own id only");
  return 0;
}

static int try_mount(struct sb_sandbox *sandbox, struct sb_error *err) {
  if (sb_stage_root(sandbox, err) < 0 || sb_stage_pivot(sandbox, err) < 0)
    return -1;
  found(err, "");
  return 0;
}

static int try_pid(struct sb_sandbox *sandbox, struct sb_error *err) {
  (void)sandbox;
  if (getpid() != 1)
    return sb_fail(err, 0, "the first process of a pid namespace is not pid 1 there");
  found(err, "");
  return 0;
}

static int try_network(struct sb_sandbox *sandbox, struct sb_error *err) {
  if (sb_stage_network(sandbox, err) < 0)
    return -1;
  found(err, "loopback comes up");
  return 0;
}

static int try_cgroup_namespace(struct sb_sandbox *sandbox, struct sb_error *err) {
  if (sb_stage_cgroup_namespace(sandbox, err) < 0)
    return -1;
  found(err, "");
  return 0;
}

static int try_proc(struct sb_sandbox *sandbox, struct sb_error *err) {
  SB_OWNED_FD proc = -1;

  if (sb_stage_identity(sandbox, err) < 0)
    return -1;
  proc = sb_new_proc(err);
  if (proc < 0)
    return -1;
  found(err, "subset=pid,hidepid=invisible");
  return 0;
}

static int try_seccomp(struct sb_sandbox *sandbox, struct sb_error *err) {
  if (sb_stage_capabilities(sandbox, err) < 0 || sb_stage_seccomp(sandbox, err) < 0)
    return -1;
  if (unshare(CLONE_NEWUTS) == 0 || errno != EPERM)
    return sb_fail(err, 0, "the filter loads, but does not filter");
  found(err, sandbox->layers.text[SB_LAYER_SECCOMP]);
  return 0;
}

static int try_landlock(struct sb_sandbox *sandbox, struct sb_error *err) {
  if (sb_stage_capabilities(sandbox, err) < 0 || sb_stage_landlock(sandbox, err) < 0)
    return -1;
  found(err, sandbox->layers.text[SB_LAYER_LANDLOCK]);
  return 0;
}

/* In the helper itself: an id-mapped mount of the root, which is made and let go of. */
static int try_idmap(struct sb_sandbox *sandbox, struct sb_error *err) {
  struct sb_mount mount = {.kind = SB_MOUNT_BIND, .tree = -1, .owned = true, .source = "/"};
  struct sb_plan plan = *sandbox->plan;
  struct sb_sandbox copy = *sandbox;

  if (!sb_plan_maps_ids(&plan))
    return sb_fail(err, 0, "only root can map the ids of a mount; own-binds must belong to the caller");
  plan.mounts = &mount;
  plan.mount_count = 1;
  copy.plan = &plan;
  if (sb_stage_sources(&copy, err) < 0)
    return -1;
  sb_close_and_forget(&mount.tree);
  found(err, "on the file system of /");
  return 0;
}

static int try_pidfd(struct sb_sandbox *sandbox, struct sb_error *err) {
  SB_OWNED_FD self = sb_pidfd_open(getpid());

  (void)sandbox;
  if (self < 0 || sb_pidfd_send_signal(self, 0) < 0)
    return sb_fail(err, errno, "no pidfds; this program needs Linux 5.14");
  found(err, "");
  return 0;
}

/* The directory of the cgroup v2 group that this process is in. */
static int find_own_cgroup(char path[PATH_SIZE], struct sb_error *err) {
  FILE *mounts = fopen("/proc/self/mountinfo", "re");
  FILE *groups = fopen("/proc/self/cgroup", "re");
  char point[PATH_SIZE] = "";
  char line[PATH_SIZE + 64];
  const char *group = NULL;

  while (mounts != NULL && point[0] == '\0' && fgets(line, sizeof line, mounts) != NULL) {
    if (strstr(line, " - cgroup2 ") != NULL)
      (void)sscanf(line, "%*s %*s %*s %*s %4095s", point);
  }
  while (groups != NULL && group == NULL && fgets(line, sizeof line, groups) != NULL) {
    if (strncmp(line, "0::", strlen("0::")) == 0)
      group = strtok(line + strlen("0::"), "\n");
  }
  if (mounts != NULL)
    (void)fclose(mounts);
  if (groups != NULL)
    (void)fclose(groups);
  if (point[0] == '\0' || group == NULL)
    return sb_fail(err, 0, "no cgroup v2 hierarchy is mounted here");
  if (snprintf(path, PATH_SIZE, "%s%s", point, group) >= (int)PATH_SIZE)
    return sb_fail(err, 0, "the path of this process's cgroup is too long");
  return 0;
}

static int try_clone_into_cgroup(struct sb_sandbox *sandbox, struct sb_error *err) {
  char path[PATH_SIZE];
  SB_OWNED_FD cgroup = -1;
  struct clone_args arguments = {.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD};
  pid_t pid;

  (void)sandbox;
  if (find_own_cgroup(path, err) < 0)
    return -1;
  cgroup = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (cgroup < 0)
    return sb_fail(err, errno, "cannot open the cgroup %.400s", path);
  arguments.cgroup = (unsigned)cgroup;
  pid = sb_clone3(&arguments);
  if (pid == 0)
    _exit(0);
  if (pid < 0)
    return sb_fail(err, errno, "cannot start in %.400s; delegate a cgroup to this user (systemd: Delegate=yes)", path);
  (void)waitpid(pid, NULL, 0);
  (void)snprintf(err->text, sizeof err->text, "%.600s", path);
  return 0;
}

#define IN_HELPER 0
#define ALONE CLONE_NEWUSER

static const struct probe probes[] = {
    {"user", ALONE, true, try_user},
    {"mount", ALONE | CLONE_NEWNS, true, try_mount},
    {"pid", ALONE | CLONE_NEWPID, true, try_pid},
    {"net", ALONE | CLONE_NEWNET | CLONE_NEWUTS, true, try_network},
    {"uts", ALONE | CLONE_NEWUTS, true, try_nothing},
    {"ipc", ALONE | CLONE_NEWIPC, true, try_nothing},
    {"cgroup-ns", ALONE, true, try_cgroup_namespace},
    {"clone-into-cgroup", IN_HELPER, false, try_clone_into_cgroup},
    {"seccomp", ALONE, true, try_seccomp},
    {"landlock", ALONE, false, try_landlock},
    {"idmap", IN_HELPER, false, try_idmap},
    {"proc-subset", ALONE | CLONE_NEWPID | CLONE_NEWNS, true, try_proc},
    {"pidfd", IN_HELPER, true, try_pidfd},
};

_Noreturn static void probe_child(struct sb_sandbox *sandbox, const struct probe *probe) {
  struct sb_message message = {.kind = SB_MESSAGE_STARTED};
  struct sb_message go;
  pid_t sender;

  if (sb_message_receive(sandbox->socket, /* wait= */ true, &go, &sender) <= 0)
    _exit(1);
  if (probe->run(sandbox, &message.body.error) < 0)
    message.kind = SB_MESSAGE_FAILED;
  (void)sb_message_send(sandbox->socket, &message);
  _exit(0);
}

/* Lets the process go on as somebody, and hears what came of it. */
static int hear_outcome(const struct sb_sandbox *sandbox, int socket, pid_t pid, struct sb_error *err) {
  struct sb_message message = {.kind = SB_MESSAGE_PROCEED};
  pid_t sender;

  if (sb_write_id_maps(sandbox->proc, pid, sandbox->plan, err) < 0)
    return -1;
  (void)sb_message_send(socket, &message);
  if (sb_message_receive(socket, /* wait= */ true, &message, &sender) <= 0)
    return sb_fail(err, 0, "the process that tried it ended without a word");
  *err = message.body.error;
  return message.kind == SB_MESSAGE_STARTED ? 0 : -1;
}

/* Tries in a process of its own, so that what it changes ends with it. */
static int try_apart(struct sb_sandbox *sandbox, const struct probe *probe, struct sb_error *err) {
  struct clone_args arguments = {.flags = probe->flags, .exit_signal = SIGCHLD};
  pid_t pid;
  int pair[2];
  int result;

  if (sb_message_pair(pair, err) < 0)
    return -1;
  pid = sb_clone3(&arguments);
  if (pid == 0) {
    (void)close(pair[0]);
    sandbox->socket = pair[1];
    probe_child(sandbox, probe);
  }
  (void)close(pair[1]);
  result = pid < 0 ? sb_fail(err, errno, "%s", sb_remedy_namespaces(errno)) : hear_outcome(sandbox, pair[0], pid, err);
  (void)close(pair[0]);
  if (pid > 0)
    (void)waitpid(pid, NULL, 0);
  return result;
}

bool sb_probe(void) {
  struct sb_plan plan = {.mode = SB_MODE_SANDBOX,
                         .uid = 1000,
                         .gid = 1000,
                         .hostname = "agent",
                         .seccomp = true,
                         .landlock = SB_LANDLOCK_REQUIRE};
  struct sb_sandbox sandbox = {.plan = &plan, .socket = -1, .root = -1, .cgroup = -1};
  bool complete = true;

  sandbox.proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
  plan.map_uid_given = plan.map_gid_given = geteuid() == 0;
  plan.map_uid = plan.map_gid = PROBE_ID;
  for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
    const struct probe *probe = &probes[i];
    struct sb_error err = {0};
    bool ok = (probe->flags == IN_HELPER ? probe->run(&sandbox, &err) : try_apart(&sandbox, probe, &err)) == 0;
    const char *cause = ok || err.number == 0 ? "" : strerrordesc_np(err.number);

    (void)printf("%s %s%s%s%s%s\n", probe->name, ok ? "yes" : "no", err.text[0] == '\0' ? "" : " ", err.text,
                 cause[0] == '\0' ? "" : ": ", cause);
    complete = complete && (ok || !probe->required);
  }
  return complete;
}
