// SPDX-License-Identifier: MIT
#include "plan.h"
#include "options.h"
#include "owned.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct sb_rlimit limit_names[SB_RLIMIT_COUNT] = {
    {"as", RLIMIT_AS, false, 0},         {"core", RLIMIT_CORE, false, 0},   {"cpu", RLIMIT_CPU, false, 0},
    {"data", RLIMIT_DATA, false, 0},     {"fsize", RLIMIT_FSIZE, false, 0}, {"memlock", RLIMIT_MEMLOCK, false, 0},
    {"nofile", RLIMIT_NOFILE, false, 0}, {"nproc", RLIMIT_NPROC, false, 0}, {"rtprio", RLIMIT_RTPRIO, false, 0},
    {"stack", RLIMIT_STACK, false, 0},
};

int sb_plan_read(int fd, char **ret_bytes, size_t *ret_length, struct sb_error *err) {
  /* One byte more than allowed, so that a plan which is too long shows. */
  SB_OWNED_MEMORY char *bytes = malloc(SB_PLAN_BYTES_MAX + 1);
  size_t length = 0;

  if (bytes == NULL)
    return sb_fail(err, errno, "no memory for the plan");
  while (length <= SB_PLAN_BYTES_MAX) {
    ssize_t count = read(fd, bytes + length, SB_PLAN_BYTES_MAX + 1 - length);

    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return sb_fail(err, errno, "cannot read the plan from descriptor %d", fd);
    if (count == 0)
      break;
    length += (size_t)count;
  }
  if (length > SB_PLAN_BYTES_MAX)
    return sb_fail(err, 0, "the plan is longer than %u bytes", SB_PLAN_BYTES_MAX);
  *ret_bytes = bytes;
  *ret_length = length;
  bytes = NULL;
  return 0;
}

int sb_words_split(struct sb_words *words, char *bytes, size_t length, struct sb_error *err) {
  size_t count = 0;
  char **list;

  if (length == 0 || bytes[length - 1] != '\0')
    return sb_fail(err, 0, "the plan is %s", length == 0 ? "empty" : "cut short: its last word does not end with NUL");
  for (size_t i = 0; i < length; i++)
    count += bytes[i] == '\0';
  if (count > SB_PLAN_WORDS_MAX)
    return sb_fail(err, 0, "the plan has %zu words; at most %u are taken", count, SB_PLAN_WORDS_MAX);

  list = calloc(count + 1, sizeof *list);
  if (list == NULL)
    return sb_fail(err, errno, "no memory for the plan");
  for (size_t i = 0, at = 0; i < count; i++) {
    list[i] = bytes + at;
    at += strlen(list[i]) + 1;
  }
  words->list = list;
  words->count = count;
  return 0;
}

static int plan_init(struct sb_plan *plan, const struct sb_words *words, struct sb_error *err) {
  *plan = (struct sb_plan){
      .mode = SB_MODE_SANDBOX,
      .uid = 1000,
      .gid = 1000,
      .hostname = "agent",
      .chdir = "/",
      .seccomp = true,
      .landlock = SB_LANDLOCK_AUTO,
      .listen_fd = -1,
      .join_fd = -1,
      .status_fd = -1,
      .control_fd = -1,
  };
  memcpy(plan->limits, limit_names, sizeof limit_names);
  if (words->count > SB_PLAN_WORDS_MAX)
    return sb_fail(err, 0, "the plan has %zu words; at most %u are taken", words->count, SB_PLAN_WORDS_MAX);

  /* No list can get more entries than there are words, which are bounded. */
  plan->environment = calloc(words->count + 1, sizeof *plan->environment);
  plan->allowed_syscalls = calloc(words->count + 1, sizeof *plan->allowed_syscalls);
  plan->mounts = calloc(words->count + 1, sizeof *plan->mounts);
  plan->devices = calloc(SB_DEVICES_MAX, sizeof *plan->devices);
  if (plan->environment == NULL || plan->allowed_syscalls == NULL || plan->mounts == NULL || plan->devices == NULL)
    return sb_fail(err, errno, "no memory for the plan");
  return 0;
}

static const struct sb_option *find_option(const char *word, size_t *ret_index) {
  size_t count;
  const struct sb_option *options = sb_options(&count);

  for (size_t i = 0; i < count; i++) {
    if (strcmp(options[i].name, word) == 0) {
      *ret_index = i;
      return &options[i];
    }
  }
  return NULL;
}

/* Adds the option's name to what its taker said, which knows the value only. */
static int fail_option(struct sb_error *err, const char *name) {
  char text[SB_ERROR_TEXT_BYTES];

  (void)snprintf(text, sizeof text, "%s", err->text);
  return sb_fail(err, err->number, "%s: %.*s", name, (int)(SB_ERROR_TEXT_BYTES - 32), text);
}

/* Takes the option at *at and moves on past its arguments. */
static int parse_option(struct sb_plan *plan, const struct sb_words *words, size_t *at, bool seen[SB_OPTIONS_MAX],
                        struct sb_error *err) {
  const char *word = words->list[*at];
  size_t index;
  const struct sb_option *option = find_option(word, &index);

  if (option == NULL)
    return sb_fail(err, 0, "'%.60s' is not an option of this program; see --help", word);
  if (words->count - *at - 1 < option->arity)
    return sb_fail(err, 0, "%s needs %u more word%s", word, option->arity, option->arity == 1 ? "" : "s");
  if (seen[index] && !option->repeatable)
    return sb_fail(err, 0, "%s is given twice", word);
  seen[index] = true;
  if (option->take(plan, words->list + *at + 1, err) < 0)
    return fail_option(err, word);
  *at += option->arity + 1;
  return 0;
}

static const char *mode_word(enum sb_mode mode) {
  if (mode == SB_MODE_JOIN)
    return "together with --join-fd";
  return mode == SB_MODE_SUPERVISE ? "together with --supervise-only" : "without --supervise-only";
}

/* A source that is the supervisor's own channel would be lost, or shown to the payload. */
static int check_given(const struct sb_plan *plan, struct sb_error *err) {
  const int channels[] = {plan->status_fd, plan->control_fd, plan->listen_fd};

  for (size_t i = 0; i < plan->given_count; i++) {
    for (size_t j = 0; j < sizeof channels / sizeof channels[0]; j++) {
      if (plan->given[i] == channels[j])
        return sb_fail(err, 0, "descriptor %d is both a source and one of --status-fd, --control-fd and --listen",
                       plan->given[i]);
    }
  }
  return 0;
}

static bool lies_in(const char *path, const char *directory) {
  size_t length = strlen(directory);

  return strncmp(path, directory, length) == 0 && path[length] == '/';
}

static int check_devices(const struct sb_plan *plan, struct sb_error *err) {
  for (size_t i = 0; i < plan->device_count; i++) {
    bool placed = false;

    for (size_t j = 0; !placed && j < plan->mount_count; j++)
      placed =
          plan->mounts[j].kind == SB_MOUNT_DEV && lies_in(plan->devices[i].destination, plan->mounts[j].destination);
    if (!placed)
      return sb_fail(err, 0, "--device: '%.100s' lies in no --dev", plan->devices[i].destination);
  }
  return 0;
}

/* What can only be judged once all words are known. */
static int check_plan(const struct sb_plan *plan, const bool seen[SB_OPTIONS_MAX], struct sb_error *err) {
  size_t count;
  const struct sb_option *options = sb_options(&count);

  for (size_t i = 0; i < count; i++) {
    if (seen[i] && (options[i].modes & (unsigned)plan->mode) == 0)
      return sb_fail(err, 0, "%s cannot be used %s", options[i].name, mode_word(plan->mode));
  }
  if (plan->command[0] == NULL || plan->command[0][0] == '\0')
    return sb_fail(err, 0, "no command is given; it comes after the options");
  if (plan->map_uid_given != plan->map_gid_given)
    return sb_fail(err, 0, "--map-uid and --map-gid are given together or not at all");
  if (plan->mode == SB_MODE_SANDBOX && geteuid() == 0 && !plan->map_uid_given)
    return sb_fail(err, 0,
                   "as root, --map-uid and --map-gid must name the host ids to use: host uid 0 is never mapped");
  if (geteuid() != 0 && plan->map_uid_given)
    return sb_fail(err, 0, "--map-uid: only root can map other ids than its own; leave it out");
  if (geteuid() != 0 && plan->run_as_given)
    return sb_fail(err, 0, "--run-as: only root can become another user; leave it out");
  if (plan->listen_fd >= 0 && plan->share_net)
    return sb_fail(err, 0, "--listen and --share-net exclude each other: the listener would be the caller's");
  if (plan->listen_fd >= 0 && (plan->listen_fd == plan->status_fd || plan->listen_fd == plan->control_fd))
    return sb_fail(err, 0, "--listen shares its descriptor with another option");
  if (plan->status_fd >= 0 && (plan->status_fd == plan->control_fd || plan->status_fd == plan->join_fd))
    return sb_fail(err, 0, "--status-fd shares its descriptor with another option");
  if (plan->control_fd >= 0 && plan->control_fd == plan->join_fd)
    return sb_fail(err, 0, "--control-fd shares its descriptor with --join-fd");
  return check_given(plan, err) < 0 ? -1 : check_devices(plan, err);
}

int sb_plan_parse(struct sb_plan *plan, const struct sb_words *words, struct sb_error *err) {
  bool seen[SB_OPTIONS_MAX] = {false};
  size_t at = 0;

  if (plan_init(plan, words, err) < 0)
    return -1;
  while (at < words->count && words->list[at][0] == '-') {
    if (strcmp(words->list[at], "--") == 0) {
      at++;
      break;
    }
    if (parse_option(plan, words, &at, seen, err) < 0)
      return -1;
  }
  plan->command = words->list + at;
  return check_plan(plan, seen, err);
}

int sb_plan_status_fd(const struct sb_words *words) {
  struct sb_error ignored;
  int fd;

  for (size_t i = 0; i + 1 < words->count && strcmp(words->list[i], "--") != 0; i++) {
    if (strcmp(words->list[i], "--status-fd") == 0 && sb_parse_fd(words->list[i + 1], &fd, &ignored) == 0)
      return fd;
  }
  return -1;
}

void sb_plan_release(struct sb_plan *plan) {
  for (size_t i = 0; i < plan->environment_count; i++)
    free(plan->environment[i]);
  free((void *)plan->environment);
  free((void *)plan->allowed_syscalls);
  free(plan->mounts);
  free(plan->devices);
  plan->environment = NULL;
  plan->allowed_syscalls = NULL;
  plan->mounts = NULL;
  plan->devices = NULL;
  plan->environment_count = 0;
}
