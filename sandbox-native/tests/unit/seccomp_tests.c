// SPDX-License-Identifier: MIT
#include "seccomp.h"
#include "seccomp_numbers.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

static struct sock_filter filter[SB_FILTER_MAX];
static size_t length;

/* Carries out the filter as the kernel would; an unknown instruction, or a jump outside, fails the test. */
static uint32_t run(const struct seccomp_data *data) {
  uint32_t accumulator = 0;

  for (size_t at = 0; at < length; at++) {
    const struct sock_filter *step = &filter[at];

    switch (step->code) {
    case BPF_LD | BPF_W | BPF_ABS:
      CHECK(step->k + sizeof accumulator <= sizeof *data);
      memcpy(&accumulator, (const char *)data + step->k, sizeof accumulator);
      break;
    case BPF_ALU | BPF_AND | BPF_K:
      accumulator &= step->k;
      break;
    case BPF_JMP | BPF_JEQ | BPF_K:
      at += accumulator == step->k ? step->jt : step->jf;
      break;
    case BPF_JMP | BPF_JGT | BPF_K:
      at += accumulator > step->k ? step->jt : step->jf;
      break;
    case BPF_JMP | BPF_JSET | BPF_K:
      at += (accumulator & step->k) != 0 ? step->jt : step->jf;
      break;
    case BPF_RET | BPF_K:
      return step->k;
    default:
      CHECK(!"an instruction that this interpreter knows");
    }
  }
  CHECK(!"a return");
}

static void build(const char *const *allowed, size_t count) {
  length = sb_seccomp_build(filter, allowed, count, /* sysv_bounded= */ false);
}

static uint32_t verdict(unsigned call, uint64_t a, uint64_t b, uint64_t c, uint64_t d) {
  struct seccomp_data data = {.nr = (int)call, .arch = SB_AUDIT_ARCH, .args = {a, b, c, d}};

  return run(&data);
}

#define LETS_THROUGH(...) (verdict(__VA_ARGS__) == SECCOMP_RET_ALLOW)
#define FAILS_WITH(error, ...) (verdict(__VA_ARGS__) == (SECCOMP_RET_ERRNO | (uint32_t)(error)))

static void ordinary_calls_pass(void) {
  build(NULL, 0);
  CHECK(LETS_THROUGH(SYS_read, 0, 0, 0, 0));
  CHECK(LETS_THROUGH(SYS_execve, 0, 0, 0, 0));
  CHECK(LETS_THROUGH(SYS_clone, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD, 0, 0, 0));
  CHECK(LETS_THROUGH(SYS_seccomp, 0, 0, 0, 0));
  CHECK(LETS_THROUGH(SB_SYSCALL_HIGHEST - 1, 0, 0, 0, 0));
}

static void every_rule_that_always_refuses_does(void) {
  size_t count;
  const struct sb_rule *rules = sb_seccomp_rules(&count);

  build(NULL, 0);
  for (size_t i = 0; i < count; i++) {
    if (rules[i].kind == SB_RULE_REFUSE)
      CHECK(FAILS_WITH(rules[i].number, rules[i].call, 0, 0, 0, 0));
  }
}

static void new_namespaces_are_refused_whatever_else_is_asked(void) {
  static const uint64_t kinds[] = {CLONE_NEWNS,   CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC,
                                   CLONE_NEWUSER, CLONE_NEWPID,    CLONE_NEWNET};

  build(NULL, 0);
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    CHECK(FAILS_WITH(EPERM, SYS_clone, kinds[i], 0, 0, 0));
    CHECK(FAILS_WITH(EPERM, SYS_clone, kinds[i] | CLONE_VM | 17, 0, 0, 0));
  }
  CHECK(FAILS_WITH(ENOSYS, SYS_clone3, 0, 0, 0, 0));
}

static void only_three_families_of_sockets_pass(void) {
  build(NULL, 0);
  for (uint64_t family = 0; family < 64; family++) {
    bool wanted = family == AF_UNIX || family == AF_INET || family == AF_INET6;

    CHECK(wanted ? LETS_THROUGH(SYS_socket, family, 1, 0, 0) : FAILS_WITH(EAFNOSUPPORT, SYS_socket, family, 1, 0, 0));
  }
  CHECK(FAILS_WITH(EAFNOSUPPORT, SYS_socketpair, AF_INET, 1, 0, 0));
  CHECK(LETS_THROUGH(SYS_socketpair, AF_UNIX, 1, 0, 0));
}

static void high_halves_of_arguments_change_nothing(void) {
  const uint64_t high = 0xdeadbeef00000000ULL;

  build(NULL, 0);
  CHECK(FAILS_WITH(EPERM, SYS_ioctl, 0, high | TIOCSTI, 0, 0));
  CHECK(FAILS_WITH(EPERM, SYS_ioctl, 0, high | TIOCLINUX, 0, 0));
  CHECK(LETS_THROUGH(SYS_ioctl, 0, TIOCGWINSZ, 0, 0));
  CHECK(FAILS_WITH(EAFNOSUPPORT, SYS_socket, high | AF_NETLINK, 3, 0, 0));
  CHECK(FAILS_WITH(EPERM, SYS_clone, high | CLONE_NEWUSER, 0, 0, 0));
}

static void set_id_bits_and_device_nodes_are_refused(void) {
  build(NULL, 0);
  CHECK(FAILS_WITH(EPERM, SYS_fchmodat, 0, 0, S_ISUID | 0755, 0));
  CHECK(FAILS_WITH(EPERM, SYS_fchmod, 0, S_ISGID | 0755, 0, 0));
  CHECK(LETS_THROUGH(SYS_fchmodat, 0, 0, 01777, 0));
  CHECK(FAILS_WITH(EPERM, SYS_openat, 0, 0, O_CREAT | O_WRONLY, S_ISUID | 0700));
  CHECK(FAILS_WITH(EPERM, SYS_openat, 0, 0, O_TMPFILE | O_WRONLY, S_ISUID | 0700));
  CHECK(LETS_THROUGH(SYS_openat, 0, 0, O_CREAT | O_WRONLY, 0700));
  /* Without O_CREAT the register of the mode holds whatever was left in it. */
  CHECK(LETS_THROUGH(SYS_openat, 0, 0, O_DIRECTORY, 0xffffffff));
  CHECK(FAILS_WITH(EPERM, SYS_mknodat, 0, 0, S_IFCHR | 0600, 0));
  CHECK(FAILS_WITH(EPERM, SYS_mknodat, 0, 0, S_IFBLK | 0600, 0));
  CHECK(FAILS_WITH(EPERM, SYS_mknodat, 0, 0, S_IFREG | S_ISUID, 0));
  CHECK(LETS_THROUGH(SYS_mknodat, 0, 0, S_IFIFO | 0600, 0));
}

static void other_architectures_kill(void) {
  struct seccomp_data data = {.nr = 0, .arch = AUDIT_ARCH_I386};

  build(NULL, 0);
  CHECK(run(&data) == SECCOMP_RET_KILL_PROCESS);
  data.arch = AUDIT_ARCH_ARM;
  CHECK(run(&data) == SECCOMP_RET_KILL_PROCESS);
}

static void calls_unknown_to_the_table_do_not_exist(void) {
  build(NULL, 0);
  CHECK(FAILS_WITH(ENOSYS, SB_SYSCALL_HIGHEST + 1, 0, 0, 0, 0));
  CHECK(FAILS_WITH(ENOSYS, 0x40000000U | SYS_read, 0, 0, 0, 0)); /* x32 */
  CHECK(FAILS_WITH(ENOSYS, 0xffffffffU, 0, 0, 0, 0));
}

static void an_allowed_call_passes_and_no_other(void) {
  static const char *const allowed[] = {"ptrace", "socket", "mknodat"};

  build(allowed, sizeof allowed / sizeof allowed[0]);
  CHECK(LETS_THROUGH(SYS_ptrace, 0, 0, 0, 0));
  CHECK(LETS_THROUGH(SYS_socket, AF_NETLINK, 0, 0, 0));
  CHECK(LETS_THROUGH(SYS_mknodat, 0, 0, S_IFCHR, 0));
  CHECK(FAILS_WITH(EPERM, SYS_process_vm_readv, 0, 0, 0, 0));
}

const struct unit_test seccomp_tests[] = {
    TEST(ordinary_calls_pass),
    TEST(every_rule_that_always_refuses_does),
    TEST(new_namespaces_are_refused_whatever_else_is_asked),
    TEST(only_three_families_of_sockets_pass),
    TEST(high_halves_of_arguments_change_nothing),
    TEST(set_id_bits_and_device_nodes_are_refused),
    TEST(other_architectures_kill),
    TEST(calls_unknown_to_the_table_do_not_exist),
    TEST(an_allowed_call_passes_and_no_other),
    {0},
};
