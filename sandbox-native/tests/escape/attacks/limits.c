// SPDX-License-Identifier: MIT
/* Limits and priorities that a process might lift for itself. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ioprio.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define LOCKED_BYTES (16U << 20)
#define MORE_FILES 64
#define NICER (-5)

static int raise_limit(int resource) {
  struct rlimit limit;

  if (getrlimit((__rlimit_resource_t)resource, &limit) < 0)
    return -1;
  limit.rlim_max = limit.rlim_max == RLIM_INFINITY ? RLIM_INFINITY : limit.rlim_max + MORE_FILES;
  return setrlimit((__rlimit_resource_t)resource, &limit);
}

static int raise_files(const struct target *target) {
  (void)target;
  return raise_limit(RLIMIT_NOFILE);
}

static int write_number(const char *path, const char *number) {
  int file = open(path, O_WRONLY | O_CLOEXEC);

  return file < 0 || write(file, number, strlen(number)) < 0 ? -1 : 0;
}

static int escape_out_of_memory(const struct target *target) {
  (void)target;
  return write_number("/proc/self/oom_score_adj", "-1000");
}

static int raise_priority(const struct target *target) {
  (void)target;
  return setpriority(PRIO_PROCESS, 0, NICER);
}

static int real_time(const struct target *target) {
  const struct sched_param parameter = {.sched_priority = 1};

  (void)target;
  return sched_setscheduler(0, SCHED_FIFO, &parameter);
}

static int deadline(const struct target *target) {
  struct {
    uint32_t size;
    uint32_t policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime;
    uint64_t deadline;
    uint64_t period;
  } attributes = {.size = sizeof attributes, .policy = 6, .runtime = 1000000, .deadline = 50000000, .period = 50000000};

  (void)target;
  return (int)syscall(SYS_sched_setattr, 0, &attributes, 0);
}

static int real_time_io(const struct target *target) {
  (void)target;
  return (int)syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_RT, 0));
}

/* More than the limit for locked memory. What is over it fails as if memory were short. */
static int lock_memory(const struct target *target) {
  void *memory = mmap(NULL, LOCKED_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  (void)target;
  if (memory == MAP_FAILED)
    return -1;
  if (mlock(memory, LOCKED_BYTES) == 0)
    return 0;
  if (errno == ENOMEM)
    errno = EPERM;
  return -1;
}

static int dump_core(const struct target *target) {
  struct rlimit limit = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};

  (void)target;
  return setrlimit(RLIMIT_CORE, &limit);
}

static int change_program(const struct target *target) {
  int file = open("/usr/bin/true", O_RDONLY | O_CLOEXEC);

  (void)target;
  /* Outside too the old program is still mapped, which is told only to those who may. */
  return reached_if(prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, file, 0, 0), EBUSY);
}

static int wake_machine(const struct target *target) {
  timer_t timer;

  (void)target;
  if (timer_create(CLOCK_REALTIME_ALARM, NULL, &timer) == 0)
    return 0;
  if (errno == ENOTSUP)
    errno = ENXIO; /* there is no clock that could */
  return -1;
}

const struct attack limit_attacks[] = {
    ATTACK("limits", "raise the limit of open files", "CAP_SYS_RESOURCE", raise_files),
    ATTACK("limits", "escape the out-of-memory killer", "CAP_SYS_RESOURCE", escape_out_of_memory),
    ATTACK("limits", "raise its priority", "CAP_SYS_NICE", raise_priority),
    ATTACK("limits", "real-time scheduling", "CAP_SYS_NICE", real_time),
    ATTACK("limits", "deadline scheduling", "CAP_SYS_NICE all-cpus", deadline),
    ATTACK("limits", "real-time disk access", "CAP_SYS_ADMIN", real_time_io),
    ATTACK("limits", "lock 16 MiB of memory", "CAP_IPC_LOCK", lock_memory),
    ATTACK("limits", "allow itself core files", "unlimited-core", dump_core),
    ATTACK("limits", "change what /proc/self/exe is", "CAP_SYS_RESOURCE", change_program),
    ATTACK("limits", "wake the machine from sleep", "CAP_WAKE_ALARM file=/dev/rtc0", wake_machine),
    {0},
};
