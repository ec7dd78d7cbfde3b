// SPDX-License-Identifier: MIT
#include "place.h"
#include "remedy.h"
#include "stages.h"
#include "syscalls.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

int sb_stage_root(struct sb_sandbox *sandbox, struct sb_error *err) {
  static const struct sb_tmpfs shape = {.bytes = SB_ROOT_BYTES, .inodes = SB_ROOT_INODES, .mode = 0755};

  /* First of all: otherwise what is mounted or unmounted here could reach the host's own mounts. */
  if (sb_make_private("/") < 0)
    return sb_fail(err, errno, "cannot cut the mounts off from the host's: %s", sb_remedy_inside());
  sandbox->root = sb_new_tmpfs(&shape, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, err);
  if (sandbox->root < 0)
    return -1;
  /* On top of the old root: that is a directory which exists everywhere, and nothing walks through it any more. */
  if (sb_move_mount(sandbox->root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0)
    return sb_fail(err, errno, "cannot attach the sandbox's root");
  return 0;
}

/* The working directory and the root must both be the new root, seen by what they are and not by their names. */
static int check_root(int root, struct sb_error *err) {
  struct stat expected;
  struct stat here;
  struct stat top;

  if (fstat(root, &expected) < 0 || stat(".", &here) < 0 || stat("/", &top) < 0)
    return sb_fail(err, errno, "cannot look at the sandbox's root");
  if (here.st_dev != expected.st_dev || here.st_ino != expected.st_ino || top.st_dev != expected.st_dev ||
      top.st_ino != expected.st_ino)
    return sb_fail(err, 0, "the root is not the sandbox's own after the switch; refusing to go on");
  return 0;
}

int sb_stage_pivot(struct sb_sandbox *sandbox, struct sb_error *err) {
  if (fchdir(sandbox->root) < 0)
    return sb_fail(err, errno, "cannot enter the sandbox's root");
  if (sb_pivot_root(".", ".") < 0)
    return sb_fail(err, errno, "cannot switch to the sandbox's root");
  /* The old root now lies on top of the new one, and "." still means the old one. */
  if (sb_umount2(".", SB_UMOUNT_DETACH) < 0)
    return sb_fail(err, errno, "cannot let go of the host's root");
  if (chdir("/") < 0)
    return sb_fail(err, errno, "cannot enter the sandbox's root");
  if (check_root(sandbox->root, err) < 0)
    return -1;
  if (sb_make_read_only(sandbox->root, "/", err) < 0)
    return -1;
  sb_layer_set(&sandbox->layers, SB_LAYER_MOUNT, SB_LAYER_APPLIED, "%zu mount words", sandbox->plan->mount_count);
  return 0;
}
