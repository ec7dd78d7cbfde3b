// SPDX-License-Identifier: MIT
#include "owned.h"
#include "remedy.h"
#include "stages.h"
#include "syscalls.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_proc_file(int directory, const char *name, const char *text, struct sb_error *err) {
  SB_OWNED_FD file = openat(directory, name, O_WRONLY | O_CLOEXEC);
  size_t length = strlen(text);

  if (file < 0)
    return sb_fail(err, errno, "cannot open %s of the new user namespace", name);
  /* The kernel takes a map in one write or not at all, so a short write is a failure. */
  if (write(file, text, length) != (ssize_t)length)
    return sb_fail(err, errno, "cannot write '%s' to %s; root needs CAP_SETUID and CAP_SETGID for ids of others", text,
                   name);
  return 0;
}

int sb_write_id_map(int proc, pid_t pid, const struct sb_id_map *map, struct sb_error *err) {
  char text[64];
  SB_OWNED_FD directory = -1;

  (void)snprintf(text, sizeof text, "%d", (int)pid);
  directory = openat(proc, text, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0)
    return sb_fail(err, errno, "cannot open /proc/%d; is /proc mounted here?", (int)pid);
  (void)snprintf(text, sizeof text, "%u %u 1", map->inside_uid, map->outside_uid);
  if (write_proc_file(directory, "uid_map", text, err) < 0)
    return -1;
  /* Without this a process could leave a group that is used to deny it something. */
  if (write_proc_file(directory, "setgroups", "deny", err) < 0)
    return -1;
  (void)snprintf(text, sizeof text, "%u %u 1", map->inside_gid, map->outside_gid);
  return write_proc_file(directory, "gid_map", text, err);
}

int sb_write_id_maps(int proc, pid_t pid, const struct sb_plan *plan, struct sb_error *err) {
  struct sb_id_map map = {
      .inside_uid = plan->uid,
      .outside_uid = sb_plan_maps_ids(plan) ? plan->map_uid : geteuid(),
      .inside_gid = plan->gid,
      .outside_gid = sb_plan_maps_ids(plan) ? plan->map_gid : getegid(),
  };

  return sb_write_id_map(proc, pid, &map, err);
}

int sb_stage_identity(struct sb_sandbox *sandbox, struct sb_error *err) {
  const struct sb_plan *plan = sandbox->plan;

  /* Needed while everything is still allowed; the payload gets its own at the end. */
  (void)umask(0);
  /* The old ids are not root's in the new namespace, so its capabilities stay through the change. */
  if (setresgid(plan->gid, plan->gid, plan->gid) < 0)
    return sb_fail(err, errno, "cannot become gid %u inside; is it the one that the sandbox maps?", plan->gid);
  if (setresuid(plan->uid, plan->uid, plan->uid) < 0)
    return sb_fail(err, errno, "cannot become uid %u inside; is it the one that the sandbox maps?", plan->uid);
  /* Before the capabilities go: a payload that runs here already has the same uid, and only they keep it out so far. */
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
    return sb_fail(err, errno, "cannot become non-dumpable");
  return 0;
}

int sb_stage_cgroup_namespace(struct sb_sandbox *sandbox, struct sb_error *err) {
  /* Not left to clone3: there the namespace is made before the process enters its cgroup, and would show the parent's.
   */
  if (unshare(CLONE_NEWCGROUP) < 0)
    return sb_fail(err, errno, "cannot make a cgroup namespace: %s", sb_remedy_inside());
  sb_layer_set(&sandbox->layers, SB_LAYER_CGROUP_NS, SB_LAYER_APPLIED, "%s", "");
  return 0;
}
