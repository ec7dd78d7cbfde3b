// SPDX-License-Identifier: MIT
#include "plan_fuzz.h"
#include "owned.h"
#include "plan.h"
#include "seccomp.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a plan may name as --status-fd, --control-fd and --join-fd. */
#define FD_FIRST 3
#define FD_LAST 5

/* Ends the process where the sanitizers' and the fuzzer's handlers see it. */
#define MUST(condition) ((condition) ? (void)0 : fail(__LINE__, #condition))

_Noreturn static void fail(int line, const char *what) {
  (void)fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, line, what);
  abort();
}

/* The same descriptors are open for every input, whoever runs this. */
static void open_descriptors(void) {
  for (int fd = FD_FIRST; fd <= FD_LAST; fd++) {
    if (fcntl(fd, F_GETFD) < 0) {
      SB_OWNED_FD null = open("/dev/null", O_RDWR | O_CLOEXEC);

      MUST(null >= 0 && (null == fd || dup3(null, fd, O_CLOEXEC) == fd));
      if (null == fd)
        (void)sb_steal_fd(&null);
    }
  }
}

static void check_path(const char *path) {
  MUST(path[0] == '/' && strlen(path) <= SB_PLAN_PATH_BYTES_MAX);
}

/* A destination leads to one place only, whatever is there. */
static void check_destination(const char *path) {
  check_path(path);
  MUST(path[1] != '\0' && path[strlen(path) - 1] != '/');
  MUST(strstr(path, "//") == NULL && strstr(path, "/./") == NULL && strstr(path, "/../") == NULL);
}

static void check_mount(const struct sb_mount *mount) {
  check_destination(mount->destination);
  MUST(mount->tree == -1);
  MUST((mount->source != NULL) == (mount->kind == SB_MOUNT_BIND || mount->kind == SB_MOUNT_SYMLINK));
  if (mount->kind == SB_MOUNT_BIND)
    check_path(mount->source);
  if (mount->kind == SB_MOUNT_TMPFS || mount->kind == SB_MOUNT_DEV)
    MUST(mount->bytes >= SB_TMPFS_BYTES_MIN && mount->bytes <= SB_TMPFS_BYTES_MAX &&
         mount->inodes >= SB_TMPFS_INODES_MIN && mount->inodes <= SB_TMPFS_INODES_MAX);
}

static void check_descriptors(const struct sb_plan *plan) {
  const int named[] = {plan->status_fd, plan->control_fd, plan->join_fd};

  for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
    MUST(named[i] == -1 || (named[i] >= FD_FIRST && fcntl(named[i], F_GETFD) >= 0));
    for (size_t other = 0; other < i; other++)
      MUST(named[i] == -1 || named[i] != named[other]);
  }
}

/* What the stages rely on without looking again. */
static void check_plan(const struct sb_plan *plan, const struct sb_words *words) {
  struct sock_filter filter[SB_FILTER_MAX];
  size_t length = sb_seccomp_build(filter, plan->allowed_syscalls, plan->allowed_syscall_count, false);

  MUST(length > 0 && length <= SB_FILTER_MAX);
  MUST(plan->command >= words->list && plan->command < words->list + words->count && plan->command[0][0] != '\0');
  MUST(plan->mount_count <= SB_PLAN_MOUNTS_MAX);
  for (size_t i = 0; i < plan->mount_count; i++)
    check_mount(&plan->mounts[i]);
  MUST(plan->mode == SB_MODE_SANDBOX || plan->mount_count == 0);
  for (size_t i = 0; i < plan->environment_count; i++)
    MUST(strchr(plan->environment[i], '=') > plan->environment[i]);
  MUST(plan->environment[plan->environment_count] == NULL);
  MUST(plan->map_uid_given == plan->map_gid_given);
  MUST(!plan->map_uid_given || (plan->map_uid != 0 && plan->map_gid != 0));
  MUST((plan->mode == SB_MODE_JOIN) == (plan->join_fd >= 0));
  MUST(plan->oom_score >= 0 && plan->oom_score <= SB_OOM_SCORE_MAX);
  MUST(strlen(plan->hostname) >= 1 && strlen(plan->hostname) <= SB_HOSTNAME_BYTES_MAX);
  check_path(plan->chdir);
  check_descriptors(plan);
  MUST(plan->given_count <= SB_GIVEN_MAX && plan->device_count <= SB_DEVICES_MAX);
  for (size_t i = 0; i < plan->given_count; i++)
    MUST(plan->given[i] >= FD_FIRST && fcntl(plan->given[i], F_GETFD) >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  SB_OWNED_MEMORY char *bytes = size == 0 ? NULL : malloc(size);
  struct sb_words words = {0};
  struct sb_error err = {0};
  struct sb_plan plan = {.mode = SB_MODE_SANDBOX};

  open_descriptors();
  MUST(size == 0 || bytes != NULL);
  if (size > 0)
    memcpy(bytes, data, size);
  if (sb_words_split(&words, bytes, size, &err) == 0) {
    int status = sb_plan_status_fd(&words);

    MUST(status == -1 || status >= FD_FIRST);
    if (sb_plan_parse(&plan, &words, &err) == 0)
      check_plan(&plan, &words);
    else
      MUST(err.text[0] != '\0');
    sb_plan_release(&plan);
  } else {
    MUST(err.text[0] != '\0');
  }
  MUST(memchr(err.text, '\0', sizeof err.text) != NULL);
  free((void *)words.list);
  return 0;
}
