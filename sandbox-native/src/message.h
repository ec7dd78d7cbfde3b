// SPDX-License-Identifier: MIT
#ifndef SB_MESSAGE_H
#define SB_MESSAGE_H

#include "error.h"
#include "layers.h"

#include <stdbool.h>
#include <sys/types.h>

/* What the helper and the processes inside tell each other over one SOCK_SEQPACKET pair. */
enum sb_message_kind {
  SB_MESSAGE_PROCEED, /* helper to init: the id maps are written */
  SB_MESSAGE_BOUNDED, /* helper to init: System V IPC is bounded, if that can be done here */
  SB_MESSAGE_INIT,    /* init to helper: the sender is init */
  SB_MESSAGE_PAYLOAD, /* payload to helper: the sender is the payload, about to exec */
  SB_MESSAGE_STARTED, /* init to helper: exec has succeeded; what each layer came to */
  SB_MESSAGE_FAILED,  /* any to helper: nothing runs, and why */
  SB_MESSAGE_ENDED,   /* init to helper: the payload's wait status is `number`; `alone` when nothing else is left */
  SB_MESSAGE_SIGNAL   /* helper to init: `number` goes to the payload, or to all for SIGSTOP and SIGCONT */
};

struct sb_message {
  enum sb_message_kind kind;
  int number;
  bool alone;
  union {
    struct sb_layers layers;
    struct sb_error error;
  } body;
};

/* A connected pair; messages that arrive at `ret_pair[0]` carry the sender's pid. */
int sb_message_pair(int ret_pair[2], struct sb_error *err);

/* Sends without blocking. -1 with errno when the other end is gone or does not read; callers have nobody to tell. */
int sb_message_send(int socket, const struct sb_message *message);

/* Receives one message. 1 when there is one, 0 at the end, -1 with errno (EAGAIN when none waits and !wait).
 * *ret_sender is the sender's pid as this process sees it, 0 when not asked for by sb_message_pair. */
int sb_message_receive(int socket, bool wait, struct sb_message *message, pid_t *ret_sender);

#endif
