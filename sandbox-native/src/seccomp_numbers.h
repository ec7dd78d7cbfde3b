// SPDX-License-Identifier: MIT
#ifndef SB_SECCOMP_NUMBERS_H
#define SB_SECCOMP_NUMBERS_H

#include <linux/audit.h>
#include <sys/syscall.h>

/* System calls newer than the headers this may be built with. From 424 on, every architecture uses the same numbers. */
#ifndef __NR_memfd_secret
#define __NR_memfd_secret 447
#endif
#ifndef __NR_process_mrelease
#define __NR_process_mrelease 448
#endif
#ifndef __NR_set_mempolicy_home_node
#define __NR_set_mempolicy_home_node 450
#endif
#ifndef __NR_fchmodat2
#define __NR_fchmodat2 452
#endif
#ifndef __NR_statmount
#define __NR_statmount 457
#endif
#ifndef __NR_listmount
#define __NR_listmount 458
#endif
#ifndef __NR_open_tree_attr
#define __NR_open_tree_attr 467
#endif
#ifndef __NR_file_setattr
#define __NR_file_setattr 469
#endif

/* The last call that the table was written with knowledge of: file_setattr, Linux 6.17. */
#define SB_SYSCALL_HIGHEST __NR_file_setattr

#if defined(__x86_64__)
#define SB_AUDIT_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define SB_AUDIT_ARCH AUDIT_ARCH_AARCH64
#else
#error "the system call table knows x86-64 and aarch64 only"
#endif

#endif
