// SPDX-License-Identifier: MIT
#include "remedy.h"
#include "owned.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>

static bool first_byte_is(const char *path, char wanted) {
  SB_OWNED_FD file = open(path, O_RDONLY | O_CLOEXEC);
  char byte;

  return file >= 0 && read(file, &byte, 1) == 1 && byte == wanted;
}

static bool apparmor_restricts(void) {
  return first_byte_is("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", '1');
}

#define APPARMOR_REMEDY                                                                                                \
  "AppArmor restricts unprivileged user namespaces here; give this program a profile with 'userns,' or set "           \
  "kernel.apparmor_restrict_unprivileged_userns=0"

const char *sb_remedy_namespaces(int number) {
  if (first_byte_is("/proc/sys/user/max_user_namespaces", '0'))
    return "user namespaces are switched off here; set user.max_user_namespaces above 0";
  if (number == ENOSPC || number == EUSERS)
    return "too many namespaces exist; raise the limits below /proc/sys/user";
  if (first_byte_is("/proc/sys/kernel/unprivileged_userns_clone", '0'))
    return "only root may make user namespaces here; set kernel.unprivileged_userns_clone=1";
  if (apparmor_restricts())
    return APPARMOR_REMEDY;
  if (number == EPERM)
    return "a container's seccomp filter or a chroot forbids new namespaces; allow clone3 and unshare there";
  if (number == ENOSYS)
    return "a container's seccomp filter hides clone3, or the kernel is older than Linux 5.14";
  return "the kernel may lack a kind of namespace; see --probe";
}

const char *sb_remedy_inside(void) {
  if (apparmor_restricts())
    return APPARMOR_REMEDY;
  return "a container's seccomp or AppArmor profile forbids it; allow unshare, mount, pivot_root, open_tree, "
         "move_mount, "
         "fsopen and mount_setattr there";
}
