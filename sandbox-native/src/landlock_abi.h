// SPDX-License-Identifier: MIT
#ifndef SB_LANDLOCK_ABI_H
#define SB_LANDLOCK_ABI_H

/* The parts of Landlock that the headers this may be built with do not know yet. */

#include <linux/landlock.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif
#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV
#define LANDLOCK_ACCESS_FS_IOCTL_DEV (1ULL << 15)
#endif
#ifndef LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET
#define LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET (1ULL << 0)
#endif
#ifndef LANDLOCK_SCOPE_SIGNAL
#define LANDLOCK_SCOPE_SIGNAL (1ULL << 1)
#endif

/* The first ABI that can scope signals and abstract sockets. */
#define SB_LANDLOCK_ABI_SCOPES 6

/* The kernel's struct landlock_ruleset_attr as of that ABI; older kernels take its head. */
struct sb_landlock_ruleset {
  uint64_t handled_access_fs;
  uint64_t handled_access_net;
  uint64_t scoped;
};

/* The host's ABI; 0 when it has no Landlock, or has it switched off. */
static inline int sb_landlock_abi(void) {
  long abi = syscall(SYS_landlock_create_ruleset, (void *)0, 0, LANDLOCK_CREATE_RULESET_VERSION);

  return abi < 0 ? 0 : (int)abi;
}

#endif
