// SPDX-License-Identifier: MIT
#include "payload.h"
#include "message.h"
#include "syscalls.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where a command without a slash is looked for when the plan sets no PATH. */
#define DEFAULT_PATH "/usr/local/bin:/usr/bin:/bin"

/* All others have had their default action since the helper started; see take_signals in main.c. */
static int reset_signals(const struct sb_plan *plan, struct sb_error *err) {
  struct sigaction action = {.sa_handler = SIG_DFL};
  sigset_t none;

  (void)plan;
  (void)sigemptyset(&none);
  if (sigaction(SIGPIPE, &action, NULL) < 0 || sigprocmask(SIG_SETMASK, &none, NULL) < 0)
    return sb_fail(err, errno, "cannot reset the signals");
  return 0;
}

static int become_user(const struct sb_plan *plan, struct sb_error *err) {
  if (!plan->run_as_given)
    return 0;
  if (setgroups(0, NULL) < 0)
    return sb_fail(err, errno, "cannot leave the caller's groups");
  if (setresgid(plan->run_as_gid, plan->run_as_gid, plan->run_as_gid) < 0)
    return sb_fail(err, errno, "cannot become group %u", plan->run_as_gid);
  if (setresuid(plan->run_as_uid, plan->run_as_uid, plan->run_as_uid) < 0)
    return sb_fail(err, errno, "cannot become user %u", plan->run_as_uid);
  return 0;
}

static int enter_directory(const struct sb_plan *plan, struct sb_error *err) {
  if (chdir(plan->chdir) < 0)
    return sb_fail(err, errno, "cannot enter the working directory '%s'", plan->chdir);
  return 0;
}

static int start_session(const struct sb_plan *plan, struct sb_error *err) {
  (void)plan;
  (void)umask(077);
  if (setsid() < 0)
    return sb_fail(err, errno, "cannot start a session");
  return 0;
}

static const char *search_path(const struct sb_plan *plan) {
  for (size_t i = 0; i < plan->environment_count; i++) {
    if (strncmp(plan->environment[i], "PATH=", strlen("PATH=")) == 0)
      return plan->environment[i] + strlen("PATH=");
  }
  return DEFAULT_PATH;
}

/* Unlike execvp, never falls back to a shell. On return errno says why the most promising candidate did not work. */
static void exec_searched(const struct sb_plan *plan) {
  const char *name = plan->command[0];
  int found = ENOENT;

  for (const char *at = search_path(plan); *at != '\0';) {
    size_t length = strcspn(at, ":");
    char path[SB_PLAN_PATH_BYTES_MAX + 1];
    int written = snprintf(path, sizeof path, "%.*s/%s", (int)length, at, name);

    if (length > 0 && written > 0 && (size_t)written < sizeof path) {
      (void)execve(path, plan->command, plan->environment);
      if (errno != ENOENT && errno != ENOTDIR)
        found = errno;
    }
    at += length + (at[length] == ':');
  }
  errno = found;
}

static int execute(const struct sb_plan *plan, struct sb_error *err) {
  const char *name = plan->command[0];

  if (strchr(name, '/') != NULL)
    (void)execve(name, plan->command, plan->environment);
  else
    exec_searched(plan);
  return sb_fail(err, errno, "cannot run '%s' in the sandbox", name);
}

static const struct {
  const char *name;
  int (*run)(const struct sb_plan *plan, struct sb_error *err);
} steps[] = {
    {"signals", reset_signals},      {"session", start_session},    {"run-as", become_user}, {"chdir", enter_directory},
    {"landlock", sb_landlock_scope}, {"rlimits", sb_apply_rlimits}, {"exec", execute},
};

_Noreturn void sb_payload_run(const struct sb_sandbox *sandbox, int failure) {
  struct sb_message message = {.kind = SB_MESSAGE_PAYLOAD};
  struct sb_error *err = &message.body.error;

  (void)sb_message_send(sandbox->socket, &message);
  /* All descriptors but the first three close on exec already; this also covers one that somebody forgot to mark. */
  (void)sb_close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  message.kind = SB_MESSAGE_FAILED;
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
    if (steps[i].run(sandbox->plan, err) < 0) {
      (void)sb_fail_stage(err, steps[i].name);
      break;
    }
  }
  (void)sb_message_send(sandbox->socket, &message);
  (void)!write(failure, "", 1);
  _exit(1);
}
