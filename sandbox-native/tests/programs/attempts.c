// SPDX-License-Identifier: MIT
/* Tries what a sandboxed program must not be able to do, each in a process of its own, and prints one line for each:
 * the name and 0 when it worked, the errno with which it failed, or -N when signal N ended it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define AF_VSOCK_FAMILY 40
#define ANY_CALL_NUMBER_MAX 5000 /* above every system call that exists */

static int outcome(long result) {
  return result < 0 ? errno : 0;
}

#define SYSCALL(...) return outcome(syscall(__VA_ARGS__))

static int unshare_user(void) {
  return outcome(unshare(CLONE_NEWUSER));
}
static int unshare_mount(void) {
  return outcome(unshare(CLONE_NEWNS));
}
static int clone_user(void) {
  SYSCALL(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
}
static int clone_pid(void) {
  SYSCALL(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);
}
static int clone_three(void) {
  struct clone_args arguments = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};

  SYSCALL(SYS_clone3, &arguments, sizeof arguments);
}
static int set_namespace(void) {
  return outcome(setns(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), 0));
}

static int mount_tmpfs(void) {
  SYSCALL(SYS_mount, "none", "/tmp", "tmpfs", 0, 0);
}
static int remount_root(void) {
  SYSCALL(SYS_mount, "none", "/", 0, 4128 /* MS_REMOUNT | MS_BIND */, 0);
}
static int unmount_proc(void) {
  SYSCALL(SYS_umount2, "/proc", 2);
}
static int pivot(void) {
  SYSCALL(SYS_pivot_root, "/", "/tmp");
}
static int change_root(void) {
  SYSCALL(SYS_chroot, "/tmp");
}
static int open_filesystem(void) {
  SYSCALL(SYS_fsopen, "tmpfs", 0);
}
static int open_tree(void) {
  SYSCALL(SYS_open_tree, AT_FDCWD, "/", 1);
}
static int move_mount(void) {
  SYSCALL(SYS_move_mount, AT_FDCWD, "/tmp", AT_FDCWD, "/usr", 0);
}
static int mount_attributes(void) {
  SYSCALL(SYS_mount_setattr, AT_FDCWD, "/", 0, 0, 0);
}
static int open_handle(void) {
  SYSCALL(SYS_open_by_handle_at, AT_FDCWD, 0, 0);
}
static int name_handle(void) {
  struct {
    unsigned bytes;
    int type;
    unsigned char handle[128];
  } handle = {.bytes = sizeof handle.handle};
  int id;

  SYSCALL(SYS_name_to_handle_at, AT_FDCWD, "/tmp", &handle, &id, 0);
}
static int make_character_device(void) {
  return outcome(mknod("/tmp/attempt-char", S_IFCHR | 0600, 0));
}
static int make_block_device(void) {
  return outcome(mknod("/tmp/attempt-block", S_IFBLK | 0600, 0x800));
}
static int make_set_uid_file(void) {
  int file = open("/tmp/attempt-set-uid", O_CREAT | O_WRONLY | O_CLOEXEC, 04700);

  return file < 0 ? errno : 0;
}
static int change_to_set_uid(void) {
  int file = open("/tmp/attempt-chmod", O_CREAT | O_WRONLY | O_CLOEXEC, 0700);

  return file < 0 ? errno : outcome(fchmod(file, 04700));
}
static int open_two(void) {
  unsigned long long how[3] = {O_RDONLY, 0, 0};

  SYSCALL(SYS_openat2, AT_FDCWD, "/", how, sizeof how);
}

static int trace_me(void) {
  return outcome(ptrace(PTRACE_TRACEME, 0, 0, 0));
}
static int trace_parent(void) {
  return outcome(ptrace(PTRACE_SEIZE, getppid(), 0, 0));
}
static int read_memory(void) {
  char from = 1;
  char to = 0;
  struct iovec local = {&to, 1};
  struct iovec remote = {&from, 1};

  return outcome(process_vm_readv(getpid(), &local, 1, &remote, 1, 0));
}
static int take_descriptor(void) {
  SYSCALL(SYS_pidfd_getfd, syscall(SYS_pidfd_open, getpid(), 0), 1, 0);
}
static int compare_processes(void) {
  SYSCALL(SYS_kcmp, getpid(), getpid(), 0, 0, 0);
}

static int load_bpf(void) {
  SYSCALL(SYS_bpf, 0, 0, 0);
}
static int perf_event(void) {
  SYSCALL(SYS_perf_event_open, 0, 0, -1, -1, 0);
}
static int user_fault(void) {
  SYSCALL(SYS_userfaultfd, 1);
}
static int io_uring(void) {
  unsigned char parameters[120] = {0};

  SYSCALL(SYS_io_uring_setup, 1, parameters);
}
static int add_key(void) {
  SYSCALL(SYS_add_key, "user", "attempt", "x", 1, -3);
}
static int key_control(void) {
  SYSCALL(SYS_keyctl, 0, -3, 0);
}
static int request_key(void) {
  SYSCALL(SYS_request_key, "user", "attempt", 0, 0);
}
static int secret_memory(void) {
  SYSCALL(447, 0);
}
static int kernel_log(void) {
  SYSCALL(SYS_syslog, 10, 0, 0);
}
static int load_module(void) {
  SYSCALL(SYS_finit_module, 0, "", 0);
}
static int load_kernel(void) {
  SYSCALL(SYS_kexec_load, 0, 0, 0, 0);
}
static int restart_machine(void) {
  SYSCALL(SYS_reboot, 0, 0, 0, 0);
}
static int old_personality(void) {
  return outcome(personality(ADDR_NO_RANDOMIZE));
}
static int unknown_call(void) {
  SYSCALL(ANY_CALL_NUMBER_MAX);
}

static int socket_netlink(void) {
  return outcome(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0));
}
static int socket_vsock(void) {
  return outcome(socket(AF_VSOCK_FAMILY, SOCK_STREAM | SOCK_CLOEXEC, 0));
}
static int socket_packet(void) {
  return outcome(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
}
static int socket_alg(void) {
  return outcome(socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
}
static int socket_raw(void) {
  return outcome(socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, 1));
}
static int type_into_terminal(void) {
  return outcome(ioctl(0, TIOCSTI, "x"));
}
static int type_with_high_bits(void) {
  SYSCALL(SYS_ioctl, 0, 0xffffffff00000000UL | TIOCSTI, "x");
}
static int linux_terminal(void) {
  return outcome(ioctl(0, TIOCLINUX, "\3"));
}

static int signal_pid_one(void) {
  return outcome(kill(1, SIGTERM));
}
static int become_root(void) {
  return outcome(setuid(0));
}
static int leave_groups(void) {
  SYSCALL(SYS_setgroups, 0, 0);
}
static int raise_priority(void) {
  return outcome(nice(-5) == -1 ? -1 : 0);
}
static int real_time(void) {
  struct sched_param parameter = {.sched_priority = 1};

  return outcome(sched_setscheduler(0, SCHED_FIFO, &parameter));
}
static int raise_bounding(void) {
  return outcome(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 0, 0, 0));
}
static int write_oom_score(void) {
  int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

  return file < 0 ? errno : outcome(write(file, "-1000", 5));
}

#if defined(__x86_64__)
static int call_32_bit(void) {
  long result;

  __asm__ volatile("int $0x80" : "=a"(result) : "a"(20 /* getpid */) : "memory");
  return result < 0 ? (int)-result : 0;
}
static int call_x32(void) {
  SYSCALL(0x40000000 | SYS_getpid);
}
static int io_ports(void) {
  SYSCALL(SYS_iopl, 3);
}
static int local_descriptor_table(void) {
  SYSCALL(SYS_modify_ldt, 0, 0, 0);
}
#endif

#define TRY(name) {#name, name}

static const struct {
  const char *name;
  int (*run)(void);
} attempts[] = {
    TRY(unshare_user),
    TRY(unshare_mount),
    TRY(clone_user),
    TRY(clone_pid),
    TRY(clone_three),
    TRY(set_namespace),
    TRY(mount_tmpfs),
    TRY(remount_root),
    TRY(unmount_proc),
    TRY(pivot),
    TRY(change_root),
    TRY(open_filesystem),
    TRY(open_tree),
    TRY(move_mount),
    TRY(mount_attributes),
    TRY(open_handle),
    TRY(name_handle),
    TRY(make_block_device),
    TRY(make_set_uid_file),
    TRY(change_to_set_uid),
    TRY(make_character_device),
    TRY(open_two),
    TRY(trace_me),
    TRY(trace_parent),
    TRY(read_memory),
    TRY(take_descriptor),
    TRY(compare_processes),
    TRY(load_bpf),
    TRY(perf_event),
    TRY(user_fault),
    TRY(io_uring),
    TRY(add_key),
    TRY(key_control),
    TRY(request_key),
    TRY(secret_memory),
    TRY(kernel_log),
    TRY(load_module),
    TRY(load_kernel),
    TRY(restart_machine),
    TRY(old_personality),
    TRY(unknown_call),
    TRY(socket_netlink),
    TRY(socket_vsock),
    TRY(socket_packet),
    TRY(socket_alg),
    TRY(socket_raw),
    TRY(type_into_terminal),
    TRY(type_with_high_bits),
    TRY(linux_terminal),
    TRY(signal_pid_one),
    TRY(become_root),
    TRY(leave_groups),
    TRY(raise_priority),
    TRY(real_time),
    TRY(raise_bounding),
    TRY(write_oom_score),
#if defined(__x86_64__)
    TRY(call_32_bit),
    TRY(call_x32),
    TRY(io_ports),
    TRY(local_descriptor_table),
#endif
};

/* A clone without a stack of its own returns twice: only the first process may go on. */
static int run_apart(int (*run)(void)) {
  pid_t tried = fork();
  pid_t self;
  int status;

  if (tried == 0) {
    self = getpid();
    errno = 0;
    status = run();
    _exit(getpid() == self ? status : 0);
  }
  if (tried < 0 || waitpid(tried, &status, 0) != tried)
    return errno;
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

int main(void) {
  for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++) {
    (void)printf("%s %d\n", attempts[i].name, run_apart(attempts[i].run));
    (void)fflush(stdout);
  }
  return 0;
}
