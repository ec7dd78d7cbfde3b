// SPDX-License-Identifier: MIT
/* Parts of the kernel that anybody can reach and that have been ways out before. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NR_MEMFD_SECRET 447
#define SESSION_KEYRING (-3)
#define USER_KEYRING (-4)
#define KEYCTL_READ 11
#define KEYCTL_GET_ID 0

static int load_bpf(const struct target *target) {
  union bpf_attr attribute = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};

  (void)target;
  return syscall(SYS_bpf, BPF_MAP_CREATE, &attribute, sizeof attribute) < 0 ? -1 : 0;
}

static int count_events(const struct target *target) {
  struct perf_event_attr attribute = {
      .type = PERF_TYPE_SOFTWARE, .size = sizeof attribute, .config = PERF_COUNT_SW_TASK_CLOCK};

  (void)target;
  return syscall(SYS_perf_event_open, &attribute, 0, -1, -1, 0) < 0 ? -1 : 0;
}

static int user_faults(const struct target *target) {
  (void)target;
  return syscall(SYS_userfaultfd, O_CLOEXEC | 1 /* the user's own faults only */) < 0 ? -1 : 0;
}

static int io_uring(const struct target *target) {
  unsigned char parameters[120] = {0};

  (void)target;
  return syscall(SYS_io_uring_setup, 1, parameters) < 0 ? -1 : 0;
}

static int add_key(const struct target *target) {
  (void)target;
  return syscall(SYS_add_key, "user", "agentos-attack", "x", 1, -2 /* the process's own */) < 0 ? -1 : 0;
}

static int request_key(const struct target *target) {
  (void)target;
  /* Asking the host's key service for a key that does not exist: the answer tells that it was asked. */
  if (syscall(SYS_request_key, "user", "agentos-attack", NULL, 0) >= 0)
    return 0;
  return reached_if(-1, ENOKEY);
}

static int session_keyring(const struct target *target) {
  (void)target;
  return syscall(SYS_keyctl, KEYCTL_GET_ID, SESSION_KEYRING, 0) < 0 ? -1 : 0;
}

static int user_keyring(const struct target *target) {
  char keys[64];

  (void)target;
  return syscall(SYS_keyctl, KEYCTL_READ, USER_KEYRING, keys, sizeof keys) < 0 ? -1 : 0;
}

static int secret_memory(const struct target *target) {
  (void)target;
  return syscall(NR_MEMFD_SECRET, O_CLOEXEC) < 0 ? -1 : 0;
}

static int kernel_log(const struct target *target) {
  (void)target;
  return syscall(SYS_syslog, 10 /* how large it is */, NULL, 0) < 0 ? -1 : 0;
}

static int console_level(const struct target *target) {
  (void)target;
  return reached_if(syscall(SYS_syslog, 8 /* the console's level */, NULL, -1), EINVAL);
}

static int old_personality(const struct target *target) {
  (void)target;
  return personality(ADDR_NO_RANDOMIZE | READ_IMPLIES_EXEC);
}

static int personality_with_high_bits(const struct target *target) {
  (void)target;
  return (int)syscall(SYS_personality, 0xffffffff00000000UL | ADDR_NO_RANDOMIZE);
}

static int page_placement(const struct target *target) {
  (void)target;
  return (int)syscall(SYS_set_mempolicy, 0, NULL, 0);
}

#if defined(__x86_64__)
static int call_32_bit(const struct target *target) {
  long result;

  (void)target;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(20 /* getpid */) : "memory");
  /* Where the entry is not that of 32-bit programs the number means another call. */
  return result == getpid() ? 0 : came_to_nothing();
}

static int call_x32(const struct target *target) {
  (void)target;
  return syscall(0x40000000 | SYS_getpid) < 0 ? -1 : 0;
}

static int io_ports(const struct target *target) {
  (void)target;
  return (int)syscall(SYS_iopl, 3);
}

static int one_io_port(const struct target *target) {
  (void)target;
  return (int)syscall(SYS_ioperm, 0x80, 1, 1);
}

static int local_descriptor_table(const struct target *target) {
  char table[64];

  (void)target;
  return (int)syscall(SYS_modify_ldt, 0, table, sizeof table);
}
#endif

const struct attack kernel_attacks[] = {
    ATTACK("kernel", "bpf", "bpf", load_bpf),
    ATTACK("kernel", "perf_event_open", "perf", count_events),
    ATTACK("kernel", "userfaultfd", "linux=5.11", user_faults),
    ATTACK("kernel", "io_uring", "io-uring", io_uring),
    ATTACK("kernel", "add a key", "", add_key),
    ATTACK("kernel", "ask the key service", "", request_key),
    ATTACK("kernel", "the session's keyring", "", session_keyring),
    ATTACK("kernel", "the user's keyring", "", user_keyring),
    ATTACK("kernel", "memfd_secret", "linux=6.5", secret_memory),
    ATTACK("kernel", "read the kernel's log", "dmesg", kernel_log),
    ATTACK("kernel", "change the console's level", "CAP_SYSLOG", console_level),
    ATTACK("kernel", "an old personality", "", old_personality),
    ATTACK("kernel", "a personality with high bits", "", personality_with_high_bits),
    ATTACK("kernel", "place memory", "numa", page_placement),
#if defined(__x86_64__)
    ATTACK("kernel", "32-bit system calls", "ia32", call_32_bit),
    ATTACK("kernel", "x32 system calls", "x32", call_x32),
    ATTACK("kernel", "I/O ports", "CAP_SYS_RAWIO io-ports", io_ports),
    ATTACK("kernel", "one I/O port", "CAP_SYS_RAWIO io-ports", one_io_port),
    ATTACK("kernel", "modify_ldt", "modify-ldt", local_descriptor_table),
#endif
    {0},
};
