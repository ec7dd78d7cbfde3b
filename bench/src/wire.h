// SPDX-License-Identifier: MIT
/* The kernel's wire format (docs/protocol.md), and what the benchmark programs share around sockets. */
#ifndef BENCH_WIRE_H
#define BENCH_WIRE_H

#include <stddef.h>
#include <stdint.h>

#define WIRE_HEADER_BYTES ((size_t)17)
#define WIRE_PAYLOAD_BYTES_MAX ((size_t)1 << 20)

enum wire_opcode { WIRE_NOOP = 0x00, WIRE_SEND = 0x20, WIRE_HELLO = 0xFE };

struct wire_header {
  uint32_t agent_id;
  uint8_t opcode;
  uint64_t payload_bytes;
};

/* Writes WIRE_HEADER_BYTES bytes. */
void wire_put_header(unsigned char *target, enum wire_opcode opcode, uint64_t payload_bytes);

/* Reads WIRE_HEADER_BYTES bytes. 0, or -1 when they do not start with the magic number; *ret is untouched then. */
int wire_get_header(const unsigned char *source, struct wire_header *ret);

/* Ends the program with status 1 and "PROGRAM: text" on standard error; an errno of 0 is left out. */
void die(int error, const char *format, ...) __attribute__((noreturn, format(printf, 2, 3)));

/* A connected blocking socket, close-on-exec; ends the program when that fails. */
int wire_connect(const char *path);

/* A listening non-blocking socket, close-on-exec; ends the program when that fails. */
int wire_listen(const char *path);

/* Raises the soft limit of descriptors to the hard one: thousands of connections need it. */
void raise_descriptor_limit(void);

#endif
