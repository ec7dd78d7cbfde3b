// SPDX-License-Identifier: MIT
#include "cgroup.h"
#include "descriptors.h"
#include "help.h"
#include "launch.h"
#include "owned.h"
#include "plan.h"
#include "probe.h"
#include "program.h"
#include "signals.h"
#include "status.h"
#include "supervise.h"
#include "syscalls.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>

#define EXIT_REFUSED 125

#ifndef SB_VERSION
#error "the Makefile gives the version"
#endif

/* Signals that a person or a service manager sends to this process and means for the payload. */
static const int forwarded[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};

/* A plan that came by a descriptor; NULL when the words are the command line's. */
struct plan_bytes {
  char *bytes;
  size_t length;
};

/* Takes the words from the command line, or from the descriptor that `--plan-fd N` names. */
static int collect_words(int count, char **arguments, struct sb_words *words, struct plan_bytes *ret_plan,
                         struct sb_error *err) {
  char *end;
  long fd;

  if (count < 2 || strcmp(arguments[1], "--plan-fd") != 0) {
    words->list = arguments + 1;
    words->count = count < 1 ? 0 : (size_t)count - 1;
    return 0;
  }
  if (count != 3)
    return sb_fail(err, 0, "--plan-fd N must be all there is on the command line");
  fd = strtol(arguments[2], &end, 10);
  if (*end != '\0' || end == arguments[2] || fd < 3 || fd > (long)SB_FD_MAX)
    return sb_fail(err, 0, "--plan-fd: '%.40s' is not a descriptor from 3 up", arguments[2]);
  if (sb_plan_read((int)fd, &ret_plan->bytes, &ret_plan->length, err) < 0)
    return -1;
  (void)close((int)fd);
  return sb_words_split(words, ret_plan->bytes, ret_plan->length, err);
}

/* A known state of signals: nothing inherited, the forwarded ones readable from the descriptor returned. */
static int take_signals(struct sb_error *err) {
  struct sigaction action = {.sa_handler = SIG_IGN};
  sigset_t set;
  int signals;

  sb_signals_reset();
  (void)sigaction(SIGPIPE, &action, NULL);
  (void)sigemptyset(&set);
  for (size_t i = 0; i < sizeof forwarded / sizeof forwarded[0]; i++)
    (void)sigaddset(&set, forwarded[i]);
  (void)sigprocmask(SIG_SETMASK, &set, NULL);
  signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals < 0)
    return sb_fail(err, errno, "cannot make a signal descriptor");
  return signals;
}

static int open_surroundings(struct sb_sandbox *sandbox, struct sb_error *err) {
  sandbox->null = open("/dev/null", O_RDWR | O_CLOEXEC);
  sandbox->proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (sandbox->null < 0 || sandbox->proc < 0)
    return sb_fail(err, errno, "cannot open /dev/null and /proc");
  if (sandbox->plan->cgroup != NULL) {
    sandbox->cgroup = sb_cgroup_open(sandbox->plan->cgroup, err);
    if (sandbox->cgroup < 0)
      return sb_fail_stage(err, "cgroup");
  }
  return 0;
}

static int run(const struct sb_plan *plan, struct sb_error *err) {
  struct sb_sandbox sandbox = {.plan = plan, .socket = -1, .null = -1, .proc = -1, .root = -1, .cgroup = -1, .sysv = -1};
  int named[4 + SB_GIVEN_MAX] = {plan->join_fd, plan->listen_fd, plan->status_fd, plan->control_fd};
  struct sb_launched launched;
  int signals;

  memcpy(named + 4, plan->given, plan->given_count * sizeof named[0]);
  if (sb_close_others(named, 4 + plan->given_count, err) < 0)
    return -1;
  signals = take_signals(err);
  if (signals < 0 || open_surroundings(&sandbox, err) < 0 || sb_launch(&sandbox, &launched, err) < 0)
    return sb_fail_stage(err, "prepare");
  return sb_supervise(&sandbox, &launched, signals);
}

static bool is_only_word(int count, char **arguments, const char *word) {
  return count == 2 && strcmp(arguments[1], word) == 0;
}

int main(int count, char **arguments) {
  struct sb_words words = {0};
  struct sb_plan plan = {.mode = SB_MODE_SANDBOX, .status_fd = -1};
  struct sb_error err;
  struct plan_bytes read = {0};
  int result;

  sb_fill_stdio();
  if (is_only_word(count, arguments, "--help"))
    return fputs(sb_help_text, stdout) < 0;
  if (is_only_word(count, arguments, "--version"))
    return puts("agentos-sandbox " SB_VERSION) < 0;
  if (is_only_word(count, arguments, "--probe"))
    return sb_probe() ? EXIT_SUCCESS : EXIT_FAILURE;

  if (collect_words(count, arguments, &words, &read, &err) < 0 || sb_plan_parse(&plan, &words, &err) < 0)
    result = sb_fail_stage(&err, "plan");
  else if (sb_program_protect(&plan, arguments, read.bytes, read.length, &err) < 0)
    result = sb_fail_stage(&err, "program");
  else
    result = run(&plan, &err);
  if (result < 0) {
    sb_status_failed(plan.status_fd >= 0 ? plan.status_fd : sb_plan_status_fd(&words), &err);
    return EXIT_REFUSED;
  }
  return result;
}
