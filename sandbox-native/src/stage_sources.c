// SPDX-License-Identifier: MIT
#include "owned.h"
#include "stages.h"
#include "syscalls.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A user namespace that nobody lives in, made only to say which id on disk is which id in the sandbox. */
struct id_view {
  uid_t uid;
  gid_t gid;
  int namespace; /* -1 while there is none */
};

static int open_user_namespace(int proc, pid_t pid, struct sb_error *err) {
  char path[64];
  int namespace;

  (void)snprintf(path, sizeof path, "%d/ns/user", (int)pid);
  namespace = openat(proc, path, O_RDONLY | O_CLOEXEC);
  if (namespace < 0)
    return sb_fail(err, errno, "cannot open the user namespace of an id-mapped mount");
  return namespace;
}

/* A namespace needs a process to be born in. This one ends at once: until reaped, its namespace can be reached. */
static int make_user_namespace(int proc, const struct sb_id_map *map, struct sb_error *err) {
  struct clone_args arguments = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
  pid_t pid = sb_clone3(&arguments);
  int namespace;

  if (pid < 0)
    return sb_fail(err, errno, "cannot make a user namespace for an id-mapped mount");
  if (pid == 0)
    _exit(0);
  namespace = sb_write_id_map(proc, pid, map, err);
  if (namespace == 0)
    namespace = open_user_namespace(proc, pid, err);
  (void)waitpid(pid, NULL, 0);
  return namespace;
}

/* Sources of one plan mostly have one owner: the namespace is made again only when it changes. */
static int view_for_owner(struct sb_sandbox *sandbox, const struct stat *owner, struct id_view *view,
                          struct sb_error *err) {
  struct sb_id_map map = {
      .inside_uid = owner->st_uid,
      .outside_uid = sandbox->plan->map_uid,
      .inside_gid = owner->st_gid,
      .outside_gid = sandbox->plan->map_gid,
  };

  if (view->namespace >= 0 && view->uid == owner->st_uid && view->gid == owner->st_gid)
    return 0;
  sb_close_and_forget(&view->namespace);
  view->namespace = make_user_namespace(sandbox->proc, &map, err);
  view->uid = owner->st_uid;
  view->gid = owner->st_gid;
  return view->namespace < 0 ? -1 : 0;
}

/* Makes the owner on disk appear as the inside user. Nothing to do when it is that user already. */
static int adopt_owner(struct sb_sandbox *sandbox, const struct sb_mount *mount, struct id_view *view,
                       struct sb_error *err) {
  const struct sb_plan *plan = sandbox->plan;
  struct mount_attr attributes = {.attr_set = MOUNT_ATTR_IDMAP};
  struct stat owner;

  if (fstat(mount->tree, &owner) < 0)
    return sb_fail(err, errno, "cannot look at '%s'", mount->source);
  if (!sb_plan_maps_ids(plan)) {
    if (owner.st_uid != geteuid())
      return sb_fail(err, 0,
                     "'%s' does not belong to the user who starts the sandbox; change its owner or start as root",
                     mount->source);
    return 0;
  }
  if (owner.st_uid == plan->map_uid && owner.st_gid == plan->map_gid)
    return 0;
  if (view_for_owner(sandbox, &owner, view, err) < 0)
    return -1;
  attributes.userns_fd = (unsigned)view->namespace;
  if (sb_mount_setattr(mount->tree, 0, &attributes) < 0) {
    /* What is only read loses nothing but what its owner keeps from all others: a plain bind is the stricter one. */
    if (mount->read_only && (errno == EINVAL || errno == EOPNOTSUPP)) {
      sb_layer_set(&sandbox->layers, SB_LAYER_IDMAP, SB_LAYER_UNAVAILABLE, "not on the file system of '%s'",
                   mount->source);
      return 0;
    }
    return sb_fail(err, errno, "the file system of '%s' takes no id mapping; change its owner to %u:%u instead",
                   mount->source, plan->map_uid, plan->map_gid);
  }
  sb_layer_set(&sandbox->layers, SB_LAYER_IDMAP, SB_LAYER_APPLIED, "uid %u on disk is uid %u inside", owner.st_uid,
               plan->uid);
  return 0;
}

/* The same object again, in the mount namespace of this process: descriptors of another one cannot be mounted from.
 * Whatever the path leads to by now, nothing but that object is taken. */
static int open_again(struct sb_sandbox *sandbox, int given, unsigned recursive, const char *destination,
                      struct sb_error *err) {
  char name[32];
  char path[SB_PLAN_PATH_BYTES_MAX + 1];
  struct stat wanted;
  struct stat found;
  SB_OWNED_FD tree = -1;
  ssize_t length;

  (void)snprintf(name, sizeof name, "self/fd/%d", given);
  length = readlinkat(sandbox->proc, name, path, sizeof path);
  if (length < 0 || (size_t)length == sizeof path)
    return sb_fail(err, length < 0 ? errno : ENAMETOOLONG, "cannot tell what descriptor %d is", given);
  path[length] = '\0';
  tree = sb_open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW | recursive);
  if (tree < 0 || fstat(tree, &found) < 0 || fstat(given, &wanted) < 0)
    return sb_fail(err, errno, "cannot open what is to be mounted on '%s'", destination);
  if (found.st_dev != wanted.st_dev || found.st_ino != wanted.st_ino)
    return sb_fail(err, 0, "what is to be mounted on '%s' was replaced while it was opened", destination);
  return sb_steal_fd(&tree);
}

/* What a descriptor of the caller's is, as a mount. */
static int open_given(struct sb_sandbox *sandbox, int given, unsigned recursive, const char *destination,
                      struct sb_error *err) {
  int tree;

  if (!sb_plan_maps_ids(sandbox->plan))
    return open_again(sandbox, given, recursive, destination, err);
  tree = sb_open_tree(given, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | recursive);
  return tree < 0 ? sb_fail(err, errno, "cannot open what is to be mounted on '%s'", destination) : tree;
}

/* A copy of the mounts below the source, attached nowhere yet: what happens to the path from now on changes nothing. */
static int open_source(struct sb_sandbox *sandbox, struct sb_mount *mount, struct id_view *view, struct sb_error *err) {
  /* An owned or given source is one directory of one file system. Unprivileged, submounts cannot be left out: the
   * kernel keeps what lies under them covered. */
  bool single = (mount->owned || mount->given >= 0) && sb_plan_maps_ids(sandbox->plan);
  unsigned recursive = single ? 0 : AT_RECURSIVE;
  struct mount_attr attributes = {
      .attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | (mount->read_only ? MOUNT_ATTR_RDONLY : 0U),
      .propagation = MS_PRIVATE,
  };

  if (mount->given >= 0) {
    mount->tree = open_given(sandbox, mount->given, recursive, mount->destination, err);
    if (mount->tree < 0)
      return -1;
  } else {
    mount->tree = sb_open_tree(AT_FDCWD, mount->source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | recursive);
  }
  if (mount->tree < 0 && errno == ENOENT && mount->optional)
    return 0;
  if (mount->tree < 0)
    return sb_fail(err, errno, "cannot open '%s' to mount it", mount->source);
  if (mount->owned && adopt_owner(sandbox, mount, view, err) < 0)
    return -1;
  if (sb_mount_setattr(mount->tree, recursive, &attributes) < 0)
    return sb_fail(err, errno, "cannot make the mount of '%s' private, nosuid and nodev%s", mount->source,
                   mount->read_only ? " and read-only" : "");
  return 0;
}

/* A node that somebody else chose and judged; that it is a character device holds whoever did. */
static int open_device(struct sb_sandbox *sandbox, struct sb_device *device, struct sb_error *err) {
  struct mount_attr attributes = {
      .attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY,
      .propagation = MS_PRIVATE,
  };
  struct stat node;

  device->tree = open_given(sandbox, device->given, 0, device->destination, err);
  if (device->tree < 0)
    return -1;
  if (fstat(device->tree, &node) < 0 || !S_ISCHR(node.st_mode))
    return sb_fail(err, 0, "what is to be '%s' is no character device", device->destination);
  if (sb_mount_setattr(device->tree, 0, &attributes) < 0)
    return sb_fail(err, errno, "cannot make the mount of '%s' nosuid and noexec", device->destination);
  return 0;
}

void sb_close_sources(const struct sb_plan *plan) {
  for (size_t i = 0; i < plan->mount_count; i++)
    sb_close_and_forget(&plan->mounts[i].tree);
  for (size_t i = 0; i < plan->device_count; i++)
    sb_close_and_forget(&plan->devices[i].tree);
  for (size_t i = 0; i < plan->given_count; i++)
    sb_close_owned(&plan->given[i]);
}

int sb_stage_sources(struct sb_sandbox *sandbox, struct sb_error *err) {
  struct id_view view = {.namespace = -1};
  int result = 0;

  for (size_t i = 0; result == 0 && i < sandbox->plan->mount_count; i++) {
    struct sb_mount *mount = &sandbox->plan->mounts[i];

    if (mount->kind == SB_MOUNT_BIND && mount->tree < 0)
      result = open_source(sandbox, mount, &view, err);
  }
  for (size_t i = 0; result == 0 && i < sandbox->plan->device_count; i++) {
    struct sb_device *device = &sandbox->plan->devices[i];

    if (device->tree < 0)
      result = open_device(sandbox, device, err);
  }
  sb_close_and_forget(&view.namespace);
  return result;
}
