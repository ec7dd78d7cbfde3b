// SPDX-License-Identifier: MIT
#include "place.h"
#include "owned.h"
#include "syscalls.h"

#include <errno.h>
#include <stdbool.h>
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

/* Why a place cannot be opened is why it could not be made, unless it was there already. */
static int check_place(int place, int made, int made_errno, const char *path, struct sb_error *err) {
  if (place < 0 && made < 0 && made_errno != EEXIST)
    errno = made_errno;
  return place < 0 ? fail_place(err, path) : place;
}

/* Made before it is looked for, as most places of a new root are missing. */
static int enter(int directory, const char *part, const char *path, struct sb_error *err) {
  int made = mkdirat(directory, part, 0755);
  int made_errno = errno;

  return check_place(open_part(directory, part, O_DIRECTORY), made, made_errno, path, err);
}

/* Opens the directory `parents`, a path below the root, part by part, each made where it is missing. */
static int make_parents(int root, const char *parents, const char *path, struct sb_error *err) {
  char name[SB_PLAN_PATH_BYTES_MAX + 1];
  SB_OWNED_FD directory = -1;
  const char *at = parents;

  for (;;) {
    size_t length = strcspn(at, "/");
    int next;

    memcpy(name, at, length);
    name[length] = '\0';
    next = enter(directory < 0 ? root : directory, name, path, err);
    if (next < 0)
      return -1;
    sb_close_owned(&directory);
    directory = next;
    if (at[length] == '\0')
      return sb_steal_fd(&directory);
    at += length + 1;
  }
}

void sb_places_end(struct sb_places *places) {
  sb_close_and_forget(&places->parent);
}

static bool is_parent(const struct sb_places *places, const char *path, size_t length) {
  return places->parent >= 0 && strncmp(places->parents, path, length) == 0 && places->parents[length] == '\0';
}

/* The parent of the path, made where it is missing, which stays the places' own; *ret_name is the last part. */
static int enter_parent(struct sb_places *places, const char *path, const char **ret_name, struct sb_error *err) {
  const char *name = strrchr(path, '/') + 1;
  size_t length = (size_t)(name - path) - 1;

  *ret_name = name;
  if (length > 0 && is_parent(places, path + 1, length - 1))
    return places->parent;
  sb_close_and_forget(&places->parent);
  if (length == 0)
    return places->root;
  memcpy(places->parents, path + 1, length - 1);
  places->parents[length - 1] = '\0';
  places->parent = open_part(places->root, places->parents, O_DIRECTORY);
  if (places->parent < 0 && errno == ENOENT)
    places->parent = make_parents(places->root, places->parents, path, err);
  else if (places->parent < 0)
    (void)fail_place(err, path);
  return places->parent;
}

int sb_place_directory(struct sb_places *places, const char *path, struct sb_error *err) {
  const char *name;
  int parent = enter_parent(places, path, &name, err);

  return parent < 0 ? -1 : enter(parent, name, path, err);
}

int sb_place_file(struct sb_places *places, const char *path, struct sb_error *err) {
  const char *name;
  int parent = enter_parent(places, path, &name, err);
  int made_errno;
  int made;

  if (parent < 0)
    return -1;
  made = mknodat(parent, name, S_IFREG | 0444, 0);
  made_errno = errno;
  return check_place(open_part(parent, name, 0), made, made_errno, path, err);
}

int sb_place_symlink(struct sb_places *places, const char *target, const char *path, struct sb_error *err) {
  const char *name;
  int parent = enter_parent(places, path, &name, err);

  if (parent < 0)
    return -1;
  return symlinkat(target, parent, name) < 0 ? fail_place(err, path) : 0;
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
