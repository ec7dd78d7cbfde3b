// SPDX-License-Identifier: MIT
#include "wire.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 4096

static const unsigned char MAGIC[4] = {0x54, 0x4E, 0x47, 0x41};

void wire_put_header(unsigned char *target, enum wire_opcode opcode, uint64_t payload_bytes) {
  memcpy(target, MAGIC, sizeof MAGIC);
  memset(target + 4, 0, 4);
  target[8] = (unsigned char)opcode;
  for (int i = 0; i < 8; i++)
    target[9 + i] = (unsigned char)(payload_bytes >> (8 * i));
}

int wire_get_header(const unsigned char *source, struct wire_header *ret) {
  uint32_t agent_id = 0;
  uint64_t payload_bytes = 0;

  if (memcmp(source, MAGIC, sizeof MAGIC) != 0)
    return -1;

  for (int i = 0; i < 4; i++)
    agent_id |= (uint32_t)source[4 + i] << (8 * i);
  for (int i = 0; i < 8; i++)
    payload_bytes |= (uint64_t)source[9 + i] << (8 * i);
  *ret = (struct wire_header){.agent_id = agent_id, .opcode = source[8], .payload_bytes = payload_bytes};
  return 0;
}

void die(int error, const char *format, ...) {
  va_list arguments;

  (void)fprintf(stderr, "%s: ", program_invocation_short_name);
  va_start(arguments, format);
  (void)vfprintf(stderr, format, arguments);
  va_end(arguments);
  if (error != 0)
    (void)fprintf(stderr, ": %s", strerror(error));
  (void)fputc('\n', stderr);
  exit(EXIT_FAILURE);
}

static struct sockaddr_un address_of(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = strlen(path);

  if (length >= sizeof address.sun_path)
    die(0, "a socket's path has at most %zu bytes, this one %zu: %s", sizeof address.sun_path - 1, length, path);
  memcpy(address.sun_path, path, length);
  return address;
}

static int new_socket(int flags) {
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);

  if (fd < 0)
    die(errno, "socket");
  return fd;
}

int wire_connect(const char *path) {
  struct sockaddr_un address = address_of(path);
  int fd = new_socket(0);

  if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
    die(errno, "connect to %s", path);
  return fd;
}

int wire_listen(const char *path) {
  struct sockaddr_un address = address_of(path);
  int fd = new_socket(SOCK_NONBLOCK);

  if (bind(fd, (const struct sockaddr *)&address, sizeof address) != 0)
    die(errno, "bind to %s", path);
  if (listen(fd, BACKLOG) != 0)
    die(errno, "listen on %s", path);
  return fd;
}

void raise_descriptor_limit(void) {
  struct rlimit limit;

  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    die(errno, "getrlimit");
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
    die(errno, "setrlimit");
}
