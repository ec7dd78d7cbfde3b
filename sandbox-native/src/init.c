// SPDX-License-Identifier: MIT
#include "init.h"
#include "descriptors.h"
#include "message.h"
#include "owned.h"
#include "payload.h"
#include "syscalls.h"
#include "tree.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

struct init {
  struct sb_sandbox *sandbox;
  int children;  /* a signalfd for SIGCHLD */
  int execution; /* ends when exec succeeds, holds a byte when it failed; -1 when that is known */
  pid_t payload;
  bool ended; /* the payload is reaped and the helper told */
};

static bool is_pid_one(const struct init *init) {
  return init->sandbox->plan->mode == SB_MODE_SANDBOX;
}

_Noreturn void sb_init_give_up(const struct sb_sandbox *sandbox, const struct sb_error *err) {
  struct sb_message message = {.kind = SB_MESSAGE_FAILED, .body.error = *err};

  (void)sb_message_send(sandbox->socket, &message);
  _exit(1);
}

/* Ends init, and with it everything inside. The kernel kills what is in pid 1's namespace; else this does. */
_Noreturn static void end(const struct init *init) {
  if (is_pid_one(init))
    _exit(0);
  /* By name, because a process that has not got to exec yet is hidden in a sandbox's /proc; and waited for, because the
   * tree below would look for it there as long as it is this one's child. */
  if (!init->ended) {
    (void)kill(init->payload, SIGKILL);
    while (waitpid(init->payload, NULL, __WALL) < 0 && errno == EINTR)
      continue;
  }
  if (init->sandbox->proc >= 0)
    sb_tree_kill(init->sandbox->proc, 0);
  _exit(0);
}

/* Looks whether exec has come to pass, once that can be told. */
static void learn_execution(struct init *init) {
  struct sb_message message = {.kind = SB_MESSAGE_STARTED, .body.layers = init->sandbox->layers};
  char byte;
  ssize_t count;

  do {
    count = read(init->execution, &byte, 1);
  } while (count < 0 && errno == EINTR);
  sb_close_and_forget(&init->execution);
  if (count != 0)
    end(init); /* the payload has told the helper why */
  (void)sb_message_send(init->sandbox->socket, &message);
}

static void payload_ended(struct init *init, int status) {
  struct sb_message message = {.kind = SB_MESSAGE_ENDED, .number = status};

  /* Its end of the pipe is closed now, so this does not block. */
  if (init->execution >= 0)
    learn_execution(init);
  message.alone = waitpid(-1, NULL, WNOHANG | __WALL) < 0 && errno == ECHILD;
  (void)sb_message_send(init->sandbox->socket, &message);
  init->ended = true;
  if (is_pid_one(init))
    _exit(0);
}

static void reap(struct init *init) {
  struct signalfd_siginfo ignored;
  int status;
  pid_t pid;

  (void)!read(init->children, &ignored, sizeof ignored);
  while ((pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0) {
    if (pid == init->payload && !init->ended)
      payload_ended(init, status);
  }
}

static void relay_signal(const struct init *init, int number) {
  if (number == SIGSTOP || number == SIGCONT)
    (void)kill(-1, number); /* every process of the namespace but this one; the helper sends it to pid 1 only */
  else if (!init->ended)
    (void)kill(init->payload, number);
}

static void hear_helper(const struct init *init) {
  struct sb_message message;
  pid_t sender;
  int received = sb_message_receive(init->sandbox->socket, /* wait= */ false, &message, &sender);

  if (received < 0 && errno == EAGAIN)
    return;
  if (received <= 0)
    end(init); /* the helper is gone, so nobody supervises what is here */
  if (message.kind == SB_MESSAGE_SIGNAL)
    relay_signal(init, message.number);
}

/* Makes the payload; returns in init only, which stands still until the payload has got to exec or has ended: there is
 * nothing to supervise before that, and no copy of init's memory to be made. */
static int make_payload(struct init *init, struct sb_error *err) {
  int pair[2];

  if (pipe2(pair, O_CLOEXEC) < 0)
    return sb_fail(err, errno, "cannot make a pipe");
  init->payload = vfork();
  if (init->payload < 0) {
    sb_error_set(err, errno, "cannot make the payload's process; is the cgroup's pids.max too low?");
    sb_close_and_forget(&pair[0]);
    sb_close_and_forget(&pair[1]);
    return -1;
  }
  if (init->payload == 0)
    sb_payload_run(init->sandbox, pair[1]);
  sb_close_and_forget(&pair[1]);
  init->execution = pair[0];
  return 0;
}

static int prepare(struct init *init, struct sb_error *err) {
  const int kept[] = {init->sandbox->socket, init->sandbox->null, init->sandbox->proc};
  sigset_t all;
  sigset_t child;

  if (sb_close_others(kept, sizeof kept / sizeof kept[0], err) < 0)
    return -1;
  /* What nobody handles must not end init, and a signal from inside must not move it. */
  (void)sigfillset(&all);
  (void)sigprocmask(SIG_SETMASK, &all, NULL);
  (void)sigemptyset(&child);
  (void)sigaddset(&child, SIGCHLD);
  init->children = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
  if (init->children < 0)
    return sb_fail(err, errno, "cannot make a signal descriptor");
  if (!is_pid_one(init) && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
    return sb_fail(err, errno, "cannot become the reaper of orphans");
  return make_payload(init, err);
}

_Noreturn void sb_init_run(struct sb_sandbox *sandbox) {
  struct init init = {.sandbox = sandbox, .children = -1, .execution = -1};
  struct sb_error err;

  if (prepare(&init, &err) < 0) {
    (void)sb_fail_stage(&err, "init");
    sb_init_give_up(sandbox, &err);
  }
  sb_release_stdio(sandbox->null);
  for (;;) {
    struct pollfd watched[] = {
        {.fd = sandbox->socket, .events = POLLIN},
        {.fd = init.children, .events = POLLIN},
        {.fd = init.execution, .events = POLLIN},
    };

    if (poll(watched, sizeof watched / sizeof watched[0], -1) < 0 && errno != EINTR)
      end(&init);
    if (init.execution >= 0 && watched[2].revents != 0)
      learn_execution(&init);
    if (watched[1].revents != 0)
      reap(&init);
    if (watched[0].revents != 0)
      hear_helper(&init);
  }
}
