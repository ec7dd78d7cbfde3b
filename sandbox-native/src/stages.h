// SPDX-License-Identifier: MIT
#ifndef SB_STAGES_H
#define SB_STAGES_H

#include "error.h"
#include "layers.h"
#include "plan.h"

/* What the processes of one sandbox know while it is being built. */
struct sb_sandbox {
  const struct sb_plan *plan;
  struct sb_layers layers;
  int socket;        /* this process's end of the pair; see message.h */
  int null;          /* the host's /dev/null, opened before anything else */
  int proc;          /* the host's /proc; closed in init before the payload is made */
  int root;          /* the sandbox's root while it is built, else -1 */
  int cgroup;        /* the cgroup directory, or -1; the helper's only */
  int sysv;          /* what sb_bound_sysv returned, or -1; the helper's only */
  bool sysv_bounded; /* System V IPC has the limits of bounds.h */
};

/* One step of building: 0, or -1 with *err. A stage runs in init unless its comment says otherwise. */
typedef int sb_stage(struct sb_sandbox *sandbox, struct sb_error *err);

/* Opens what the binds name. Runs in the helper when ids are mapped, because init may not see the sources then. */
sb_stage sb_stage_sources;
/* In the helper, when init has them: lets go of what was opened, so that the host can unmount it. */
void sb_close_sources(const struct sb_plan *plan);
/* Becomes the inside user, keeping the capabilities over the new namespaces. */
sb_stage sb_stage_identity;
/* Makes the cgroup that init was started in the root of a cgroup namespace. */
sb_stage sb_stage_cgroup_namespace;
/* Names the host and brings up the loopback interface. */
sb_stage sb_stage_network;
/* Listens on the loopback interface and hands the listener to whom the plan names. */
sb_stage sb_stage_listener;
/* Looks whether System V IPC is bounded here, once that is settled: the filter lets it through only then. */
sb_stage sb_stage_sysv;
/* In the helper, as root, while init is at work: bounds its System V IPC, if that can be done here. Leaves the helper in
 * the sandbox's IPC namespace, as it has no use for its own. Returns a mount to be closed, or -1; later is better, as
 * init's own mounting waits for that. */
int sb_bound_sysv(int proc, pid_t init);
/* Makes the new root and attaches it; sandbox->root is it. */
sb_stage sb_stage_root;
/* Carries out the mount words below sandbox->root. */
sb_stage sb_stage_mounts;
/* Leaves the host's root for ever. */
sb_stage sb_stage_pivot;
/* Enters the namespaces of the sandbox that the plan joins. Runs in a process of its own, between helper and init. */
sb_stage sb_stage_join;
/* Gives up every capability, for all descendants too. */
sb_stage sb_stage_capabilities;
/* Limits what can be reached in the file system to what the mounts meant. */
sb_stage sb_stage_landlock;
/* Takes system calls away; the last stage, because it refuses what the others need. */
sb_stage sb_stage_seccomp;

/* In the payload: keeps signals and abstract sockets inside. Nothing to do where Landlock cannot. */
int sb_landlock_scope(const struct sb_plan *plan, struct sb_error *err);

/* In the payload: the plan's resource limits and the defaults. */
int sb_apply_rlimits(const struct sb_plan *plan, struct sb_error *err);
/* In the helper: raises its own hard limits where the plan asks for more, which init could not. */
int sb_raise_rlimits(const struct sb_plan *plan, struct sb_error *err);

/* In the helper, once the sandbox is started: gives up every capability but the one to kill it. */
void sb_keep_kill_only(void);

/* In the helper: writes the id maps of the process. */
int sb_write_id_maps(int proc, pid_t pid, const struct sb_plan *plan, struct sb_error *err);
/* The general form, used for id-mapped mounts too: one uid and one gid, inside and outside. */
struct sb_id_map {
  uid_t inside_uid;
  uid_t outside_uid;
  gid_t inside_gid;
  gid_t outside_gid;
};
int sb_write_id_map(int proc, pid_t pid, const struct sb_id_map *map, struct sb_error *err);

#endif
