// SPDX-License-Identifier: MIT
#include "seccomp.h"
#include "seccomp_numbers.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

/* What a payload may not ask of the kernel. Everything else is let through: a payload that has no capabilities, no
 * devices and namespaces of its own is refused the rest by the kernel itself. The table takes away what an unprivileged
 * process could still reach: the interfaces that have been the way out of sandboxes.
 *
 * EPERM is the answer that programs expect of a refusal; ENOSYS where a C library then falls back to an older call. */

#define REFUSE(name, error) {#name, __NR_##name, SB_RULE_REFUSE, error, 0, 0, {0, 0, 0}}
#define REFUSE_BITS(name, error, argument, bits)                                                                       \
  {                                                                                                                    \
    #name, __NR_##name, SB_RULE_REFUSE_BITS, error, argument, 0, {                                                     \
      bits, bits, bits                                                                                                 \
    }                                                                                                                  \
  }
#define REFUSE_EQUAL(name, error, argument, mask, value)                                                               \
  {                                                                                                                    \
    #name, __NR_##name, SB_RULE_REFUSE_EQUAL, error, argument, mask, {                                                 \
      value, value, value                                                                                              \
    }                                                                                                                  \
  }
#define REFUSE_OTHERS(name, error, argument, a, b, c)                                                                  \
  {                                                                                                                    \
    #name, __NR_##name, SB_RULE_REFUSE_OTHERS, error, argument, 0, {                                                   \
      a, b, c                                                                                                          \
    }                                                                                                                  \
  }
#define REFUSE_MODE(name, error, argument, when, bits)                                                                 \
  {                                                                                                                    \
    #name, __NR_##name, SB_RULE_REFUSE_MODE, error, argument, when, {                                                  \
      bits, bits, bits                                                                                                 \
    }                                                                                                                  \
  }

#define NEW_NAMESPACES                                                                                                 \
  (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)
#define ALL_BITS 0xffffffffU

/* A file that the payload marks set-user-id lies on the host's disk too, where no mount flag disarms it, and may belong
 * to the operator. Whatever creates a file or changes its mode is therefore refused these bits. */
#define SET_ID_BITS (S_ISUID | S_ISGID)
/* O_TMPFILE without the O_DIRECTORY that it contains. */
#define CREATING (O_CREAT | (O_TMPFILE & ~O_DIRECTORY))

static const struct sb_rule rules[] = {
    /* New namespaces give capabilities over kernel code that expects an administrator. The flags of clone3 are in
     * memory, where a filter cannot look; without it C libraries use clone. */
    REFUSE_BITS(clone, EPERM, 0, NEW_NAMESPACES),
    REFUSE(clone3, ENOSYS),
    REFUSE(unshare, EPERM),
    REFUSE(setns, EPERM),

    /* Mounts and roots, with the old interface and the new one. */
    REFUSE(mount, EPERM),
    REFUSE(umount2, EPERM),
    REFUSE(pivot_root, EPERM),
    REFUSE(chroot, EPERM),
    REFUSE(fsopen, EPERM),
    REFUSE(fsconfig, EPERM),
    REFUSE(fsmount, EPERM),
    REFUSE(fspick, EPERM),
    REFUSE(open_tree, EPERM),
    REFUSE(open_tree_attr, EPERM),
    REFUSE(move_mount, EPERM),
    REFUSE(mount_setattr, EPERM),
    REFUSE(statmount, EPERM),
    REFUSE(listmount, EPERM),
    REFUSE(name_to_handle_at, EPERM),
    REFUSE(open_by_handle_at, EPERM),
    REFUSE(swapon, EPERM),
    REFUSE(swapoff, EPERM),
    REFUSE(quotactl, EPERM),
    REFUSE(quotactl_fd, EPERM),
    REFUSE(fanotify_init, EPERM),
    REFUSE(fanotify_mark, EPERM),

    /* Other processes' memory and descriptors. */
    REFUSE(ptrace, EPERM),
    REFUSE(process_vm_readv, EPERM),
    REFUSE(process_vm_writev, EPERM),
    REFUSE(process_madvise, EPERM),
    REFUSE(process_mrelease, EPERM),
    REFUSE(pidfd_getfd, EPERM),
    REFUSE(kcmp, EPERM),

    /* Large subsystems with a history of holes. */
    REFUSE(bpf, EPERM),
    REFUSE(perf_event_open, EPERM),
    REFUSE(userfaultfd, EPERM),
    REFUSE(io_uring_setup, EPERM),
    REFUSE(io_uring_enter, EPERM),
    REFUSE(io_uring_register, EPERM),
    REFUSE(add_key, EPERM),
    REFUSE(request_key, EPERM),
    REFUSE(keyctl, EPERM),
    REFUSE(memfd_secret, EPERM),
    REFUSE(lookup_dcookie, EPERM),
    REFUSE(vhangup, EPERM),

    /* The machine. */
    REFUSE(kexec_load, EPERM),
    REFUSE(kexec_file_load, EPERM),
    REFUSE(init_module, EPERM),
    REFUSE(finit_module, EPERM),
    REFUSE(delete_module, EPERM),
    REFUSE(reboot, EPERM),
    REFUSE(syslog, EPERM),
    REFUSE(acct, EPERM),
    REFUSE(settimeofday, EPERM),
    REFUSE(clock_settime, EPERM),
    REFUSE(clock_adjtime, EPERM),
    REFUSE(adjtimex, EPERM),
    REFUSE(sethostname, EPERM),
    REFUSE(setdomainname, EPERM),
    REFUSE(nfsservctl, ENOSYS),

    /* Placement of memory: one process could push others off their NUMA nodes. */
    REFUSE(mbind, EPERM),
    REFUSE(migrate_pages, EPERM),
    REFUSE(move_pages, EPERM),
    REFUSE(get_mempolicy, EPERM),
    REFUSE(set_mempolicy, EPERM),
    REFUSE(set_mempolicy_home_node, EPERM),

    /* Old personalities switch protections off; 0 is the normal one and all bits set only asks. */
    REFUSE_OTHERS(personality, EPERM, 0, 0, ALL_BITS, ALL_BITS),

    /* Typing into the terminal that a descriptor belongs to. */
    REFUSE_EQUAL(ioctl, EPERM, 1, ALL_BITS, TIOCSTI),
    REFUSE_EQUAL(ioctl, EPERM, 1, ALL_BITS, TIOCLINUX),

    /* Other families reach hypervisors (vsock works from an empty network namespace) or rarely used kernel code. */
    REFUSE_OTHERS(socket, EAFNOSUPPORT, 0, AF_UNIX, AF_INET, AF_INET6),
    REFUSE_OTHERS(socketpair, EAFNOSUPPORT, 0, AF_UNIX, AF_UNIX, AF_UNIX),

    /* Set-id bits (see above) and device nodes. openat2 takes its mode from memory; callers fall back to openat. */
    REFUSE(openat2, ENOSYS),
    REFUSE_MODE(openat, EPERM, 3, CREATING, SET_ID_BITS),
    REFUSE_BITS(mknodat, EPERM, 2, SET_ID_BITS),
    REFUSE_EQUAL(mknodat, EPERM, 2, S_IFMT, S_IFCHR),
    REFUSE_EQUAL(mknodat, EPERM, 2, S_IFMT, S_IFBLK),
    REFUSE_BITS(fchmod, EPERM, 1, SET_ID_BITS),
    REFUSE_BITS(fchmodat, EPERM, 2, SET_ID_BITS),
    REFUSE_BITS(fchmodat2, EPERM, 2, SET_ID_BITS),

    /* Memory of nobody's, unless the namespace bounds it. */
    REFUSE(shmget, ENOSYS),
    REFUSE(msgget, ENOSYS),

#if defined(__x86_64__)
    REFUSE_MODE(open, EPERM, 2, CREATING, SET_ID_BITS),
    REFUSE_BITS(creat, EPERM, 1, SET_ID_BITS),
    REFUSE_BITS(mknod, EPERM, 1, SET_ID_BITS),
    REFUSE_EQUAL(mknod, EPERM, 1, S_IFMT, S_IFCHR),
    REFUSE_EQUAL(mknod, EPERM, 1, S_IFMT, S_IFBLK),
    REFUSE_BITS(chmod, EPERM, 1, SET_ID_BITS),

    /* Ports, segments, and calls that only old or 32-bit programs knew. */
    REFUSE(iopl, EPERM),
    REFUSE(ioperm, EPERM),
    REFUSE(modify_ldt, EPERM),
    REFUSE(uselib, ENOSYS),
    REFUSE(ustat, ENOSYS),
    REFUSE(sysfs, ENOSYS),
    REFUSE(_sysctl, ENOSYS),
    REFUSE(create_module, ENOSYS),
    REFUSE(get_kernel_syms, ENOSYS),
    REFUSE(query_module, ENOSYS),
#endif
};

_Static_assert(sizeof rules / sizeof rules[0] * SB_RULE_INSTRUCTIONS_MAX + 8 <= SB_FILTER_MAX, "raise SB_FILTER_MAX");

const struct sb_rule *sb_seccomp_rules(size_t *ret_count) {
  *ret_count = sizeof rules / sizeof rules[0];
  return rules;
}

bool sb_seccomp_refuses(const char *name) {
  for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
    if (strcmp(rules[i].name, name) == 0)
      return true;
  }
  return false;
}

unsigned sb_seccomp_highest(void) {
  return SB_SYSCALL_HIGHEST;
}
