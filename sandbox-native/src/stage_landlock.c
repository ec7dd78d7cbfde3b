// SPDX-License-Identifier: MIT
#include "landlock_abi.h"
#include "owned.h"
#include "stages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

/* The policy is derived from the mounts themselves: what is mounted writable may be written, the rest only read. A
 * process that joins later finds the same mounts and so gets the same policy. */

#define READING (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define ABI_1 ((1ULL << 13) - 1)
#define NEVER (LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK)
/* The rights that make sense for something that is not a directory. */
#define OF_FILES                                                                                                       \
  (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |                         \
   LANDLOCK_ACCESS_FS_TRUNCATE | LANDLOCK_ACCESS_FS_IOCTL_DEV)

static uint64_t handled_rights(int abi) {
  uint64_t rights = ABI_1;

  if (abi >= 2)
    rights |= LANDLOCK_ACCESS_FS_REFER;
  if (abi >= 3)
    rights |= LANDLOCK_ACCESS_FS_TRUNCATE;
  if (abi >= 5)
    rights |= LANDLOCK_ACCESS_FS_IOCTL_DEV;
  return rights;
}

static size_t ruleset_size(int abi) {
  if (abi >= SB_LANDLOCK_ABI_SCOPES)
    return sizeof(struct sb_landlock_ruleset);
  return abi >= 4 ? offsetof(struct sb_landlock_ruleset, scoped)
                  : offsetof(struct sb_landlock_ruleset, handled_access_net);
}

static int allow(int ruleset, int place, uint64_t rights, struct sb_error *err) {
  struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = place};

  if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0)
    return sb_fail(err, errno, "Landlock refuses a rule");
  return 0;
}

/* One line of mountinfo. */
struct mount_line {
  const char *path;
  bool read_only; /* the mount, whatever its file system is */
  bool no_device; /* nothing on it works as a device */
};

/* Grants what one mount means. A place that cannot be reached is left out: the payload cannot reach it either. */
static int allow_mount(int ruleset, const struct mount_line *mount, uint64_t handled, struct sb_error *err) {
  const char *path = mount->path;
  SB_OWNED_FD place = -1;
  struct statvfs system;
  struct stat file;

  /* Most mounts: what is only read and no device has nothing to be granted. */
  if (mount->read_only && mount->no_device)
    return 0;
  place = open(path, O_PATH | O_CLOEXEC);
  if (place < 0)
    return 0;
  if (fstatvfs(place, &system) < 0 || fstat(place, &file) < 0)
    return sb_fail(err, errno, "cannot look at the mount '%s'", path);
  if (S_ISCHR(file.st_mode))
    return allow(ruleset, place, handled & OF_FILES & ~LANDLOCK_ACCESS_FS_EXECUTE, err);
  if ((system.f_flag & ST_RDONLY) != 0)
    return 0;
  handled &= ~(NEVER | LANDLOCK_ACCESS_FS_IOCTL_DEV);
  return allow(ruleset, place, S_ISDIR(file.st_mode) ? handled : handled & OF_FILES, err);
}

/* Undoes the octal escapes with which mountinfo writes blanks and backslashes, in place. */
static void unescape(char *text) {
  char *to = text;

  for (const char *from = text; *from != '\0';) {
    if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] >= '0' && from[2] <= '7' && from[3] >= '0' &&
        from[3] <= '7') {
      *to++ = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0'));
      from += 4;
    } else {
      *to++ = *from++;
    }
  }
  *to = '\0';
}

/* The mount point is the fifth field of a line, its options are the sixth. False when the line is shorter. */
static bool read_mount(char *line, struct mount_line *ret_mount) {
  char *rest = line;
  char *path = NULL;
  char *options;

  for (int i = 0; i < 5; i++)
    path = strsep(&rest, " ");
  options = strsep(&rest, " ");
  if (options == NULL)
    return false;
  unescape(path);
  *ret_mount = (struct mount_line){.path = path};
  for (const char *option = strsep(&options, ","); option != NULL; option = strsep(&options, ",")) {
    ret_mount->read_only = ret_mount->read_only || strcmp(option, "ro") == 0;
    ret_mount->no_device = ret_mount->no_device || strcmp(option, "nodev") == 0;
  }
  return true;
}

static int allow_mounts(int ruleset, int proc, uint64_t handled, struct sb_error *err) {
  int file = openat(proc, "self/mountinfo", O_RDONLY | O_CLOEXEC);
  FILE *mounts = file < 0 ? NULL : fdopen(file, "re");
  char *line = NULL;
  size_t size = 0;
  int result = 0;

  if (mounts == NULL) {
    sb_error_set(err, errno, "cannot read the list of mounts");
    sb_close_owned(&file);
    return -1;
  }
  while (result == 0 && getline(&line, &size, mounts) > 0) {
    struct mount_line mount;

    if (read_mount(line, &mount))
      result = allow_mount(ruleset, &mount, handled, err);
  }
  free(line);
  (void)fclose(mounts);
  return result;
}

static int restrict_files(int proc, int abi, struct sb_error *err) {
  struct sb_landlock_ruleset shape = {.handled_access_fs = handled_rights(abi)};
  SB_OWNED_FD ruleset = (int)syscall(SYS_landlock_create_ruleset, &shape, ruleset_size(abi), 0);
  SB_OWNED_FD root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

  if (ruleset < 0 || root < 0)
    return sb_fail(err, errno, "cannot make a Landlock ruleset");
  if (allow(ruleset, root, READING, err) < 0 || allow_mounts(ruleset, proc, shape.handled_access_fs, err) < 0)
    return -1;
  if (syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
    return sb_fail(err, errno, "cannot apply the Landlock ruleset");
  return 0;
}

int sb_stage_landlock(struct sb_sandbox *sandbox, struct sb_error *err) {
  enum sb_landlock choice = sandbox->plan->landlock;
  int abi = choice == SB_LANDLOCK_NONE ? 0 : sb_landlock_abi();

  if (choice == SB_LANDLOCK_NONE)
    return 0;
  if (abi == 0 && choice == SB_LANDLOCK_REQUIRE)
    return sb_fail(err, 0,
                   "this host has no Landlock; boot Linux 5.13 or newer with 'landlock' in lsm=, or ask for auto");
  if (abi == 0) {
    sb_layer_set(&sandbox->layers, SB_LAYER_LANDLOCK, SB_LAYER_UNAVAILABLE, "%s",
                 "not in this kernel, or switched off");
    return 0;
  }
  if (restrict_files(sandbox->proc, abi, err) < 0)
    return -1;
  sb_layer_set(&sandbox->layers, SB_LAYER_LANDLOCK, SB_LAYER_APPLIED, "ABI %d%s", abi,
               abi >= SB_LANDLOCK_ABI_SCOPES ? ", signals and abstract sockets scoped" : "");
  return 0;
}

/* A domain of its own for the payload, below init's: init may signal everything inside, and nothing may signal init. */
int sb_landlock_scope(const struct sb_plan *plan, struct sb_error *err) {
  struct sb_landlock_ruleset shape = {.scoped = LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | LANDLOCK_SCOPE_SIGNAL};
  SB_OWNED_FD ruleset = -1;

  if (plan->mode == SB_MODE_SUPERVISE || plan->landlock == SB_LANDLOCK_NONE ||
      sb_landlock_abi() < SB_LANDLOCK_ABI_SCOPES)
    return 0;
  ruleset = (int)syscall(SYS_landlock_create_ruleset, &shape, sizeof shape, 0);
  if (ruleset < 0)
    return sb_fail(err, errno, "cannot make a Landlock scope");
  if (syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
    return sb_fail(err, errno, "cannot apply the Landlock scope");
  return 0;
}
