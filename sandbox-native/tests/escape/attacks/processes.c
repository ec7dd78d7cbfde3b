// SPDX-License-Identifier: MIT
/* Other processes: the owner's, by the number that it has on the host, and pid 1 of the sandbox. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define SETTLE_NANOSECONDS 20000000
#define MADVISE_COLD 20

/* Whom to attack when the sandbox hides the owner: its pid 1, which is one of ours. */
static pid_t supervisor(const struct target *target) {
  return target->outside ? target->victim : 1;
}

static int signal_owner(const struct target *target) {
  return kill(target->victim, 0);
}

static int kill_supervisor(const struct target *target) {
  const struct timespec settle = {.tv_nsec = SETTLE_NANOSECONDS};

  if (target->outside)
    return kill(target->victim, 0);
  if (kill(1, SIGKILL) < 0 || syscall(SYS_tgkill, 1, 1, SIGSEGV) < 0)
    return -1;
  (void)nanosleep(&settle, NULL);
  return kill(1, 0) < 0 && errno == ESRCH ? 0 : came_to_nothing();
}

static int stop_supervisor(const struct target *target) {
  if (target->outside)
    return kill(target->victim, SIGCONT);
  return kill(1, SIGSTOP) < 0 ? -1 : came_to_nothing();
}

static int queue_signal(const struct target *target) {
  siginfo_t info = {.si_signo = 0, .si_code = SI_QUEUE};

  return (int)syscall(SYS_rt_sigqueueinfo, target->victim, 0, &info);
}

static int signal_by_pidfd(const struct target *target) {
  int pidfd = (int)syscall(SYS_pidfd_open, supervisor(target), 0);

  if (pidfd < 0)
    return -1;
  if (target->outside)
    return (int)syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0);
  return syscall(SYS_pidfd_send_signal, pidfd, SIGTERM, NULL, 0) < 0 ? -1 : came_to_nothing();
}

static int trace_owner(const struct target *target) {
  return (int)ptrace(PTRACE_SEIZE, target->victim, NULL, NULL);
}

static int trace_supervisor(const struct target *target) {
  return (int)ptrace(PTRACE_SEIZE, supervisor(target), NULL, NULL);
}

static int trace_parent(const struct target *target) {
  (void)target;
  return (int)ptrace(PTRACE_SEIZE, getppid(), NULL, NULL);
}

static int be_traced(const struct target *target) {
  (void)target;
  return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

/* An address that is mapped in any process of this program's kind: the answer is about the rights. */
static int copy_memory(pid_t pid, long call) {
  char here[8];
  struct iovec local = {here, sizeof here};
  struct iovec remote = {(void *)(uintptr_t)8, sizeof here};

  return reached_if(syscall(call, pid, &local, 1, &remote, 1, 0), EFAULT);
}

static int read_owner(const struct target *target) {
  return copy_memory(target->victim, SYS_process_vm_readv);
}
static int write_owner(const struct target *target) {
  return copy_memory(target->victim, SYS_process_vm_writev);
}
static int read_supervisor(const struct target *target) {
  return copy_memory(supervisor(target), SYS_process_vm_readv);
}

static int open_memory(const struct target *target) {
  char path[64];

  (void)snprintf(path, sizeof path, "/proc/%d/mem", (int)target->victim);
  return open(path, O_RDWR | O_CLOEXEC);
}

static int open_supervisor_memory(const struct target *target) {
  char path[64];

  (void)snprintf(path, sizeof path, "/proc/%d/mem", (int)supervisor(target));
  return open(path, O_RDWR | O_CLOEXEC);
}

static int take_descriptor(const struct target *target) {
  int pidfd = (int)syscall(SYS_pidfd_open, supervisor(target), 0);

  return pidfd < 0 || syscall(SYS_pidfd_getfd, pidfd, 0, 0) < 0 ? -1 : 0;
}

static int compare(const struct target *target) {
  return (int)syscall(SYS_kcmp, supervisor(target), supervisor(target), KCMP_FILES, 0, 0);
}

static int advise(const struct target *target) {
  struct iovec range = {(void *)(uintptr_t)0x10000, 0};
  int pidfd = (int)syscall(SYS_pidfd_open, supervisor(target), 0);

  return pidfd < 0 || syscall(SYS_process_madvise, pidfd, &range, 1, MADVISE_COLD, 0) < 0 ? -1 : 0;
}

static int move_pages_of(const struct target *target) {
  return (int)syscall(SYS_move_pages, supervisor(target), 0, NULL, NULL, NULL, 0);
}

static int pin_to_cpu(const struct target *target) {
  cpu_set_t set;

  if (sched_getaffinity(target->victim, sizeof set, &set) < 0)
    return -1;
  return sched_setaffinity(target->victim, sizeof set, &set);
}

static int limit_owner(const struct target *target) {
  struct rlimit limit;

  return prlimit(target->victim, RLIMIT_STACK, NULL, &limit) < 0 ? -1
                                                                 : prlimit(target->victim, RLIMIT_STACK, &limit, NULL);
}

static int slow_owner(const struct target *target) {
  errno = 0;
  int now = getpriority(PRIO_PROCESS, (id_t)target->victim);

  return errno != 0 ? -1 : setpriority(PRIO_PROCESS, (id_t)target->victim, now);
}

static int schedule_owner(const struct target *target) {
  const struct sched_param parameter = {0};

  return sched_setscheduler(target->victim, SCHED_OTHER, &parameter);
}

/* A pipe's news as a signal to somebody else. */
static int send_news(const struct target *target) {
  int pair[2];

  return pipe2(pair, O_CLOEXEC) < 0 ? -1 : fcntl(pair[0], F_SETOWN, target->victim);
}

const struct attack process_attacks[] = {
    ATTACK("processes", "signal the owner's process", "", signal_owner),
    ATTACK("processes", "queue a signal to the owner's process", "", queue_signal),
    ATTACK("processes", "kill its supervisor", "", kill_supervisor),
    ATTACK("processes", "stop its supervisor", "", stop_supervisor),
    ATTACK("processes", "signal by a pidfd", "", signal_by_pidfd),
    ATTACK("processes", "trace the owner's process", "ptrace", trace_owner),
    ATTACK("processes", "trace its supervisor", "ptrace", trace_supervisor),
    ATTACK("processes", "trace its parent", "ptrace", trace_parent),
    ATTACK("processes", "be traced", "traceme", be_traced),
    ATTACK("processes", "read the owner's process's memory", "ptrace", read_owner),
    ATTACK("processes", "write the owner's process's memory", "ptrace", write_owner),
    ATTACK("processes", "read its supervisor's memory", "ptrace", read_supervisor),
    ATTACK("processes", "open the memory of the owner's process", "ptrace", open_memory),
    ATTACK("processes", "open the memory of its supervisor", "ptrace", open_supervisor_memory),
    ATTACK("processes", "take a descriptor of its supervisor", "linux=5.6 ptrace", take_descriptor),
    ATTACK("processes", "compare its supervisor's descriptors", "kcmp ptrace", compare),
    ATTACK("processes", "advise on its supervisor's memory", "CAP_SYS_NICE linux=5.10", advise),
    ATTACK("processes", "move its supervisor's pages", "numa", move_pages_of),
    ATTACK("processes", "pin the owner's process to a CPU", "", pin_to_cpu),
    ATTACK("processes", "limit the owner's process", "", limit_owner),
    ATTACK("processes", "change the priority of the owner's process", "", slow_owner),
    ATTACK("processes", "schedule the owner's process", "", schedule_owner),
    ATTACK("processes", "have signals sent to the owner's process", "", send_news),
    {0},
};
