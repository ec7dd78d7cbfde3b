// SPDX-License-Identifier: MIT
/*
 * load: keeps a number of NOOP requests under way on each of a number of connections and measures the answers.
 * One thread, one epoll: it costs the same whatever it talks to.
 *
 * What a connection sends is a function of the position in its stream alone (frame after frame, each with its number in
 * the payload's first bytes), so nothing is kept for a partial write or read but how far it got, and every answer can
 * be checked: header and number of each, the whole payload while warming up.
 */
#include "histogram.h"
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define NUMBER_BYTES sizeof(uint64_t)
#define HEAD_BYTES (WIRE_HEADER_BYTES + NUMBER_BYTES)
#define AGENT_ID_START 4
#define AGENT_ID_END 8
#define READ_BYTES ((size_t)256 * 1024)
#define BATCH 256
#define SILENCE_MS_MAX 10000
#define CONNECTIONS_MAX 10000
#define DEPTH_MAX 1024

struct settings {
  const char *socket_path;
  long connections;
  long payload_bytes;
  long depth;
  long warmup_ms;
  long duration_ms;
};

struct connection {
  int fd;
  bool wants_output;
  uint64_t sent_bytes;
  uint64_t received_bytes;
  uint64_t *begun_ns; /* of each request under way, by number modulo depth */
};

struct load {
  struct settings settings;
  size_t frame_bytes;
  unsigned char *frames; /* `depth` of them; only their numbers change */
  unsigned char *input;
  struct connection *connections;
  int epoll;
  bool verify_payload;
  bool measuring;
  bool draining;
  uint64_t under_way;
  uint64_t answers; /* warm-up included */
  struct histogram latencies;
};

static uint64_t now_ns(void) {
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

static void *allocate(size_t count, size_t bytes) {
  void *memory = calloc(count, bytes);

  if (memory == NULL)
    die(errno, "allocate %zu times %zu bytes", count, bytes);
  return memory;
}

static void put_number(const struct load *load, size_t slot, uint64_t number) {
  memcpy(load->frames + slot * load->frame_bytes + WIRE_HEADER_BYTES, &number, NUMBER_BYTES);
}

static void watch(const struct load *load, struct connection *connection, int operation, bool output) {
  struct epoll_event event = {.events = EPOLLIN | (output ? EPOLLOUT : 0U), .data.ptr = connection};

  if (epoll_ctl(load->epoll, operation, connection->fd, &event) != 0)
    die(errno, "epoll_ctl");
  connection->wants_output = output;
}

/* Sends requests until `depth` are under way or the socket is full. */
static void send_requests(struct load *load, struct connection *connection, uint64_t now) {
  size_t depth = (size_t)load->settings.depth;
  uint64_t answered = connection->received_bytes / load->frame_bytes;
  uint64_t first = connection->sent_bytes / load->frame_bytes;
  size_t offset = connection->sent_bytes % load->frame_bytes;
  size_t count = (size_t)(answered + depth - first);
  ssize_t sent;

  if (load->draining) /* only what was begun is finished */
    count = offset > 0 ? 1 : 0;
  if (count == 0)
    return;

  for (size_t i = 0; i < count; i++) {
    put_number(load, i, first + i);
    if (i > 0 || offset == 0)
      connection->begun_ns[(first + i) % depth] = now;
  }
  sent = send(connection->fd, load->frames + offset, count * load->frame_bytes - offset, MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN && errno != EINTR)
    die(errno, "send");

  if (sent > 0) {
    uint64_t begun_before = first + (offset > 0);
    connection->sent_bytes += (uint64_t)sent;
    load->under_way += (connection->sent_bytes + load->frame_bytes - 1) / load->frame_bytes - begun_before;
  }
  bool full = sent < 0 || (size_t)sent < count * load->frame_bytes - offset;
  if (full != connection->wants_output)
    watch(load, connection, EPOLL_CTL_MOD, full);
}

/* Compares what arrived with what was sent; the agent's id alone may differ. */
static void check_answer(const struct load *load, uint64_t number, size_t offset, const unsigned char *bytes,
                         size_t count) {
  size_t end = offset + count;

  put_number(load, 0, number);
  for (size_t i = offset; i < end && i < HEAD_BYTES; i++) {
    if ((i < AGENT_ID_START || i >= AGENT_ID_END) && bytes[i - offset] != load->frames[i])
      die(0, "answer %llu differs from its request in byte %zu: 0x%02x instead of 0x%02x", (unsigned long long)number,
          i, bytes[i - offset], load->frames[i]);
  }
  if (load->verify_payload && end > HEAD_BYTES) {
    size_t start = offset > HEAD_BYTES ? offset : HEAD_BYTES;
    if (memcmp(bytes + (start - offset), load->frames + start, end - start) != 0)
      die(0, "the payload of answer %llu differs from that of its request", (unsigned long long)number);
  }
}

static void receive_answers(struct load *load, struct connection *connection) {
  ssize_t received = recv(connection->fd, load->input, READ_BYTES, 0);
  size_t used = 0;
  uint64_t now;

  if (received == 0)
    die(0, "the server hung up");
  if (received < 0) {
    if (errno != EAGAIN && errno != EINTR)
      die(errno, "recv");
    return;
  }

  now = now_ns();
  while (used < (size_t)received) {
    uint64_t number = connection->received_bytes / load->frame_bytes;
    size_t offset = connection->received_bytes % load->frame_bytes;
    size_t rest = load->frame_bytes - offset;
    size_t count = rest < (size_t)received - used ? rest : (size_t)received - used;

    check_answer(load, number, offset, load->input + used, count);
    used += count;
    connection->received_bytes += count;
    if (count == rest) {
      load->under_way--;
      load->answers++;
      if (load->measuring)
        histogram_add(&load->latencies, now - connection->begun_ns[number % (size_t)load->settings.depth]);
    }
  }
  send_requests(load, connection, now_ns());
}

static void run_once(struct load *load, int timeout_ms) {
  struct epoll_event events[BATCH];
  int ready = epoll_wait(load->epoll, events, BATCH, timeout_ms);

  if (ready < 0 && errno != EINTR)
    die(errno, "epoll_wait");
  if (ready == 0)
    die(0, "no answer for %d ms with %llu requests under way", timeout_ms, (unsigned long long)load->under_way);

  for (int i = 0; i < ready; i++) {
    struct connection *connection = events[i].data.ptr;
    if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
      receive_answers(load, connection);
    if (events[i].events & EPOLLOUT)
      send_requests(load, connection, now_ns());
  }
}

static uint64_t run_for(struct load *load, long duration_ms) {
  uint64_t begun = now_ns();
  uint64_t end = begun + (uint64_t)duration_ms * 1000000U;
  uint64_t now = begun;

  while (now < end) {
    run_once(load, SILENCE_MS_MAX);
    now = now_ns();
  }
  return now - begun;
}

static void open_connections(struct load *load) {
  load->epoll = epoll_create1(EPOLL_CLOEXEC);
  if (load->epoll < 0)
    die(errno, "epoll_create1");

  for (long i = 0; i < load->settings.connections; i++) {
    struct connection *connection = &load->connections[i];

    connection->fd = wire_connect(load->settings.socket_path);
    if (fcntl(connection->fd, F_SETFL, O_NONBLOCK) != 0)
      die(errno, "fcntl");
    connection->begun_ns = allocate((size_t)load->settings.depth, sizeof *connection->begun_ns);
    watch(load, connection, EPOLL_CTL_ADD, false);
  }
}

static void prepare(struct load *load) {
  load->frame_bytes = WIRE_HEADER_BYTES + (size_t)load->settings.payload_bytes;
  load->frames = allocate((size_t)load->settings.depth, load->frame_bytes);
  load->input = allocate(1, READ_BYTES);
  load->connections = allocate((size_t)load->settings.connections, sizeof *load->connections);
  for (size_t i = 0; i < (size_t)load->settings.depth * load->frame_bytes; i++)
    load->frames[i] = (unsigned char)(i % load->frame_bytes * 31 % 251);
  for (size_t i = 0; i < (size_t)load->settings.depth; i++)
    wire_put_header(load->frames + i * load->frame_bytes, WIRE_NOOP, (uint64_t)load->settings.payload_bytes);
}

static void report(const struct load *load, uint64_t elapsed_ns) {
  const struct histogram *latencies = &load->latencies;

  printf("{\"answers\": %llu, \"seconds\": %.6f, \"all_answers\": %llu, \"p50_us\": %.2f, \"p99_us\": %.2f, "
         "\"max_us\": %.2f}\n",
         (unsigned long long)latencies->count, (double)elapsed_ns / 1e9, (unsigned long long)load->answers,
         (double)histogram_quantile(latencies, 0.50) / 1e3, (double)histogram_quantile(latencies, 0.99) / 1e3,
         (double)latencies->largest / 1e3);
}

static long number(const char *name, const char *text, long least, long most) {
  char *end;
  long value;

  errno = 0;
  value = strtol(text, &end, 10);
  if (errno != 0 || end == text || *end != '\0' || value < least || value > most)
    die(0, "--%s must be a number from %ld to %ld, was '%s'", name, least, most, text);
  return value;
}

static struct settings parse(int argc, char **argv) {
  static const struct option options[] = {
      {"socket", required_argument, NULL, 's'},
      {"connections", required_argument, NULL, 'c'},
      {"payload", required_argument, NULL, 'p'},
      {"depth", required_argument, NULL, 'd'},
      {"warmup", required_argument, NULL, 'w'},
      {"duration", required_argument, NULL, 't'},
      {NULL, 0, NULL, 0},
  };
  struct settings settings = {.connections = 1, .payload_bytes = 64, .depth = 1, .warmup_ms = 100, .duration_ms = 1000};
  int option;

  while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
    if (option == 's')
      settings.socket_path = optarg;
    else if (option == 'c')
      settings.connections = number("connections", optarg, 1, CONNECTIONS_MAX);
    else if (option == 'p')
      settings.payload_bytes = number("payload", optarg, (long)NUMBER_BYTES, (long)WIRE_PAYLOAD_BYTES_MAX);
    else if (option == 'd')
      settings.depth = number("depth", optarg, 1, DEPTH_MAX);
    else if (option == 'w')
      settings.warmup_ms = number("warmup", optarg, 1, 600000);
    else if (option == 't')
      settings.duration_ms = number("duration", optarg, 1, 600000);
    else
      die(0, "usage: load --socket PATH [--connections N] [--payload BYTES] [--depth N] [--warmup MS] [--duration MS]");
  }
  if (settings.socket_path == NULL || optind != argc)
    die(0, "--socket PATH must be given, and nothing but options");
  return settings;
}

int main(int argc, char **argv) {
  static struct load load;
  uint64_t elapsed_ns;

  load.settings = parse(argc, argv);
  raise_descriptor_limit();
  prepare(&load);
  open_connections(&load);

  load.verify_payload = true;
  for (long i = 0; i < load.settings.connections; i++)
    send_requests(&load, &load.connections[i], now_ns());
  run_for(&load, load.settings.warmup_ms);

  load.verify_payload = false;
  load.measuring = true;
  elapsed_ns = run_for(&load, load.settings.duration_ms);

  /* Every request is answered before the end: a server that loses one is found out. */
  load.measuring = false;
  load.draining = true;
  while (load.under_way > 0)
    run_once(&load, SILENCE_MS_MAX);

  report(&load, elapsed_ns);
  return 0;
}
