// SPDX-License-Identifier: MIT
#include "supervise.h"
#include "cgroup.h"
#include "descriptors.h"
#include "message.h"
#include "owned.h"
#include "status.h"
#include "syscalls.h"
#include "tree.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_REFUSED 125
#define EXIT_NOT_EXECUTABLE 126
#define EXIT_NOT_FOUND 127
#define SIGNAL_HIGHEST 64

struct supervisor {
  struct sb_sandbox *sandbox;
  struct sb_launched *launched;
  pid_t payload;
  bool started;
  bool failed;
  bool ended; /* init has told the payload's wait status */
  bool alone; /* ... and that nothing else was left */
  bool over;  /* time to leave the loop */
  int wait_status;
  struct sb_error failure;
};

static bool has_pid_one(const struct supervisor *self) {
  return self->sandbox->plan->mode == SB_MODE_SANDBOX;
}

static void hear(struct supervisor *self, const struct sb_message *message, pid_t sender) {
  int status = self->sandbox->plan->status_fd;

  switch (message->kind) {
  case SB_MESSAGE_PAYLOAD:
    self->payload = sender;
    break;
  case SB_MESSAGE_STARTED:
    self->started = true;
    sb_status_layers(status, &message->body.layers);
    sb_status_started(status, self->payload, self->launched->init);
    sb_release_stdio(self->sandbox->null);
    sb_close_and_forget(&self->sandbox->sysv);
    break;
  case SB_MESSAGE_FAILED:
    self->failed = true;
    self->failure = message->body.error;
    self->over = true;
    break;
  case SB_MESSAGE_ENDED:
    self->ended = true;
    self->alone = message->alone;
    self->wait_status = message->number;
    self->over = true;
    break;
  case SB_MESSAGE_PROCEED:
  case SB_MESSAGE_BOUNDED:
  case SB_MESSAGE_INIT:
  case SB_MESSAGE_SIGNAL:
    break; /* not for the helper */
  }
}

/* Takes in all that has been said so far. */
static void hear_all(struct supervisor *self) {
  struct sb_message message;
  pid_t sender;
  int received;

  while ((received = sb_message_receive(self->launched->socket, /* wait= */ false, &message, &sender)) > 0)
    hear(self, &message, sender);
  if (received == 0 || errno != EAGAIN)
    self->over = true; /* init is gone */
}

/* Everything below a supervisor that is no pid 1: only from outside can it all be found and reached. */
static void stop_or_continue(const struct supervisor *self, int number) {
  if (number == SIGSTOP)
    sb_tree_stop(self->sandbox->proc, self->launched->init);
  else
    sb_tree_continue(self->sandbox->proc, self->launched->init);
}

static void carry_out(struct supervisor *self, int number) {
  struct sb_message message = {.kind = SB_MESSAGE_SIGNAL, .number = number};

  if (number < 1 || number > SIGNAL_HIGHEST)
    return;
  if (number == SIGKILL)
    self->over = true;
  else if (!has_pid_one(self) && (number == SIGSTOP || number == SIGCONT))
    stop_or_continue(self, number);
  else
    (void)sb_message_send(self->launched->socket, &message);
}

/* The end of the control descriptor, or an error on it, means that nobody is in charge any more. */
static void hear_control(struct supervisor *self) {
  unsigned char bytes[SIGNAL_HIGHEST];
  ssize_t count = read(self->sandbox->plan->control_fd, bytes, sizeof bytes);

  if (count < 0 && (errno == EINTR || errno == EAGAIN))
    return;
  if (count <= 0)
    self->over = true;
  for (ssize_t i = 0; i < count; i++)
    carry_out(self, bytes[i]);
}

static void hear_signal(struct supervisor *self, int signals) {
  struct signalfd_siginfo signal;

  if (read(signals, &signal, sizeof signal) == (ssize_t)sizeof signal)
    carry_out(self, (int)signal.ssi_signo);
}

static void follow(struct supervisor *self, int signals) {
  while (!self->over) {
    struct pollfd watched[] = {
        {.fd = self->launched->socket, .events = POLLIN},
        {.fd = self->launched->pidfd, .events = POLLIN},
        {.fd = self->sandbox->plan->control_fd, .events = POLLIN},
        {.fd = signals, .events = POLLIN},
    };

    if (poll(watched, sizeof watched / sizeof watched[0], -1) < 0 && errno != EINTR)
      return;
    /* What init said is heard before its end is noticed, and before what the kernel wants. */
    if (watched[0].revents != 0)
      hear_all(self);
    if (watched[1].revents != 0)
      self->over = true;
    if (!self->over && watched[2].revents != 0)
      hear_control(self);
    if (!self->over && watched[3].revents != 0)
      hear_signal(self, signals);
  }
}

/* Ends a supervisor that is no pid 1, after everything below it: nothing must be left without one. */
static void end_tree(struct supervisor *self) {
  struct pollfd gone = {.fd = self->launched->pidfd, .events = POLLIN};

  if (self->started && !self->alone)
    sb_tree_kill(self->sandbox->proc, self->launched->init);
  /* The end of the socket tells init to go; before the payload has started only init knows what there is to kill. It
   * may have been stopped by a payload that has the same uid. */
  (void)shutdown(self->launched->socket, SHUT_RDWR);
  (void)sb_pidfd_send_signal(self->launched->pidfd, SIGCONT);
  (void)poll(&gone, 1, SB_KILL_PATIENCE_MS);
}

/* Leaves nothing alive and returns what the dead have used. */
static struct rusage end_everything(struct supervisor *self) {
  struct rusage usage = {0};
  int status = 0;

  if (!has_pid_one(self))
    end_tree(self);
  (void)sb_pidfd_send_signal(self->launched->pidfd, SIGKILL);
  while (wait4(self->launched->init, &status, __WALL, &usage) < 0 && errno == EINTR)
    continue;
  /* What init could still say has been said by now. */
  if (!self->ended && !self->failed)
    hear_all(self);
  if (self->sandbox->cgroup >= 0)
    sb_cgroup_kill(self->sandbox->cgroup);
  if (self->sandbox->plan->mode == SB_MODE_SUPERVISE)
    sb_tree_kill(self->sandbox->proc, 0);
  return usage;
}

static int report(struct supervisor *self, const struct rusage *usage) {
  int status = self->sandbox->plan->status_fd;

  if (!self->started && !self->failed) {
    self->failed = true;
    sb_error_set(&self->failure, 0, "the sandbox was killed before its payload had started");
    (void)sb_fail_stage(&self->failure, "init");
  }
  if (self->failed) {
    sb_status_failed(status, &self->failure);
    if (strcmp(self->failure.stage, "exec") != 0)
      return EXIT_REFUSED;
    return self->failure.number == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
  }
  /* Without word from init, the payload was killed together with it. */
  if (!self->ended)
    self->wait_status = SIGKILL;
  sb_status_ended(status, self->wait_status, usage);
  return sb_exit_code(self->wait_status);
}

int sb_supervise(struct sb_sandbox *sandbox, struct sb_launched *launched, int signals) {
  struct supervisor self = {.sandbox = sandbox, .launched = launched};
  struct rusage usage;

  follow(&self, signals);
  usage = end_everything(&self);
  return report(&self, &usage);
}
