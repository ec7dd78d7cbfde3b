// SPDX-License-Identifier: MIT
#include "options.h"
#include "seccomp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SANDBOX SB_MODE_SANDBOX
#define CONFINED (SB_MODE_SANDBOX | SB_MODE_JOIN)
#define ANY (SB_MODE_SANDBOX | SB_MODE_JOIN | SB_MODE_SUPERVISE)

int sb_parse_number(const char *word, unsigned long long lowest, unsigned long long highest,
                    unsigned long long *ret_value, struct sb_error *err) {
  unsigned long long value = 0;

  for (const char *digit = word; *digit != '\0'; digit++) {
    if (*digit < '0' || *digit > '9' || __builtin_mul_overflow(value, 10ULL, &value) ||
        __builtin_add_overflow(value, (unsigned long long)(*digit - '0'), &value))
      return sb_fail(err, 0, "'%.40s' is not a whole number from %llu to %llu", word, lowest, highest);
  }
  if (word[0] == '\0' || value < lowest || value > highest)
    return sb_fail(err, 0, "'%.40s' is not a whole number from %llu to %llu", word, lowest, highest);
  *ret_value = value;
  return 0;
}

static int parse_id(const char *word, unsigned long long lowest, unsigned *ret_id, struct sb_error *err) {
  unsigned long long value;

  if (sb_parse_number(word, lowest, SB_ID_MAX, &value, err) < 0)
    return -1;
  *ret_id = (unsigned)value;
  return 0;
}

int sb_parse_fd(const char *word, int *ret_fd, struct sb_error *err) {
  unsigned long long value;

  if (sb_parse_number(word, 3, SB_FD_MAX, &value, err) < 0)
    return -1;
  if (fcntl((int)value, F_GETFD) < 0)
    return sb_fail(err, errno, "descriptor %llu is not open; the caller must leave it open for this program", value);
  *ret_fd = (int)value;
  return 0;
}

static int take_supervise_only(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  (void)argument;
  if (plan->mode != SB_MODE_SANDBOX)
    return sb_fail(err, 0, "--supervise-only and --join-fd exclude each other");
  plan->mode = SB_MODE_SUPERVISE;
  return 0;
}

static int take_join_fd(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  if (plan->mode != SB_MODE_SANDBOX)
    return sb_fail(err, 0, "--supervise-only and --join-fd exclude each other");
  plan->mode = SB_MODE_JOIN;
  return sb_parse_fd(argument[0], &plan->join_fd, err);
}

static int take_uid(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  return parse_id(argument[0], 0, &plan->uid, err);
}

static int take_gid(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  return parse_id(argument[0], 0, &plan->gid, err);
}

static int take_map_uid(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  plan->map_uid_given = true;
  return parse_id(argument[0], 1, &plan->map_uid, err);
}

static int take_map_gid(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  plan->map_gid_given = true;
  return parse_id(argument[0], 1, &plan->map_gid, err);
}

static int take_run_as(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  plan->run_as_given = true;
  if (parse_id(argument[0], 0, &plan->run_as_uid, err) < 0)
    return -1;
  return parse_id(argument[1], 0, &plan->run_as_gid, err);
}

static int take_hostname(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  size_t length = strlen(argument[0]);

  if (length == 0 || length > SB_HOSTNAME_BYTES_MAX)
    return sb_fail(err, 0, "a host name has 1 to %u bytes, not %zu", SB_HOSTNAME_BYTES_MAX, length);
  plan->hostname = argument[0];
  return 0;
}

static int take_share_net(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  (void)argument;
  (void)err;
  plan->share_net = true;
  return 0;
}

static int take_cgroup(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  plan->cgroup = argument[0];
  return sb_check_path(argument[0], /* plain= */ false, err);
}

static int take_chdir(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  plan->chdir = argument[0];
  return sb_check_path(argument[0], /* plain= */ false, err);
}

static int take_setenv(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  size_t name = strlen(argument[0]);
  char *entry;

  if (name == 0 || strchr(argument[0], '=') != NULL)
    return sb_fail(err, 0, "'%.100s' cannot name a variable: it is empty or holds a '='", argument[0]);
  for (size_t i = 0; i < plan->environment_count; i++) {
    if (strncmp(plan->environment[i], argument[0], name) == 0 && plan->environment[i][name] == '=')
      return sb_fail(err, 0, "the variable %.100s is set twice", argument[0]);
  }
  if (asprintf(&entry, "%s=%s", argument[0], argument[1]) < 0)
    return sb_fail(err, errno, "no memory for the environment");
  plan->environment[plan->environment_count++] = entry;
  return 0;
}

static int take_rlimit(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  unsigned long long value;

  for (size_t i = 0; i < SB_RLIMIT_COUNT; i++) {
    if (strcmp(plan->limits[i].name, argument[0]) != 0)
      continue;
    if (plan->limits[i].given)
      return sb_fail(err, 0, "the limit %s is given twice", argument[0]);
    /* The highest number means "unlimited" to the system; this program sets limits only. */
    if (sb_parse_number(argument[1], 0, RLIM_INFINITY - 1, &value, err) < 0)
      return -1;
    plan->limits[i].given = true;
    plan->limits[i].value = (rlim_t)value;
    return 0;
  }
  return sb_fail(err, 0,
                 "no limit is called '%.40s'; they are as core cpu data fsize memlock nofile nproc rtprio stack",
                 argument[0]);
}

static int take_oom_score(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  unsigned long long score;

  if (sb_parse_number(argument[0], 0, SB_OOM_SCORE_MAX, &score, err) < 0)
    return -1;
  plan->oom_score = (int)score;
  return 0;
}

static int take_seccomp(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  plan->seccomp = strcmp(argument[0], "default") == 0;
  if (!plan->seccomp && strcmp(argument[0], "none") != 0)
    return sb_fail(err, 0, "'%.40s' is neither default nor none", argument[0]);
  return 0;
}

static int take_allow_syscall(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  if (!sb_seccomp_refuses(argument[0]))
    return sb_fail(err, 0, "'%.60s' is not a system call that the default filter refuses on this machine", argument[0]);
  plan->allowed_syscalls[plan->allowed_syscall_count++] = argument[0];
  return 0;
}

static int add_listener(struct sb_plan *plan, char *const *argument, bool datagrams, struct sb_error *err) {
  unsigned long long port;
  int fd;

  if (sb_parse_number(argument[0], 1, SB_PORT_MAX, &port, err) < 0 || sb_parse_fd(argument[1], &fd, err) < 0)
    return -1;
  if (plan->listener_count == SB_LISTENERS_MAX)
    return sb_fail(err, 0, "there are more than %d listeners", SB_LISTENERS_MAX);
  if (plan->listen_fd >= 0 && fd != plan->listen_fd)
    return sb_fail(err, 0, "all listeners go to one socket, not to %d and %d", plan->listen_fd, fd);
  plan->listeners[plan->listener_count++] = (struct sb_listener){.port = (unsigned short)port, .datagrams = datagrams};
  plan->listen_fd = fd;
  return 0;
}

static int take_listen(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  return add_listener(plan, argument, /* datagrams= */ false, err);
}

static int take_listen_udp(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  return add_listener(plan, argument, /* datagrams= */ true, err);
}

static int take_landlock(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  if (strcmp(argument[0], "auto") == 0)
    plan->landlock = SB_LANDLOCK_AUTO;
  else if (strcmp(argument[0], "require") == 0)
    plan->landlock = SB_LANDLOCK_REQUIRE;
  else if (strcmp(argument[0], "none") == 0)
    plan->landlock = SB_LANDLOCK_NONE;
  else
    return sb_fail(err, 0, "'%.40s' is none of auto, require and none", argument[0]);
  return 0;
}

static int take_status_fd(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  return sb_parse_fd(argument[0], &plan->status_fd, err);
}

static int take_control_fd(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  return sb_parse_fd(argument[0], &plan->control_fd, err);
}

static const struct sb_option options[] = {
    {"--allow-syscall", 1, CONFINED, true, take_allow_syscall},
    {"--bind", 2, SANDBOX, true, sb_take_bind},
    {"--bind-fd", 2, SANDBOX, true, sb_take_bind_fd},
    {"--cgroup", 1, ANY, false, take_cgroup},
    {"--chdir", 1, ANY, false, take_chdir},
    {"--control-fd", 1, ANY, false, take_control_fd},
    {"--dev", 2, SANDBOX, true, sb_take_dev},
    {"--device", 2, SANDBOX, true, sb_take_device},
    {"--dir", 1, SANDBOX, true, sb_take_dir},
    {"--gid", 1, CONFINED, false, take_gid},
    {"--hostname", 1, SANDBOX, false, take_hostname},
    {"--join-fd", 1, SB_MODE_JOIN, false, take_join_fd},
    {"--landlock", 1, CONFINED, false, take_landlock},
    {"--listen", 2, SANDBOX, true, take_listen},
    {"--listen-udp", 2, SANDBOX, true, take_listen_udp},
    {"--map-gid", 1, SANDBOX, false, take_map_gid},
    {"--map-uid", 1, SANDBOX, false, take_map_uid},
    {"--oom-score", 1, ANY, false, take_oom_score},
    {"--own-bind", 2, SANDBOX, true, sb_take_own_bind},
    {"--own-bind-fd", 2, SANDBOX, true, sb_take_own_bind_fd},
    {"--own-ro-bind", 2, SANDBOX, true, sb_take_own_ro_bind},
    {"--own-ro-bind-fd", 2, SANDBOX, true, sb_take_own_ro_bind_fd},
    {"--proc", 1, SANDBOX, true, sb_take_proc},
    {"--rlimit", 2, ANY, true, take_rlimit},
    {"--ro-bind", 2, SANDBOX, true, sb_take_ro_bind},
    {"--ro-bind-fd", 2, SANDBOX, true, sb_take_ro_bind_fd},
    {"--ro-bind-try", 2, SANDBOX, true, sb_take_ro_bind_try},
    {"--run-as", 2, SB_MODE_SUPERVISE, false, take_run_as},
    {"--seccomp", 1, CONFINED, false, take_seccomp},
    {"--setenv", 2, ANY, true, take_setenv},
    {"--share-net", 0, SANDBOX, false, take_share_net},
    {"--status-fd", 1, ANY, false, take_status_fd},
    {"--supervise-only", 0, SB_MODE_SUPERVISE, false, take_supervise_only},
    {"--symlink", 2, SANDBOX, true, sb_take_symlink},
    {"--tmpfs", 3, SANDBOX, true, sb_take_tmpfs},
    {"--uid", 1, CONFINED, false, take_uid},
};

_Static_assert(sizeof options / sizeof options[0] <= SB_OPTIONS_MAX, "raise SB_OPTIONS_MAX");

const struct sb_option *sb_options(size_t *ret_count) {
  *ret_count = sizeof options / sizeof options[0];
  return options;
}
