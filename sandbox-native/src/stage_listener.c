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

static int hand_out_listener(int socket_to, const struct sb_listener *listen_on, struct sb_error *err) {
  const struct sockaddr_in place = {
      .sin_family = AF_INET, .sin_port = htons(listen_on->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int type = listen_on->datagrams ? SOCK_DGRAM : SOCK_STREAM;
  SB_OWNED_FD listener = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  if (listener < 0)
    return sb_fail(err, errno, "cannot open a socket to listen on");
  if (bind(listener, (const struct sockaddr *)&place, sizeof place) < 0 ||
      (!listen_on->datagrams && listen(listener, SB_LISTEN_BACKLOG) < 0))
    return sb_fail(err, errno, "cannot listen on port %u of the sandbox's loopback interface", listen_on->port);
  if (send_descriptor(socket_to, listener) < 0)
    return sb_fail(err, errno, "cannot hand the listener to descriptor %d, which must be a Unix socket", socket_to);
  return 0;
}

/* Before the payload exists: nothing inside can take a port first, and who connects early waits in the queue. No
 * descriptor of these gets to the payload, as init closes all but its own before it makes one. */
int sb_stage_listener(struct sb_sandbox *sandbox, struct sb_error *err) {
  const struct sb_plan *plan = sandbox->plan;

  for (size_t i = 0; i < plan->listener_count; i++)
    if (hand_out_listener(plan->listen_fd, &plan->listeners[i], err) < 0)
      return -1;
  return 0;
}
