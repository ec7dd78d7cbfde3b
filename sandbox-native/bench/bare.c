// SPDX-License-Identifier: MIT
/* What `agentos-sandbox` is measured against: the kernel's own work for a sandbox like an agent's, and nothing else.
 * One clone3 with all namespaces, the same mounts, pivot_root, no capabilities, Landlock, the same seccomp filter,
 * exec.
 *
 *   bare [--ro-bind SRC DST | --bind SRC DST | --symlink TARGET LINK]... COMMAND [ARG...]
 *
 * It supervises nothing, has no pid 1 of its own, checks no path and explains no failure: no sandbox for use. */
#include "seccomp.h"
#include "syscalls.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define INSIDE_ID 1000U
#define OUTSIDE_ID 100000U
#define PATH_BYTES 4096
#define ALL_RIGHTS ((1ULL << 16) - 1)
#define WRITING (ALL_RIGHTS & ~(LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK | (1ULL << 15)))
#define OF_FILES (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE | (1ULL << 14) | (1ULL << 15))
#define READING (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)

static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};
static const char *const writable[] = {"/workspace", "/tmp", "/dev/shm"};

static long must(long result, const char *what) {
  if (result < 0)
    err(EXIT_FAILURE, "%s", what);
  return result;
}

static void mount_new(const char *kind, const char *place, unsigned long flags, const char *options) {
  must(syscall(SYS_mount, kind, place, kind, flags, options), place);
}

static void write_file(const char *path, const char *text) {
  int file = (int)must(open(path, O_WRONLY | O_CLOEXEC), path);

  must(write(file, text, strlen(text)), path);
  (void)close(file);
}

static void map_ids(pid_t child) {
  static const char *const kinds[] = {"uid_map", "gid_map"};
  unsigned outside[] = {geteuid() == 0 ? OUTSIDE_ID : geteuid(), geteuid() == 0 ? OUTSIDE_ID : getegid()};
  char path[64];
  char line[64];

  if (geteuid() != 0) {
    (void)snprintf(path, sizeof path, "/proc/%d/setgroups", child);
    write_file(path, "deny");
  }
  for (size_t i = 0; i < 2; i++) {
    (void)snprintf(path, sizeof path, "/proc/%d/%s", child, kinds[i]);
    (void)snprintf(line, sizeof line, "%u %u 1", INSIDE_ID, outside[i]);
    write_file(path, line);
  }
}

static void raise_loopback(void) {
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
  int device = (int)must(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");

  must(ioctl(device, SIOCSIFFLAGS, &request), "lo");
  (void)close(device);
}

/* Makes the folders on the way to a path below the working directory, and a folder or a file there. */
static void make_place(const char *path, bool folder) {
  char part[PATH_BYTES];

  for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    (void)snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
    (void)mkdir(part, 0755);
  }
  if (folder)
    (void)mkdir(path, 0755);
  else
    (void)mknod(path, S_IFREG | 0444, 0);
}

static void attach(const char *source, const char *destination, unsigned attributes) {
  struct mount_attr wanted = {.attr_set = attributes};
  int tree = (int)must(sb_open_tree(AT_FDCWD, source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE), source);
  struct stat file;

  must(fstat(tree, &file), source);
  must(sb_mount_setattr(tree, AT_RECURSIVE, &wanted), source);
  make_place(destination, S_ISDIR(file.st_mode));
  must(sb_move_mount(tree, "", AT_FDCWD, destination, MOVE_MOUNT_F_EMPTY_PATH), destination);
  (void)close(tree);
}

/* Carries out the mount words; the rest is the command. */
static char **mount_words(char **words) {
  for (; *words != NULL && strncmp(*words, "--", 2) == 0; words += 3) {
    if (strcmp(words[0], "--symlink") == 0) {
      make_place(words[2] + 1, true);
      (void)rmdir(words[2] + 1);
      must(symlink(words[1], words[2] + 1), words[2]);
    } else {
      attach(words[1], words[2] + 1,
             MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | (strcmp(words[0], "--ro-bind") == 0 ? MOUNT_ATTR_RDONLY : 0U));
    }
  }
  return words;
}

static void mount_own(void) {
  make_place("proc", true);
  mount_new("proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "subset=pid,hidepid=invisible");
  make_place("dev", true);
  mount_new("tmpfs", "dev", MS_NOSUID | MS_NODEV, "size=65536,nr_inodes=32,mode=755");
  for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++)
    attach(devices[i], devices[i] + 1, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY);
  must(symlink("/proc/self/fd", "dev/fd"), "dev/fd");
  must(symlink("/proc/self/fd/0", "dev/stdin"), "dev/stdin");
  must(symlink("/proc/self/fd/1", "dev/stdout"), "dev/stdout");
  must(symlink("/proc/self/fd/2", "dev/stderr"), "dev/stderr");
  make_place("dev/shm", true);
  mount_new("tmpfs", "dev/shm", MS_NOSUID | MS_NODEV, "size=64M,mode=1777");
  mount_new(NULL, "dev", MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL);
  make_place("tmp", true);
  mount_new("tmpfs", "tmp", MS_NOSUID | MS_NODEV, "size=64M,nr_inodes=16384,mode=1777");
}

static char **build_root(char **words) {
  must(sb_make_private("/"), "/");
  mount_new("tmpfs", "/mnt", MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=1M,nr_inodes=1024,mode=755");
  must(chdir("/mnt"), "root");
  words = mount_words(words);
  mount_own();
  must(sb_pivot_root(".", "."), "pivot_root");
  must(sb_umount2(".", SB_UMOUNT_DETACH), "old root");
  must(chdir("/"), "/");
  mount_new(NULL, "/", MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
  return words;
}

static void drop_capabilities(void) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[2] = {{0}};

  must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
  for (unsigned long number = 0; prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0; number++)
    must(prctl(PR_CAPBSET_DROP, number, 0, 0, 0), "bounding set");
  must(prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED, 0, 0, 0), "securebits");
  must(syscall(SYS_capset, &header, none), "capset");
}

static void allow(int ruleset, const char *path, unsigned long long rights) {
  struct landlock_path_beneath_attr rule = {.allowed_access = rights,
                                            .parent_fd = (int)must(open(path, O_PATH | O_CLOEXEC), path)};

  must(syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0), path);
  (void)close(rule.parent_fd);
}

/* Where the host's Landlock is older than the rights that are named, or there is none, it goes without. */
static void restrict_files(void) {
  struct {
    unsigned long long files;
    unsigned long long network;
    unsigned long long scoped;
  } shape = {.files = ALL_RIGHTS, .scoped = 3};
  int ruleset = (int)syscall(SYS_landlock_create_ruleset, &shape, sizeof shape, 0);

  if (ruleset < 0)
    return;
  allow(ruleset, "/", READING);
  for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++)
    allow(ruleset, devices[i], OF_FILES);
  for (size_t i = 0; i < sizeof writable / sizeof writable[0]; i++)
    allow(ruleset, writable[i], WRITING);
  must(syscall(SYS_landlock_restrict_self, ruleset, 0), "Landlock");
  (void)close(ruleset);
}

static void load_filter(void) {
  struct sock_filter filter[SB_FILTER_MAX];
  struct sock_fprog program = {.len = (unsigned short)sb_seccomp_build(filter, NULL, 0, /* sysv_bounded= */ true), .filter = filter};

  must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), "seccomp");
}

_Noreturn static void become(char **words, int mapped) {
  static char *const environment[] = {NULL};
  struct rlimit core = {1, 1};
  char byte;

  must(read(mapped, &byte, 1), "pipe");
  must(setresgid(INSIDE_ID, INSIDE_ID, INSIDE_ID), "gid");
  must(setresuid(INSIDE_ID, INSIDE_ID, INSIDE_ID), "uid");
  must(sethostname("agent", 5), "hostname");
  raise_loopback();
  words = build_root(words);
  if (*words == NULL)
    errx(EXIT_FAILURE, "no command");
  must(setsid(), "setsid");
  must(setrlimit(RLIMIT_CORE, &core), "rlimit");
  must(chdir("/workspace"), "/workspace");
  drop_capabilities();
  restrict_files();
  load_filter();
  (void)execve(*words, words, environment);
  err(EXIT_FAILURE, "%s", *words);
}

int main(int count, char **words) {
  struct clone_args arguments = {
      .flags =
          CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP,
      .exit_signal = SIGCHLD,
  };
  int mapped[2];
  int status = 0;
  pid_t child;

  if (count < 2)
    errx(EXIT_FAILURE, "no command");
  must(pipe2(mapped, O_CLOEXEC), "pipe");
  child = (pid_t)must(sb_clone3(&arguments), "clone3");
  if (child == 0)
    become(words + 1, mapped[0]);
  map_ids(child);
  must(write(mapped[1], "", 1), "pipe");
  must(waitpid(child, &status, 0), "wait");
  return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}
