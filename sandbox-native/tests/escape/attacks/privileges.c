// SPDX-License-Identifier: MIT
/* Identity, capabilities, and set-user-id files: both to use one and to leave one for the host's users. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#define ANYBODY 12345
#define NR_FCHMODAT2 452
#define SET_ID_MODE 06755

/* An id that does not exist in the namespace is refused as an invalid one. */
static int refused_as_invalid(int result) {
  if (result < 0 && errno == EINVAL)
    errno = EPERM;
  return result;
}

static int become_root(const struct target *target) {
  (void)target;
  return refused_as_invalid(setuid(0));
}
static int become_root_group(const struct target *target) {
  (void)target;
  return refused_as_invalid(setgid(0));
}
static int become_another(const struct target *target) {
  (void)target;
  return refused_as_invalid(setresuid(ANYBODY, ANYBODY, ANYBODY));
}
static int file_system_user(const struct target *target) {
  (void)target;
  (void)syscall(SYS_setfsuid, ANYBODY);
  return syscall(SYS_setfsuid, -1) == ANYBODY ? 0 : came_to_nothing();
}
static int change_groups(const struct target *target) {
  const gid_t groups[] = {ANYBODY};

  (void)target;
  return refused_as_invalid(setgroups(1, groups));
}

static int raise_capabilities(const struct target *target) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2] = {{.effective = 1, .permitted = 1}};

  (void)target;
  return (int)syscall(SYS_capset, &header, data);
}

static int raise_ambient(const struct target *target) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct data[2];

  (void)target;
  if (syscall(SYS_capget, &header, data) < 0)
    return -1;
  data[0].inheritable |= 1U << CAP_CHOWN;
  (void)syscall(SYS_capset, &header, data);
  return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHOWN, 0, 0);
}

static int unlock_securebits(const struct target *target) {
  (void)target;
  return prctl(PR_SET_SECUREBITS, 0, 0, 0, 0);
}

static int inherit_bounding(const struct target *target) {
  (void)target;
  return prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN, 0, 0, 0) == 1 ? 0 : came_to_nothing();
}

/* Whether the program that a process runs has become root. What may not be looked at has become something. */
static bool runs_as_root(pid_t pid) {
  char path[64];
  char line[256];
  unsigned effective = 0;
  FILE *status;

  (void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
  status = fopen(path, "re");
  while (status != NULL && fgets(line, sizeof line, status) != NULL && sscanf(line, "Uid: %*u %u", &effective) != 1)
    continue;
  if (status != NULL)
    (void)fclose(status);
  return effective == 0;
}

/* su asks for a password, so it waits, as whoever it has become. */
static int run_set_id(const struct target *target) {
  int started[2];
  int input[2];
  unsigned char failed = 0;
  bool root;
  pid_t child;

  if (target->outside && (setgroups(0, NULL) < 0 || setresuid(ANYBODY, ANYBODY, ANYBODY) < 0))
    return -1;
  if (pipe2(started, O_CLOEXEC) < 0 || pipe2(input, O_CLOEXEC) < 0)
    return -1;
  child = fork();
  if (child == 0) {
    if (dup2(input[0], STDIN_FILENO) >= 0 && dup2(input[1], STDERR_FILENO) >= 0)
      (void)execl("/usr/bin/su", "su", (char *)NULL);
    failed = (unsigned char)errno;
    (void)!write(started[1], &failed, 1);
    _exit(1);
  }
  (void)close(started[1]);
  (void)!read(started[0], &failed, 1); /* ends when exec has come to pass */
  root = failed == 0 && runs_as_root(child);
  (void)kill(child, SIGKILL);
  (void)waitpid(child, NULL, 0);
  errno = failed;
  return failed != 0 ? -1 : root ? 0 : came_to_nothing();
}

static int set_id_by_open(const char *path) {
  return open(path, O_CREAT | O_WRONLY | O_CLOEXEC, SET_ID_MODE);
}
static int set_id_by_creat(const char *path) {
  return creat(path, SET_ID_MODE); // NOLINT(android-cloexec-creat): one of the ways
}
static int set_id_by_mknod(const char *path) {
  return mknod(path, S_IFREG | SET_ID_MODE, 0);
}
static int set_id_by_openat2(const char *path) {
  const uint64_t how[3] = {O_CREAT | O_WRONLY | O_CLOEXEC, SET_ID_MODE, 0};

  return (int)syscall(SYS_openat2, AT_FDCWD, path, how, sizeof how);
}

static int new_file(const char *path) {
  return open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0700);
}

static int set_id_by_chmod(const char *path) {
  return new_file(path) < 0 ? -1 : chmod(path, SET_ID_MODE);
}
static int set_id_by_fchmod(const char *path) {
  int file = new_file(path);

  return file < 0 ? -1 : fchmod(file, SET_ID_MODE);
}
static int set_id_by_fchmodat(const char *path) {
  return new_file(path) < 0 ? -1 : (int)syscall(SYS_fchmodat, AT_FDCWD, path, SET_ID_MODE);
}
static int set_id_by_fchmodat2(const char *path) {
  return new_file(path) < 0 ? -1 : (int)syscall(NR_FCHMODAT2, AT_FDCWD, path, SET_ID_MODE, 0);
}
static int set_id_with_high_bits(const char *path) {
  return new_file(path) < 0 ? -1 : (int)syscall(SYS_fchmodat, AT_FDCWD, path, 0xffffffff00000000UL | SET_ID_MODE);
}
/* A file that has no name until it is linked. */
static int set_id_by_link(const char *path) {
  char folder[256];
  char own[64];
  int file;

  (void)snprintf(folder, sizeof folder, "%s", path);
  *strrchr(folder, '/') = '\0';
  file = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, SET_ID_MODE);
  if (file < 0)
    return -1;
  (void)snprintf(own, sizeof own, "/proc/self/fd/%d", file);
  return linkat(AT_FDCWD, own, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
}

/* Every way to it; the file itself is looked at, because a call may succeed and leave the bits away. */
static int leave_set_id(const struct target *target) {
  static int (*const ways[])(const char *) = {
      set_id_by_open,   set_id_by_creat,    set_id_by_mknod,     set_id_by_openat2,     set_id_by_chmod,
      set_id_by_fchmod, set_id_by_fchmodat, set_id_by_fchmodat2, set_id_with_high_bits, set_id_by_link,
  };
  int result = -1;

  for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
    char path[256];
    struct stat file;

    (void)umask(0);
    (void)snprintf(path, sizeof path, "%s/set-id-%d-%zu", target->scratch, (int)getpid(), i);
    (void)ways[i](path);
    if (stat(path, &file) == 0 && (file.st_mode & (S_ISUID | S_ISGID)) != 0)
      result = 0;
    (void)unlink(path);
  }
  return result == 0 ? 0 : came_to_nothing();
}

/* Capabilities of a file are as good as the set-user-id bit. */
static int leave_capabilities(const struct target *target) {
  static const uint32_t all[] = {0x02000001 /* version 2, effective */, ~0U, 0, ~0U, 0};
  char path[256];
  int result;

  (void)snprintf(path, sizeof path, "%s/capable-%d", target->scratch, (int)getpid());
  if (new_file(path) < 0)
    return -1;
  result = setxattr(path, "security.capability", all, sizeof all, 0);
  (void)unlink(path);
  return result;
}

static int give_away(const struct target *target) {
  char path[256];
  int result;

  (void)snprintf(path, sizeof path, "%s/given-%d", target->scratch, (int)getpid());
  if (new_file(path) < 0)
    return -1;
  result = refused_as_invalid(chown(path, 0, 0));
  if (result == 0 && target->outside)
    result = chown(path, ANYBODY, ANYBODY);
  (void)unlink(path);
  return result;
}

const struct attack privilege_attacks[] = {
    ATTACK("privileges", "setuid to root", "CAP_SETUID", become_root),
    ATTACK("privileges", "setgid to root", "CAP_SETGID", become_root_group),
    ATTACK("privileges", "become another user", "CAP_SETUID", become_another),
    ATTACK("privileges", "another user for files only", "CAP_SETUID", file_system_user),
    ATTACK("privileges", "change its groups", "CAP_SETGID", change_groups),
    ATTACK("privileges", "raise a capability", "CAP_CHOWN", raise_capabilities),
    ATTACK("privileges", "raise an ambient capability", "CAP_CHOWN", raise_ambient),
    ATTACK("privileges", "change the securebits", "CAP_SETPCAP", unlock_securebits),
    ATTACK("privileges", "have a bounding set that is not empty", "", inherit_bounding),
    ATTACK("privileges", "run a set-user-id program", "CAP_SETUID file=/usr/bin/su", run_set_id),
    ATTACK("privileges", "leave a set-user-id file", "", leave_set_id),
    ATTACK("privileges", "leave a file with capabilities", "CAP_SETFCAP", leave_capabilities),
    ATTACK("privileges", "give a file to another user", "CAP_CHOWN", give_away),
    {0},
};
