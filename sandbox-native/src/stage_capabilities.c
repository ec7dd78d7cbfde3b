// SPDX-License-Identifier: MIT
#include "stages.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A program run as uid 0 inside gets nothing by that, no id change gives or takes anything, nothing can become ambient,
 * and none of this can be changed. */
#define LOCKED_DOWN                                                                                                    \
  (SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED |                     \
   SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED)

static int set_capabilities(uint64_t permitted, uint64_t effective) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  struct __user_cap_data_struct data[2] = {
      {.permitted = (uint32_t)permitted, .effective = (uint32_t)effective},
      {.permitted = (uint32_t)(permitted >> 32), .effective = (uint32_t)(effective >> 32)},
  };

  return (int)syscall(SYS_capset, &header, data);
}

void sb_keep_kill_only(void) {
  /* Fails where the helper has no such capability to keep: then it has none to give up either. */
  (void)set_capabilities(1ULL << CAP_KILL, 1ULL << CAP_KILL);
}

/* Whether another helper, started by the same unprivileged user, must be able to join through this process. */
static bool must_stay_reachable(const struct sb_plan *plan) {
  return plan->mode == SB_MODE_SANDBOX && !sb_plan_maps_ids(plan);
}

/* Keeps the payload, which has the same uid, away from init's memory, descriptors and root.
 *
 * Non-dumpable is what does that when ids are mapped. Without mapped ids it would also lock out the user who started
 * the sandbox, for whom non-dumpable means "host root only". There init keeps one permitted capability instead: the
 * kernel lets nobody look into a process who has fewer capabilities than it. This one is checked against the host's own
 * namespace only, so that it permits nothing, and the payload loses it on exec. */
static int hide_init(const struct sb_plan *plan, struct sb_error *err) {
  bool reachable = must_stay_reachable(plan);

  /* Until here init is non-dumpable either way. */
  if (set_capabilities(reachable ? 1ULL << CAP_WAKE_ALARM : 0, 0) < 0)
    return sb_fail(err, errno, "cannot give up the capabilities");
  if (reachable && prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) < 0)
    return sb_fail(err, errno, "cannot stay reachable for the user who started the sandbox");
  return 0;
}

int sb_stage_capabilities(struct sb_sandbox *sandbox, struct sb_error *err) {
  unsigned long capability = 0;

  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
    return sb_fail(err, errno, "cannot set no_new_privs");
  /* Up to the first number that the kernel does not know. */
  while (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) >= 0)
    capability++;
  if (errno != EINVAL || capability == 0)
    return sb_fail(err, errno, "cannot drop capability %lu from the bounding set", capability);
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
    return sb_fail(err, errno, "cannot clear the ambient capabilities");
  if (prctl(PR_SET_SECUREBITS, LOCKED_DOWN, 0, 0, 0) < 0)
    return sb_fail(err, errno, "cannot lock the securebits");
  if (hide_init(sandbox->plan, err) < 0)
    return -1;
  sb_layer_set(&sandbox->layers, SB_LAYER_CAPS, SB_LAYER_APPLIED, "%s", "none left");
  sb_layer_set(&sandbox->layers, SB_LAYER_NO_NEW_PRIVS, SB_LAYER_APPLIED, "%s", "");
  return 0;
}
