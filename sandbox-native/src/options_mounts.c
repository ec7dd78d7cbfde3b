// SPDX-License-Identifier: MIT
#include "options.h"

#include <string.h>

int sb_check_path(const char *path, bool plain, struct sb_error *err) {
  if (path[0] != '/' || strlen(path) > SB_PLAN_PATH_BYTES_MAX)
    return sb_fail(err, 0, "'%.100s' is not an absolute path of at most %u bytes", path, SB_PLAN_PATH_BYTES_MAX);
  if (!plain)
    return 0;
  if (path[1] == '\0')
    return sb_fail(err, 0, "'/' cannot be a destination: the sandbox has a root of its own; mount below it");
  for (const char *part = path; *part != '\0';) {
    size_t length = strcspn(++part, "/");

    if (length == 0 || (length == 1 && part[0] == '.') || (length == 2 && part[0] == '.' && part[1] == '.'))
      return sb_fail(err, 0, "destination '%.100s' must have no empty, '.' or '..' part", path);
    part += length;
  }
  return 0;
}

static struct sb_mount *add_mount(struct sb_plan *plan, enum sb_mount_kind kind, const char *destination,
                                  struct sb_error *err) {
  struct sb_mount *mount;

  if (sb_check_path(destination, /* plain= */ true, err) < 0)
    return NULL;
  if (plan->mount_count == SB_PLAN_MOUNTS_MAX) {
    sb_error_set(err, 0, "more than %u mounts", SB_PLAN_MOUNTS_MAX);
    return NULL;
  }
  mount = &plan->mounts[plan->mount_count++];
  *mount = (struct sb_mount){.kind = kind, .given = -1, .tree = -1, .destination = destination};
  return mount;
}

static struct sb_mount *add_bind(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  struct sb_mount *mount;

  if (sb_check_path(argument[0], /* plain= */ false, err) < 0)
    return NULL;
  mount = add_mount(plan, SB_MOUNT_BIND, argument[1], err);
  if (mount != NULL)
    mount->source = argument[0];
  return mount;
}

int sb_take_bind(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  return add_bind(plan, argument, err) == NULL ? -1 : 0;
}

int sb_take_ro_bind(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  struct sb_mount *mount = add_bind(plan, argument, err);

  if (mount == NULL)
    return -1;
  mount->read_only = true;
  return 0;
}

int sb_take_ro_bind_try(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  if (sb_take_ro_bind(plan, argument, err) < 0)
    return -1;
  plan->mounts[plan->mount_count - 1].optional = true;
  return 0;
}

int sb_take_own_bind(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  struct sb_mount *mount = add_bind(plan, argument, err);

  if (mount == NULL)
    return -1;
  mount->owned = true;
  return 0;
}

int sb_take_own_ro_bind(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  if (sb_take_own_bind(plan, argument, err) < 0)
    return -1;
  plan->mounts[plan->mount_count - 1].read_only = true;
  return 0;
}

static int take_given(struct sb_plan *plan, const char *word, int *ret_fd, struct sb_error *err) {
  if (plan->given_count == SB_GIVEN_MAX)
    return sb_fail(err, 0, "more than %u sources are given by descriptors", SB_GIVEN_MAX);
  if (sb_parse_fd(word, ret_fd, err) < 0)
    return -1;
  plan->given[plan->given_count++] = *ret_fd;
  return 0;
}

static struct sb_mount *add_bind_fd(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  struct sb_mount *mount = add_mount(plan, SB_MOUNT_BIND, argument[1], err);

  if (mount == NULL || take_given(plan, argument[0], &mount->given, err) < 0)
    return NULL;
  mount->source = argument[1];
  return mount;
}

int sb_take_bind_fd(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  return add_bind_fd(plan, argument, err) == NULL ? -1 : 0;
}

int sb_take_ro_bind_fd(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  struct sb_mount *mount = add_bind_fd(plan, argument, err);

  if (mount == NULL)
    return -1;
  mount->read_only = true;
  return 0;
}

int sb_take_own_bind_fd(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  struct sb_mount *mount = add_bind_fd(plan, argument, err);

  if (mount == NULL)
    return -1;
  mount->owned = true;
  return 0;
}

int sb_take_own_ro_bind_fd(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  if (sb_take_own_bind_fd(plan, argument, err) < 0)
    return -1;
  plan->mounts[plan->mount_count - 1].read_only = true;
  return 0;
}

int sb_take_tmpfs(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  struct sb_mount *mount = add_mount(plan, SB_MOUNT_TMPFS, argument[0], err);

  if (mount == NULL)
    return -1;
  if (sb_parse_number(argument[1], SB_TMPFS_BYTES_MIN, SB_TMPFS_BYTES_MAX, &mount->bytes, err) < 0)
    return -1;
  return sb_parse_number(argument[2], SB_TMPFS_INODES_MIN, SB_TMPFS_INODES_MAX, &mount->inodes, err);
}

int sb_take_dir(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  return add_mount(plan, SB_MOUNT_DIRECTORY, argument[0], err) == NULL ? -1 : 0;
}

int sb_take_symlink(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  struct sb_mount *mount = add_mount(plan, SB_MOUNT_SYMLINK, argument[1], err);

  if (mount == NULL)
    return -1;
  if (argument[0][0] == '\0' || strlen(argument[0]) > SB_PLAN_PATH_BYTES_MAX)
    return sb_fail(err, 0, "a symbolic link needs a target of 1 to %u bytes", SB_PLAN_PATH_BYTES_MAX);
  mount->source = argument[0];
  return 0;
}

int sb_take_proc(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  return add_mount(plan, SB_MOUNT_PROC, argument[0], err) == NULL ? -1 : 0;
}

int sb_take_dev(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  struct sb_mount *mount = add_mount(plan, SB_MOUNT_DEV, argument[0], err);

  if (mount == NULL)
    return -1;
  mount->inodes = SB_SHM_INODES;
  return sb_parse_number(argument[1], SB_TMPFS_BYTES_MIN, SB_TMPFS_BYTES_MAX, &mount->bytes, err);
}

int sb_take_device(struct sb_plan *plan, char *const *argument, struct sb_error *err) {
  struct sb_device *device = &plan->devices[plan->device_count];

  if (plan->device_count == SB_DEVICES_MAX)
    return sb_fail(err, 0, "more than %u devices", SB_DEVICES_MAX);
  if (take_given(plan, argument[0], &device->given, err) < 0)
    return -1;
  device->tree = -1;
  device->destination = argument[1];
  plan->device_count++;
  return sb_check_path(argument[1], /* plain= */ true, err);
}
