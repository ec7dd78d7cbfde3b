// SPDX-License-Identifier: MIT
/*
 * echo_server SOCKET: answers every frame of the kernel's wire format with itself. One thread, one epoll, non-blocking
 * sockets: what a plain C program makes of the same work, which the kernel's figures are held against.
 *
 * Prints "ready" when it listens; ends when its standard input does, so that it never outlives who started it.
 */
#include "wire.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_BYTES ((size_t)64 * 1024)
#define BATCH 256

/* Bytes kept between two events; holds no memory while empty. */
struct rest {
  unsigned char *bytes;
  size_t count;
};

struct peer {
  int fd;
  struct rest input;  /* the head of a frame */
  struct rest output; /* answers that the socket did not take; nothing is read meanwhile */
};

/* What was kept of a frame, and behind it what one read brings. */
static unsigned char buffer[WIRE_HEADER_BYTES + WIRE_PAYLOAD_BYTES_MAX + READ_BYTES];

static void keep(struct rest *rest, const unsigned char *bytes, size_t count) {
  unsigned char *copy = NULL;

  if (count > 0) {
    copy = malloc(count);
    if (copy == NULL)
      die(errno, "allocate %zu bytes", count);
    memcpy(copy, bytes, count);
  }
  free(rest->bytes);
  *rest = (struct rest){.bytes = copy, .count = count};
}

static void watch(int epoll, int operation, int fd, uint32_t events, void *data) {
  struct epoll_event event = {.events = events, .data.ptr = data};

  if (epoll_ctl(epoll, operation, fd, &event) != 0)
    die(errno, "epoll_ctl");
}

static void hang_up(struct peer *peer) {
  close(peer->fd);
  free(peer->input.bytes);
  free(peer->output.bytes);
  free(peer);
}

/* How many of the bytes are whole frames, or -1 when they are none of ours. */
static ssize_t whole_frames(const unsigned char *bytes, size_t count) {
  size_t whole = 0;

  while (count - whole >= WIRE_HEADER_BYTES) {
    struct wire_header header;
    if (wire_get_header(bytes + whole, &header) != 0 || header.payload_bytes > WIRE_PAYLOAD_BYTES_MAX)
      return -1;
    if (header.payload_bytes > count - whole - WIRE_HEADER_BYTES)
      break;
    whole += WIRE_HEADER_BYTES + (size_t)header.payload_bytes;
  }
  return (ssize_t)whole;
}

/* Sends what the socket takes and keeps the rest; false when the peer is gone. */
static bool answer(int epoll, struct peer *peer, const unsigned char *bytes, size_t count) {
  bool waited = peer->output.count > 0;
  ssize_t sent = send(peer->fd, bytes, count, MSG_NOSIGNAL);

  if (sent < 0 && errno != EAGAIN && errno != EINTR)
    return false;
  if (sent < 0)
    sent = 0;
  if (waited || (size_t)sent < count)
    keep(&peer->output, bytes + sent, count - (size_t)sent);
  if (waited != (peer->output.count > 0))
    watch(epoll, EPOLL_CTL_MOD, peer->fd, waited ? EPOLLIN : EPOLLOUT, peer);
  return true;
}

/* Reads once and answers what is whole; false when the peer is gone or talks nonsense. */
static bool serve(int epoll, struct peer *peer) {
  size_t kept = peer->input.count;
  ssize_t received;
  ssize_t whole;
  size_t count;

  if (kept > 0)
    memcpy(buffer, peer->input.bytes, kept);
  received = recv(peer->fd, buffer + kept, READ_BYTES, 0);
  if (received < 0)
    return errno == EAGAIN || errno == EINTR;
  if (received == 0)
    return false;

  count = kept + (size_t)received;
  whole = whole_frames(buffer, count);
  if (whole < 0)
    return false;
  if (whole > 0 && !answer(epoll, peer, buffer, (size_t)whole))
    return false;
  if (kept > 0 || (size_t)whole < count)
    keep(&peer->input, buffer + whole, count - (size_t)whole);
  return true;
}

static void accept_all(int epoll, int listener) {
  int fd;

  /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): epoll keeps each peer and hands it back with its events */
  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
    struct peer *peer = calloc(1, sizeof *peer);
    if (peer == NULL)
      die(errno, "allocate a connection");
    peer->fd = fd;
    watch(epoll, EPOLL_CTL_ADD, fd, EPOLLIN, peer);
  }
  if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
    die(errno, "accept4");
}

static void handle(int epoll, struct peer *peer, uint32_t events) {
  bool alive = true;

  if (events & EPOLLOUT)
    alive = answer(epoll, peer, peer->output.bytes, peer->output.count);
  else if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
    alive = serve(epoll, peer);
  if (!alive || (events & EPOLLERR))
    hang_up(peer);
}

int main(int argc, char **argv) {
  /* Addresses that tell the listener and standard input from a peer. */
  static char listener_tag;
  static char input_tag;
  struct epoll_event events[BATCH];
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  int listener;

  if (argc != 2)
    die(0, "usage: echo_server SOCKET");
  if (epoll < 0)
    die(errno, "epoll_create1");
  raise_descriptor_limit();
  listener = wire_listen(argv[1]);
  watch(epoll, EPOLL_CTL_ADD, listener, EPOLLIN, &listener_tag);
  watch(epoll, EPOLL_CTL_ADD, STDIN_FILENO, EPOLLIN, &input_tag);
  if (puts("ready") < 0 || fflush(stdout) != 0)
    die(errno, "standard output");

  for (;;) {
    int ready = epoll_wait(epoll, events, BATCH, -1);
    if (ready < 0 && errno != EINTR)
      die(errno, "epoll_wait");
    for (int i = 0; i < ready; i++) {
      if (events[i].data.ptr == &input_tag)
        return 0;
      if (events[i].data.ptr == &listener_tag)
        accept_all(epoll, listener);
      else
        handle(epoll, events[i].data.ptr, events[i].events);
    }
  }
}
