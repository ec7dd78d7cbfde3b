// SPDX-License-Identifier: MIT
/* Mounts, old interface and new; file handles; device nodes. Outside, all of it in a mount namespace of its own. */
#include "attack.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define UMOUNT_DETACH 2
#define NR_STATMOUNT 457
#define NR_LISTMOUNT 458
#define LISTMOUNT_ROOT 0xffffffffffffffffULL

/* sys/mount.h and linux/mount.h cannot be had together. */
static int do_mount(const char *source, const char *path, const char *type, unsigned long flags) {
  return (int)syscall(SYS_mount, source, path, type, flags, NULL);
}

static int mount_tmpfs(const struct target *target) {
  return in_own_mounts(target) < 0 ? -1 : do_mount("none", "/usr", "tmpfs", 0);
}

static int mount_proc(const struct target *target) {
  return in_own_mounts(target) < 0 ? -1 : do_mount("none", target->scratch, "proc", 0);
}

static int mount_sysfs(const struct target *target) {
  return in_own_mounts(target) < 0 ? -1 : do_mount("none", target->scratch, "sysfs", 0);
}

static int mount_cgroups(const struct target *target) {
  return in_own_mounts(target) < 0 ? -1 : do_mount("none", target->scratch, "cgroup2", 0);
}

static int bind_root(const struct target *target) {
  return in_own_mounts(target) < 0 ? -1 : do_mount("/", target->scratch, NULL, MS_BIND | MS_REC);
}

static int remount_writable(const struct target *target) {
  if (in_own_mounts(target) < 0 || (target->outside && do_mount("/", "/", NULL, MS_BIND | MS_REC) < 0))
    return -1;
  return do_mount("none", "/", NULL, MS_REMOUNT | MS_BIND);
}

static int share_mounts(const struct target *target) {
  return in_own_mounts(target) < 0 ? -1 : do_mount("none", "/", NULL, MS_REC | MS_SHARED);
}

static int unmount_proc(const struct target *target) {
  return in_own_mounts(target) < 0 ? -1 : (int)syscall(SYS_umount2, "/proc", UMOUNT_DETACH);
}

/* What a mask hides shows when the mask is taken away. Outside there is none, so one is put there first. */
static int unmount_mask(const struct target *target) {
  if (in_own_mounts(target) < 0 || (target->outside && do_mount("none", target->scratch, "tmpfs", 0) < 0))
    return -1;
  return (int)syscall(SYS_umount2, target->outside ? target->scratch : "/etc/passwd", UMOUNT_DETACH);
}

static int new_file_system(const struct target *target) {
  int context = (int)syscall(SYS_fsopen, "tmpfs", 0);

  (void)target;
  if (context < 0 || syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
    return -1;
  return syscall(SYS_fsmount, context, 0, 0) < 0 ? -1 : 0;
}

static int pick_file_system(const struct target *target) {
  return in_own_mounts(target) < 0 || syscall(SYS_fspick, AT_FDCWD, "/", 0) < 0 ? -1 : 0;
}

static int clone_tree(const struct target *target) {
  return in_own_mounts(target) < 0 || syscall(SYS_open_tree, AT_FDCWD, "/", OPEN_TREE_CLONE) < 0 ? -1 : 0;
}

static int move_mount_away(const struct target *target) {
  int tree;

  if (in_own_mounts(target) < 0)
    return -1;
  tree = (int)syscall(SYS_open_tree, AT_FDCWD, "/", OPEN_TREE_CLONE);
  if (tree < 0)
    tree = AT_FDCWD;
  return (int)syscall(SYS_move_mount, tree, tree == AT_FDCWD ? "/tmp" : "", AT_FDCWD, target->scratch,
                      MOVE_MOUNT_F_EMPTY_PATH);
}

static int change_attributes(const struct target *target) {
  struct mount_attr attributes = {.attr_clr = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV};

  if (in_own_mounts(target) < 0 || (target->outside && do_mount("/", "/", NULL, MS_BIND | MS_REC) < 0))
    return -1;
  return (int)syscall(SYS_mount_setattr, AT_FDCWD, "/", 0, &attributes, sizeof attributes);
}

/* The identities of all mounts: of the sandbox's own, and so of where on the host they come from. */
static int list_mounts(const struct target *target) {
  struct {
    uint32_t size;
    uint32_t spare;
    uint64_t id;
    uint64_t last;
  } request = {.size = sizeof request, .id = LISTMOUNT_ROOT};
  uint64_t ids[16];

  (void)target;
  return syscall(NR_LISTMOUNT, &request, ids, 16, 0) < 0 ? -1 : 0;
}

struct handle {
  unsigned bytes;
  int type;
  unsigned char data[128];
};

static int name_handle(const struct target *target) {
  struct handle handle = {.bytes = sizeof handle.data};
  int id;

  return (int)syscall(SYS_name_to_handle_at, AT_FDCWD, target->scratch, &handle, &id, 0);
}

/* A file by its number, past every path: the number and no generation is a handle of ext4. Any file of the same file
 * system will do to say which one; the host's /usr is one that a sandbox has. */
static int open_by_number(const struct target *target) {
  struct handle handle = {.bytes = 8, .type = 1};
  uint32_t inode = (uint32_t)target->inode;
  int mount = open("/usr", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int file;

  memcpy(handle.data, &inode, sizeof inode);
  file = (int)syscall(SYS_open_by_handle_at, mount, &handle, O_RDONLY);
  return file < 0 ? -1 : 0;
}

static int make_node(const struct target *target, mode_t kind, dev_t device) {
  char path[256];
  int result;

  (void)snprintf(path, sizeof path, "%s/node-%d", target->scratch, (int)getpid());
  result = mknod(path, kind | 0600, device);
  (void)unlink(path);
  return result;
}

static int make_character_device(const struct target *target) {
  return make_node(target, S_IFCHR, makedev(1, 11)); /* the kernel's log */
}

static int make_block_device(const struct target *target) {
  return make_node(target, S_IFBLK, makedev(7, 0)); /* the first loop device */
}

/* A device's number where its permissions do not matter. */
static int make_null_device(const struct target *target) {
  return make_node(target, S_IFCHR, makedev(0, 0)); /* allowed to anybody: overlay file systems' mark */
}

/* The path is looked at after the rights. */
static int swap_on(const struct target *target) {
  (void)target;
  return reached_if(syscall(SYS_swapon, "", 0), ENOENT);
}

static int watch_everything(const struct target *target) {
  (void)target;
  return syscall(SYS_fanotify_init, 0, O_RDONLY) < 0 ? -1 : 0;
}

const struct attack mount_attacks[] = {
    ATTACK("mounts", "mount over /usr", "CAP_SYS_ADMIN", mount_tmpfs),
    ATTACK("mounts", "mount a whole /proc", "CAP_SYS_ADMIN", mount_proc),
    ATTACK("mounts", "mount /sys", "CAP_SYS_ADMIN", mount_sysfs),
    ATTACK("mounts", "mount the cgroup hierarchy", "CAP_SYS_ADMIN", mount_cgroups),
    ATTACK("mounts", "bind the root elsewhere", "CAP_SYS_ADMIN", bind_root),
    ATTACK("mounts", "remount the root writable", "CAP_SYS_ADMIN", remount_writable),
    ATTACK("mounts", "share mounts with the host", "CAP_SYS_ADMIN", share_mounts),
    ATTACK("mounts", "unmount /proc", "CAP_SYS_ADMIN", unmount_proc),
    ATTACK("mounts", "unmount a mask", "CAP_SYS_ADMIN", unmount_mask),
    ATTACK("mounts", "fsopen and fsmount", "CAP_SYS_ADMIN", new_file_system),
    ATTACK("mounts", "fspick the root", "CAP_SYS_ADMIN", pick_file_system),
    ATTACK("mounts", "open_tree the root", "CAP_SYS_ADMIN", clone_tree),
    ATTACK("mounts", "move_mount", "CAP_SYS_ADMIN", move_mount_away),
    ATTACK("mounts", "mount_setattr the root writable", "CAP_SYS_ADMIN", change_attributes),
    ATTACK("mounts", "listmount", "linux=6.8", list_mounts),
    ATTACK("mounts", "name_to_handle_at", "fs=ext4,xfs,btrfs,tmpfs", name_handle),
    ATTACK("mounts", "open_by_handle_at the owner's file", "CAP_DAC_READ_SEARCH fs=ext4", open_by_number),
    ATTACK("mounts", "make a character device", "CAP_MKNOD", make_character_device),
    ATTACK("mounts", "make a block device", "CAP_MKNOD", make_block_device),
    ATTACK("mounts", "make a device of number 0:0", "linux=5.8", make_null_device),
    ATTACK("mounts", "swapon", "CAP_SYS_ADMIN", swap_on),
    ATTACK("mounts", "watch all files with fanotify", "CAP_SYS_ADMIN", watch_everything),
    {0},
};
