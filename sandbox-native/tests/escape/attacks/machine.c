// SPDX-License-Identifier: MIT
/* What belongs to the whole machine: its clock, names, modules, end. Each call is made so that it changes nothing even
 * where it is allowed. */
#include "attack.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#define KEXEC_FLAGS_WRONG 0x40000000UL
#define NAME_BYTES 65

static int set_clock(const struct target *target) {
  (void)target;
  return (int)syscall(SYS_settimeofday, NULL, NULL); /* nothing is set, after the rights were looked at */
}

static int tune_clock(const struct target *target) {
  struct timex state = {0};

  (void)target;
  if (syscall(SYS_clock_adjtime, CLOCK_REALTIME, &state) < 0)
    return -1;
  state.modes = ADJ_TICK; /* to what it is */
  return syscall(SYS_clock_adjtime, CLOCK_REALTIME, &state) < 0 ? -1 : 0;
}

static int rename_host(const struct target *target) {
  char name[NAME_BYTES] = "";

  (void)target;
  return gethostname(name, sizeof name - 1) < 0 ? -1 : sethostname(name, strlen(name));
}

static int rename_domain(const struct target *target) {
  char name[NAME_BYTES] = "";

  (void)target;
  return getdomainname(name, sizeof name - 1) < 0 ? -1 : setdomainname(name, strlen(name));
}

static int load_kernel(const struct target *target) {
  (void)target;
  return reached_if(syscall(SYS_kexec_load, 0, 0, NULL, KEXEC_FLAGS_WRONG), EINVAL);
}

static int load_kernel_file(const struct target *target) {
  (void)target;
  return reached_if(syscall(SYS_kexec_file_load, -1, -1, 0, NULL, KEXEC_FLAGS_WRONG), EINVAL);
}

static int load_module(const struct target *target) {
  (void)target;
  return reached_if(syscall(SYS_init_module, "", 0, ""), ENOEXEC);
}

static int load_module_file(const struct target *target) {
  (void)target;
  return reached_if(syscall(SYS_finit_module, -1, "", 0), EBADF);
}

static int unload_module(const struct target *target) {
  (void)target;
  return reached_if(syscall(SYS_delete_module, "no-such-module", 0x800 /* O_NONBLOCK */), ENOENT);
}

static int restart(const struct target *target) {
  (void)target;
  return reached_if(syscall(SYS_reboot, 0, 0, 0, NULL), EINVAL); /* without the magic numbers */
}

static int swap_off(const struct target *target) {
  (void)target;
  return reached_if(syscall(SYS_swapoff, ""), ENOENT);
}

static int account(const struct target *target) {
  (void)target;
  return reached_if(syscall(SYS_acct, "/no-such-folder/file"), ENOENT);
}

static int hang_up(const struct target *target) {
  if (target->outside && setsid() < 0)
    return -1; /* where there is no terminal nothing is hung up */
  return (int)syscall(SYS_vhangup);
}

const struct attack machine_attacks[] = {
    ATTACK("machine", "set the clock", "CAP_SYS_TIME", set_clock),
    ATTACK("machine", "tune the clock", "CAP_SYS_TIME", tune_clock),
    ATTACK("machine", "rename the host", "CAP_SYS_ADMIN", rename_host),
    ATTACK("machine", "rename the domain", "CAP_SYS_ADMIN", rename_domain),
    ATTACK("machine", "load another kernel", "CAP_SYS_BOOT kexec", load_kernel),
    ATTACK("machine", "load another kernel's file", "CAP_SYS_BOOT kexec-file", load_kernel_file),
    ATTACK("machine", "load a module", "CAP_SYS_MODULE modules", load_module),
    ATTACK("machine", "load a module's file", "CAP_SYS_MODULE modules", load_module_file),
    ATTACK("machine", "unload a module", "CAP_SYS_MODULE modules", unload_module),
    ATTACK("machine", "restart it", "CAP_SYS_BOOT", restart),
    ATTACK("machine", "swapoff", "CAP_SYS_ADMIN", swap_off),
    ATTACK("machine", "write accounting files", "CAP_SYS_PACCT accounting", account),
    ATTACK("machine", "hang up the terminal", "CAP_SYS_TTY_CONFIG", hang_up),
    {0},
};
