// SPDX-License-Identifier: MIT
#include "owned.h"
#include "place.h"
#include "stages.h"
#include "syscalls.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

struct building {
  struct sb_sandbox *sandbox;
  struct sb_places *places; /* below the sandbox's root */
};

static int mount_bind(const struct building *building, struct sb_mount *mount, struct sb_error *err) {
  SB_OWNED_FD tree = sb_steal_fd(&mount->tree);
  SB_OWNED_FD place = -1;
  struct stat source;

  if (tree < 0)
    return 0; /* optional, and its source does not exist */
  if (fstat(tree, &source) < 0)
    return sb_fail(err, errno, "cannot look at '%s'", mount->source);
  place = S_ISDIR(source.st_mode) ? sb_place_directory(building->places, mount->destination, err)
                                  : sb_place_file(building->places, mount->destination, err);
  if (place < 0)
    return -1;
  return sb_attach(tree, place, mount->destination, err);
}

/* Makes a tmpfs on a place and returns it, attached. */
static int mount_tmpfs_at(struct sb_places *places, const char *path, const struct sb_tmpfs *shape,
                          struct sb_error *err) {
  SB_OWNED_FD place = sb_place_directory(places, path, err);
  SB_OWNED_FD tmpfs = -1;

  if (place < 0)
    return -1;
  tmpfs = sb_new_tmpfs(shape, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, err);
  if (tmpfs < 0 || sb_attach(tmpfs, place, path, err) < 0)
    return -1;
  return sb_steal_fd(&tmpfs);
}

static int mount_tmpfs(const struct building *building, struct sb_mount *mount, struct sb_error *err) {
  struct sb_tmpfs shape = {.bytes = mount->bytes, .inodes = mount->inodes, .mode = 01777};
  SB_OWNED_FD tmpfs = mount_tmpfs_at(building->places, mount->destination, &shape, err);

  return tmpfs < 0 ? -1 : 0;
}

static int make_directory(const struct building *building, struct sb_mount *mount, struct sb_error *err) {
  SB_OWNED_FD directory = sb_place_directory(building->places, mount->destination, err);

  return directory < 0 ? -1 : 0;
}

static int make_symlink(const struct building *building, struct sb_mount *mount, struct sb_error *err) {
  return sb_place_symlink(building->places, mount->source, mount->destination, err);
}

static int mount_proc(const struct building *building, struct sb_mount *mount, struct sb_error *err) {
  SB_OWNED_FD place = sb_place_directory(building->places, mount->destination, err);
  SB_OWNED_FD proc = -1;

  if (place < 0)
    return -1;
  proc = sb_new_proc(err);
  if (proc < 0 || sb_attach(proc, place, mount->destination, err) < 0)
    return -1;
  sb_layer_set(&building->sandbox->layers, SB_LAYER_PROC_HIDDEN, SB_LAYER_APPLIED, "%s",
               "subset=pid,hidepid=invisible");
  return 0;
}

/* The nodes that a program may expect, each with the number it must have on the host. */
static const struct {
  const char *name;
  unsigned minor;
} nodes[] = {{"null", 3}, {"zero", 5}, {"full", 7}, {"random", 8}, {"urandom", 9}};

#define MEMORY_DEVICES 1 /* the major number of all of them */

/* Binds one node of the host's /dev. What was opened is what is checked and what is mounted: a link or another file put
 * in its place on the host cannot come in. */
static int add_node(struct sb_places *dev, const char *name, unsigned minor, struct sb_error *err) {
  struct mount_attr attributes = {
      .attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY,
      .propagation = MS_PRIVATE,
  };
  char path[32];
  struct stat node;
  SB_OWNED_FD tree = -1;
  SB_OWNED_FD place = -1;

  (void)snprintf(path, sizeof path, "/dev/%s", name);
  tree = sb_open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW);
  if (tree < 0 || fstat(tree, &node) < 0)
    return sb_fail(err, errno, "cannot open the host's %s", path);
  if (!S_ISCHR(node.st_mode) || node.st_rdev != makedev(MEMORY_DEVICES, minor))
    return sb_fail(err, 0, "the host's %s is not the character device %d:%u that it must be", path, MEMORY_DEVICES,
                   minor);
  if (sb_mount_setattr(tree, 0, &attributes) < 0)
    return sb_fail(err, errno, "cannot make the mount of %s nosuid and noexec", path);
  place = sb_place_file(dev, path + strlen("/dev"), err);
  return place < 0 ? -1 : sb_attach(tree, place, path, err);
}

static int add_links(struct sb_places *dev, struct sb_error *err) {
  static const char *const links[][2] = {
      {"/proc/self/fd", "/fd"},
      {"/proc/self/fd/0", "/stdin"},
      {"/proc/self/fd/1", "/stdout"},
      {"/proc/self/fd/2", "/stderr"},
  };

  for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
    if (sb_place_symlink(dev, links[i][0], links[i][1], err) < 0)
      return -1;
  }
  return 0;
}

/* The nodes that the plan adds to the five. */
static int add_devices(const struct sb_plan *plan, struct sb_places *dev, const char *directory, struct sb_error *err) {
  size_t length = strlen(directory);

  for (size_t i = 0; i < plan->device_count; i++) {
    struct sb_device *device = &plan->devices[i];
    SB_OWNED_FD tree = -1;
    SB_OWNED_FD place = -1;

    if (strncmp(device->destination, directory, length) != 0 || device->destination[length] != '/')
      continue;
    tree = sb_steal_fd(&device->tree);
    place = sb_place_file(dev, device->destination + length, err);
    if (place < 0 || sb_attach(tree, place, device->destination, err) < 0)
      return -1;
  }
  return 0;
}

static int mount_dev(const struct building *building, struct sb_mount *mount, struct sb_error *err) {
  static const struct sb_tmpfs shape = {.bytes = SB_DEV_BYTES, .inodes = SB_DEV_INODES, .mode = 0755};
  struct sb_tmpfs shm_shape = {.bytes = mount->bytes, .inodes = mount->inodes, .mode = 01777};
  SB_OWNED_FD dev = mount_tmpfs_at(building->places, mount->destination, &shape, err);
  SB_PLACES below = {.root = dev, .parent = -1};
  SB_OWNED_FD shm = -1;

  if (dev < 0)
    return -1;
  for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; i++) {
    if (add_node(&below, nodes[i].name, nodes[i].minor, err) < 0)
      return -1;
  }
  if (add_links(&below, err) < 0 || add_devices(building->sandbox->plan, &below, mount->destination, err) < 0)
    return -1;
  shm = mount_tmpfs_at(&below, "/shm", &shm_shape, err);
  if (shm < 0)
    return -1;
  return sb_make_read_only(dev, mount->destination, err);
}

int sb_stage_mounts(struct sb_sandbox *sandbox, struct sb_error *err) {
  static int (*const make[])(const struct building *, struct sb_mount *, struct sb_error *) = {
      [SB_MOUNT_BIND] = mount_bind,      [SB_MOUNT_TMPFS] = mount_tmpfs, [SB_MOUNT_DIRECTORY] = make_directory,
      [SB_MOUNT_SYMLINK] = make_symlink, [SB_MOUNT_PROC] = mount_proc,   [SB_MOUNT_DEV] = mount_dev,
  };
  SB_PLACES places = {.root = sandbox->root, .parent = -1};
  struct building building = {.sandbox = sandbox, .places = &places};

  for (size_t i = 0; i < sandbox->plan->mount_count; i++) {
    struct sb_mount *mount = &sandbox->plan->mounts[i];

    if (make[mount->kind](&building, mount, err) < 0)
      return -1;
  }
  return 0;
}
