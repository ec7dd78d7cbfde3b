// SPDX-License-Identifier: MIT
#include "message.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

int sb_message_pair(int ret_pair[2], struct sb_error *err) {
  int on = 1;

  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret_pair) < 0)
    return sb_fail(err, errno, "cannot make a socket pair");
  /* Switched on before anybody can send: the kernel then attaches the pid of each sender, translated into ours. */
  if (setsockopt(ret_pair[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0)
    return sb_fail(err, errno, "cannot ask for the sender's credentials");
  return 0;
}

int sb_message_send(int socket, const struct sb_message *message) {
  ssize_t count;

  do {
    count = send(socket, message, sizeof *message, MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (count < 0 && errno == EINTR);
  return count < 0 ? -1 : 0;
}

int sb_message_receive(int socket, bool wait, struct sb_message *message, pid_t *ret_sender) {
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof(struct ucred))];
  } control;
  struct iovec part = {.iov_base = message, .iov_len = sizeof *message};
  struct msghdr envelope = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  struct cmsghdr *header;
  struct ucred credentials;
  ssize_t count;

  do {
    count = recvmsg(socket, &envelope, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
  } while (count < 0 && errno == EINTR);
  if (count <= 0)
    return (int)count;
  if ((size_t)count != sizeof *message) {
    errno = EBADMSG;
    return -1;
  }
  /* Text from the other side is bounded here, whatever it holds. */
  if (message->kind == SB_MESSAGE_FAILED) {
    message->body.error.stage[SB_STAGE_BYTES - 1] = '\0';
    message->body.error.text[SB_ERROR_TEXT_BYTES - 1] = '\0';
  }
  *ret_sender = 0;
  header = CMSG_FIRSTHDR(&envelope);
  if (header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_CREDENTIALS) {
    memcpy(&credentials, CMSG_DATA(header), sizeof credentials);
    *ret_sender = credentials.pid;
  }
  return 1;
}
