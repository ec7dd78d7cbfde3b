// SPDX-License-Identifier: MIT
package io.agentos.kernel.posix;

import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.Variadic;
import jnr.ffi.types.intptr_t;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;

/**
 * The C functions the kernel calls itself, as jnr-ffi binds them. Addresses are plain {@code
 * long}s: that is the fastest form jnr-ffi has, and every buffer is owned by a class in this
 * package. Everyone else calls {@link Sys}.
 */
@SuppressWarnings({"checkstyle:MethodName", "MemberName"})
public interface LibC {
  LibC INSTANCE = LibraryLoader.create(LibC.class).load("c");
  Runtime RUNTIME = Runtime.getRuntime(INSTANCE);

  int epoll_create1(int flags);

  int epoll_ctl(int epoll, int operation, int fd, @intptr_t long event);

  int epoll_wait(int epoll, @intptr_t long events, int capacity, int timeoutMillis);

  int eventfd(int initial, int flags);

  @ssize_t
  long recv(int fd, @intptr_t long address, @size_t long length, int flags);

  @ssize_t
  long send(int fd, @intptr_t long address, @size_t long length, int flags);

  @ssize_t
  long read(int fd, @intptr_t long address, @size_t long length);

  @ssize_t
  long write(int fd, @intptr_t long address, @size_t long length);

  @ssize_t
  long pread(int fd, @intptr_t long address, @size_t long length, long offset);

  @ssize_t
  long recvmsg(int fd, @intptr_t long message, int flags);

  int socketpair(int domain, int type, int protocol, @intptr_t long descriptors);

  int accept4(int fd, @intptr_t long address, @intptr_t long length, int flags);

  int pipe2(@intptr_t long descriptors, int flags);

  int close(int fd);

  @Variadic(fixedCount = 2)
  int open(String path, int flags, int mode);

  int chmod(String path, int mode);

  int fchmod(int fd, int mode);

  int fstatvfs(int fd, @intptr_t long result);

  int chown(String path, int uid, int gid);

  int getsockopt(int fd, int level, int name, @intptr_t long value, @intptr_t long length);

  int fsync(int fd);

  int kill(int pid, int signal);

  int getuid();

  int getgid();

  int getpid();

  int umask(int mask);

  @Variadic(fixedCount = 2)
  int fcntl(int fd, int command, @intptr_t long argument);

  int getrlimit(int resource, @intptr_t long limits);

  int setrlimit(int resource, @intptr_t long limits);

  int waitid(int idType, int id, @intptr_t long info, int options);

  @ssize_t
  long readlink(String path, @intptr_t long buffer, @size_t long size);

  int renameat(int fromDirectory, String from, int toDirectory, String to);

  int unlinkat(int directory, String path, int flags);

  int posix_spawn(
      @intptr_t long pid,
      String path,
      @intptr_t long fileActions,
      @intptr_t long attributes,
      @intptr_t long argv,
      @intptr_t long environment);

  int posix_spawn_file_actions_init(@intptr_t long actions);

  int posix_spawn_file_actions_destroy(@intptr_t long actions);

  int posix_spawn_file_actions_adddup2(@intptr_t long actions, int fd, int newFd);

  int posix_spawn_file_actions_addclosefrom_np(@intptr_t long actions, int from);

  int posix_spawnattr_init(@intptr_t long attributes);

  int posix_spawnattr_destroy(@intptr_t long attributes);

  int posix_spawnattr_setflags(@intptr_t long attributes, short flags);

  int posix_spawnattr_setsigdefault(@intptr_t long attributes, @intptr_t long set);

  int posix_spawnattr_setsigmask(@intptr_t long attributes, @intptr_t long set);

  int sigemptyset(@intptr_t long set);

  int sigfillset(@intptr_t long set);

  int sigdelset(@intptr_t long set, int signal);

  int flock(int fd, int operation);

  int setfsuid(int uid);

  int setfsgid(int gid);

  /**
   * For calls that glibc 2.31 does not wrap; at most five arguments, see docs/architecture.md on
   * jnr's sixth.
   */
  @Variadic(fixedCount = 1)
  long syscall(long number, @intptr_t long a, @intptr_t long b, @intptr_t long c, @intptr_t long d);
}
