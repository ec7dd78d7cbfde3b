// SPDX-License-Identifier: MIT
#include "place.h"
#include "bounds.h"
#include "owned.h"
#include "syscalls.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static int open_part(int directory, const char *part, unsigned long long flags) {
  struct open_how how = {
      .flags = O_PATH | O_CLOEXEC | flags,
      .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
  };

  return sb_openat2(directory, part, &how);
}

static int fail_place(struct sb_error *err, const char *path) {
  if (errno == ELOOP)
    return sb_fail(err, ELOOP, "the way to '%s' leads over a symbolic link; name the real place instead", path);
  if (errno == EROFS)
    return sb_fail(err, EROFS, "'%s' cannot be made inside a read-only mount; it must exist there already", path);
  return sb_fail(err, errno, "cannot make '%s' in the sandbox", path);
}

static int enter(int directory, const char *part, const char *path, struct sb_error *err) {
  int next = open_part(directory, part, O_DIRECTORY);

  if (next < 0 && errno == ENOENT) {
    if (mkdirat(directory, part, 0755) < 0 && errno != EEXIST)
      return fail_place(err, path);
    next = open_part(directory, part, O_DIRECTORY);
  }
  return next < 0 ? fail_place(err, path) : next;
}

/* Opens the parent of the path, made where it is missing; *ret_name is the last part. */
static int place_parent(int root, const char *path, char name[SB_PLAN_PATH_BYTES_MAX + 1], struct sb_error *err) {
  SB_OWNED_FD directory = fcntl(root, F_DUPFD_CLOEXEC, 3);
  const char *at = path + 1;

  if (directory < 0)
    return sb_fail(err, errno, "cannot copy the descriptor of the sandbox's root");
  for (;;) {
    size_t length = strcspn(at, "/");
    int next;

    memcpy(name, at, length);
    name[length] = '\0';
    if (at[length] == '\0')
      return sb_steal_fd(&directory);
    next = enter(directory, name, path, err);
    if (next < 0)
      return -1;
    sb_close_and_forget(&directory);
    directory = next;
    at += length + 1;
  }
}

int sb_place_directory(int root, const char *path, struct sb_error *err) {
  char name[SB_PLAN_PATH_BYTES_MAX + 1];
  SB_OWNED_FD parent = place_parent(root, path, name, err);

  if (parent < 0)
    return -1;
  return enter(parent, name, path, err);
}

int sb_place_file(int root, const char *path, struct sb_error *err) {
  char name[SB_PLAN_PATH_BYTES_MAX + 1];
  SB_OWNED_FD parent = place_parent(root, path, name, err);
  int place;

  if (parent < 0)
    return -1;
  place = open_part(parent, name, 0);
  if (place < 0 && errno == ENOENT) {
    if (mknodat(parent, name, S_IFREG | 0444, 0) < 0 && errno != EEXIST)
      return fail_place(err, path);
    place = open_part(parent, name, 0);
  }
  return place < 0 ? fail_place(err, path) : place;
}

int sb_place_symlink(int root, const char *target, const char *path, struct sb_error *err) {
  char name[SB_PLAN_PATH_BYTES_MAX + 1];
  SB_OWNED_FD parent = place_parent(root, path, name, err);

  if (parent < 0)
    return -1;
  if (symlinkat(target, parent, name) < 0)
    return fail_place(err, path);
  return 0;
}

static int set_option(int context, const char *key, const char *text, struct sb_error *err) {
  if (sb_fsconfig(context, FSCONFIG_SET_STRING, key, text) < 0)
    return sb_fail(err, errno, "tmpfs refuses %s=%s", key, text);
  return 0;
}

int sb_new_tmpfs(const struct sb_tmpfs *shape, unsigned attributes, struct sb_error *err) {
  SB_OWNED_FD context = sb_fsopen("tmpfs");
  char bytes[32];
  char inodes[32];
  char mode[32];
  int mount;

  if (context < 0)
    return sb_fail(err, errno, "cannot start a tmpfs");
  (void)snprintf(bytes, sizeof bytes, "%llu", shape->bytes);
  (void)snprintf(inodes, sizeof inodes, "%llu", shape->inodes);
  (void)snprintf(mode, sizeof mode, "%o", shape->mode);
  if (set_option(context, "size", bytes, err) < 0 || set_option(context, "nr_inodes", inodes, err) < 0 ||
      set_option(context, "mode", mode, err) < 0)
    return -1;
  if (sb_fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL) < 0)
    return sb_fail(err, errno, "cannot make a tmpfs");
  mount = sb_fsmount(context, attributes);
  if (mount < 0)
    return sb_fail(err, errno, "cannot mount a tmpfs");
  return mount;
}

int sb_new_proc(struct sb_error *err) {
  SB_OWNED_FD context = sb_fsopen("proc");
  int mount;

  if (context < 0)
    return sb_fail(err, errno, "cannot start a /proc");
  if (sb_fsconfig(context, FSCONFIG_SET_STRING, "subset", "pid") < 0 ||
      sb_fsconfig(context, FSCONFIG_SET_STRING, "hidepid", "invisible") < 0)
    return sb_fail(err, errno, "/proc refuses subset=pid,hidepid=invisible; this needs Linux 5.8");
  if (sb_fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL) < 0)
    return sb_fail(err, errno, "cannot make a /proc");
  mount = sb_fsmount(context, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
  if (mount < 0)
    return sb_fail(err, errno, "cannot mount a /proc; in a container, parts of /proc must not be masked");
  return mount;
}

int sb_attach(int mount, int place, const char *path, struct sb_error *err) {
  if (sb_move_mount(mount, "", place, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
    return sb_fail(err, errno, "cannot mount on '%s'%s", path,
                   errno == ENOTDIR ? "; a file goes on a file and a directory on a directory" : "");
  return 0;
}

int sb_make_read_only(int mount, const char *path, struct sb_error *err) {
  struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};

  if (sb_mount_setattr(mount, 0, &attributes) < 0)
    return sb_fail(err, errno, "cannot make '%s' read-only", path);
  return 0;
}
