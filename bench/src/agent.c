// SPDX-License-Identifier: MIT
/*
 * agent NAME: the smallest agent there can be. Makes one call (HELLO), sends the time at which its answer came
 * (CLOCK_MONOTONIC, the same clock in every sandbox) to the one that is registered under NAME, and sleeps until it is
 * ended. Static, so that it starts as fast as a program can.
 */
#include "wire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SANDBOX_SOCKET "/run/agentos.sock"
#define ANSWER_BYTES_MAX ((size_t)16 * 1024)

static void send_all(int fd, const unsigned char *bytes, size_t count) {
  while (count > 0) {
    ssize_t sent = send(fd, bytes, count, MSG_NOSIGNAL);
    if (sent < 0)
      die(errno, "send");
    bytes += sent;
    count -= (size_t)sent;
  }
}

static void receive_all(int fd, unsigned char *bytes, size_t count) {
  while (count > 0) {
    ssize_t received = recv(fd, bytes, count, 0);
    if (received <= 0)
      die(received < 0 ? errno : 0, "the kernel hung up");
    bytes += received;
    count -= (size_t)received;
  }
}

/* Makes a call and waits for its answer, which must be a success. */
static void call(int fd, enum wire_opcode opcode, const char *payload, size_t payload_bytes) {
  static unsigned char answer[ANSWER_BYTES_MAX + 1];
  unsigned char frame[WIRE_HEADER_BYTES + 256];
  struct wire_header header;

  if (payload_bytes > sizeof frame - WIRE_HEADER_BYTES)
    die(0, "a request of %zu bytes is too long", payload_bytes);
  wire_put_header(frame, opcode, payload_bytes);
  memcpy(frame + WIRE_HEADER_BYTES, payload, payload_bytes);
  send_all(fd, frame, WIRE_HEADER_BYTES + payload_bytes);

  receive_all(fd, frame, WIRE_HEADER_BYTES);
  if (wire_get_header(frame, &header) != 0 || header.opcode != opcode || header.payload_bytes > ANSWER_BYTES_MAX)
    die(0, "what came is no answer to call 0x%02x", (unsigned)opcode);
  receive_all(fd, answer, (size_t)header.payload_bytes);
  answer[header.payload_bytes] = '\0';
  if (strstr((const char *)answer, "\"success\":true") == NULL)
    die(0, "call 0x%02x failed: %s", (unsigned)opcode, (const char *)answer);
}

int main(int argc, char **argv) {
  const char *path = getenv("AGENTOS_SOCKET");
  struct timespec now;
  char message[256];
  int length;
  int fd;

  if (argc != 2)
    die(0, "usage: agent NAME");
  fd = wire_connect(path != NULL ? path : SANDBOX_SOCKET);
  call(fd, WIRE_HELLO, "{}", 2);
  clock_gettime(CLOCK_MONOTONIC, &now);

  length = snprintf(message, sizeof message, "{\"to_name\":\"%s\",\"message\":{\"first_call_ns\":%lld%09ld}}", argv[1],
                    (long long)now.tv_sec, now.tv_nsec);
  if (length < 0 || (size_t)length >= sizeof message)
    die(0, "the name is too long: %s", argv[1]);
  call(fd, WIRE_SEND, message, (size_t)length);

  for (;;)
    pause();
}
