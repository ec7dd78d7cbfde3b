// SPDX-License-Identifier: MIT
#ifndef SB_SYSCALLS_H
#define SB_SYSCALLS_H

/* System calls that a C library of the supported distributions may not wrap yet. Each behaves as its manual page says:
 * -1 and errno on failure. sys/mount.h is not used because it clashes with linux/mount.h. */

#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#define SB_UMOUNT_DETACH 2

static inline pid_t sb_clone3(struct clone_args *arguments) {
  return (pid_t)syscall(SYS_clone3, arguments, sizeof *arguments);
}

static inline int sb_openat2(int directory, const char *path, const struct open_how *how) {
  return (int)syscall(SYS_openat2, directory, path, how, sizeof *how);
}

static inline int sb_open_tree(int directory, const char *path, unsigned flags) {
  return (int)syscall(SYS_open_tree, directory, path, flags);
}

static inline int sb_move_mount(int from, const char *from_path, int to, const char *to_path, unsigned flags) {
  return (int)syscall(SYS_move_mount, from, from_path, to, to_path, flags);
}

static inline int sb_fsopen(const char *filesystem) {
  return (int)syscall(SYS_fsopen, filesystem, FSOPEN_CLOEXEC);
}

static inline int sb_fsconfig(int context, unsigned command, const char *key, const char *value) {
  return (int)syscall(SYS_fsconfig, context, command, key, value, 0);
}

static inline int sb_fsmount(int context, unsigned attributes) {
  return (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, attributes);
}

static inline int sb_mount_setattr(int mount, unsigned flags, const struct mount_attr *attributes) {
  return (int)syscall(SYS_mount_setattr, mount, "", flags | AT_EMPTY_PATH, attributes, sizeof *attributes);
}

static inline int sb_make_private(const char *path) {
  return (int)syscall(SYS_mount, "none", path, (void *)0, MS_REC | MS_PRIVATE, (void *)0);
}

static inline int sb_pivot_root(const char *root, const char *old) {
  return (int)syscall(SYS_pivot_root, root, old);
}

static inline int sb_umount2(const char *path, int flags) {
  return (int)syscall(SYS_umount2, path, flags);
}

static inline int sb_pidfd_open(pid_t pid) {
  return (int)syscall(SYS_pidfd_open, pid, 0);
}

static inline int sb_pidfd_send_signal(int pidfd, int signal) {
  return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, (void *)0, 0);
}

static inline int sb_close_range(unsigned first, unsigned last, unsigned flags) {
  return (int)syscall(SYS_close_range, first, last, flags);
}

#endif
