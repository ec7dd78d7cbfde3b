// SPDX-License-Identifier: MIT
#include "owned.h"
#include "stages.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* One byte that carries the descriptor: a message without data is lost on a stream. */
static int send_descriptor(int socket, int fd) {
  union {
    struct cmsghdr header;
    char space[CMSG_SPACE(sizeof fd)];
  } control = {.space = {0}};
  char byte = 0;
  struct iovec part = {.iov_base = &byte, .iov_len = sizeof byte};
  struct msghdr envelope = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  struct cmsghdr *header = CMSG_FIRSTHDR(&envelope);
  ssize_t count;

  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof fd);
  memcpy(CMSG_DATA(header), &fd, sizeof fd);
  do {
    count = sendmsg(socket, &envelope, MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (count < 0 && errno == EINTR);
  return count < 0 ? -1 : 0;
}

/* Before the payload exists: nothing inside can take the port first, and who connects early waits in the queue. Neither
 * descriptor gets to the payload, as init closes all but its own before it makes one. */
int sb_stage_listener(struct sb_sandbox *sandbox, struct sb_error *err) {
  const struct sb_plan *plan = sandbox->plan;
  struct sockaddr_in place = {.sin_family = AF_INET,
                              .sin_port = htons(plan->listen_port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  SB_OWNED_FD listener = -1;

  if (plan->listen_fd < 0)
    return 0;
  listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0)
    return sb_fail(err, errno, "cannot open a socket to listen on");
  if (bind(listener, (const struct sockaddr *)&place, sizeof place) < 0 || listen(listener, SB_LISTEN_BACKLOG) < 0)
    return sb_fail(err, errno, "cannot listen on port %u of the sandbox's loopback interface", plan->listen_port);
  if (send_descriptor(plan->listen_fd, listener) < 0)
    return sb_fail(err, errno, "cannot hand the listener to descriptor %d, which must be a Unix socket",
                   plan->listen_fd);
  return 0;
}
