// SPDX-License-Identifier: MIT
#include "stages.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

/* Limits that hold without being asked for: no core dumps, little locked memory, no real-time or raised priority.
 *
 * The core limit is 1 and not 0: where the host pipes dumps to a program, which it runs as root, 0 does not keep it
 * from that, but 1 does; and no file is written either, because it would be larger. */
static const struct sb_rlimit defaults[] = {
    {"core", RLIMIT_CORE, true, 1},
    {"memlock", RLIMIT_MEMLOCK, true, SB_MEMLOCK_BYTES},
    {"rtprio", RLIMIT_RTPRIO, true, 0},
    {"nice", RLIMIT_NICE, true, 0},
};

static bool is_given(const struct sb_plan *plan, int resource) {
  for (size_t i = 0; i < SB_RLIMIT_COUNT; i++) {
    if (plan->limits[i].resource == resource)
      return plan->limits[i].given;
  }
  return false;
}

static int apply(const struct sb_rlimit *limit, rlim_t value, struct sb_error *err) {
  struct rlimit both = {.rlim_cur = value, .rlim_max = value};

  if (setrlimit((__rlimit_resource_t)limit->resource, &both) < 0)
    return sb_fail(err, errno, "cannot set the limit %s to %llu; without privilege it cannot exceed the caller's own",
                   limit->name, (unsigned long long)value);
  return 0;
}

/* Keeps a default from raising what the caller has lowered. */
static int apply_default(const struct sb_rlimit *limit, struct sb_error *err) {
  struct rlimit now;

  if (getrlimit((__rlimit_resource_t)limit->resource, &now) < 0)
    return sb_fail(err, errno, "cannot read the limit %s", limit->name);
  return apply(limit, now.rlim_max < limit->value ? now.rlim_max : limit->value, err);
}

/* A JVM raises its soft limit to the hard one, and programs that walk over all possible descriptors suffer. */
static int reset_open_files(struct sb_error *err) {
  struct rlimit files;

  if (getrlimit(RLIMIT_NOFILE, &files) < 0)
    return sb_fail(err, errno, "cannot read the limit nofile");
  files.rlim_cur = files.rlim_max < SB_NOFILE_SOFT ? files.rlim_max : SB_NOFILE_SOFT;
  if (setrlimit(RLIMIT_NOFILE, &files) < 0)
    return sb_fail(err, errno, "cannot reset the soft limit nofile");
  return 0;
}

int sb_apply_rlimits(const struct sb_plan *plan, struct sb_error *err) {
  for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++) {
    if (!is_given(plan, defaults[i].resource) && apply_default(&defaults[i], err) < 0)
      return -1;
  }
  if (!is_given(plan, RLIMIT_NOFILE) && reset_open_files(err) < 0)
    return -1;
  for (size_t i = 0; i < SB_RLIMIT_COUNT; i++) {
    if (plan->limits[i].given && apply(&plan->limits[i], plan->limits[i].value, err) < 0)
      return -1;
  }
  return 0;
}

int sb_raise_rlimits(const struct sb_plan *plan, struct sb_error *err) {
  for (size_t i = 0; i < SB_RLIMIT_COUNT; i++) {
    const struct sb_rlimit *limit = &plan->limits[i];
    struct rlimit own;

    if (!limit->given)
      continue;
    if (getrlimit((__rlimit_resource_t)limit->resource, &own) < 0)
      return sb_fail(err, errno, "cannot read the limit %s", limit->name);
    if (own.rlim_max >= limit->value)
      continue;
    own.rlim_max = limit->value;
    if (setrlimit((__rlimit_resource_t)limit->resource, &own) < 0)
      return sb_fail(err, errno,
                     "the limit %s cannot be %llu: the caller's own is lower, and only CAP_SYS_RESOURCE may raise it",
                     limit->name, (unsigned long long)limit->value);
  }
  return 0;
}
