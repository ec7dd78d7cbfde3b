// SPDX-License-Identifier: MIT
package io.agentos.kernel.posix;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;
import jnr.constants.platform.Errno;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;
import jnr.posix.FileStat;
import jnr.posix.Group;
import jnr.posix.POSIX;
import jnr.posix.POSIXFactory;
import jnr.posix.Passwd;

/**
 * System calls by descriptor. The hot ones return their result or a negative error number, as
 * Netty's natives do; the others throw {@link ErrnoException}.
 */
public final class Sys {
  private static final boolean X86 = "amd64".equals(System.getProperty("os.arch"));

  public static final int EAGAIN = Errno.EAGAIN.intValue();
  public static final int EINTR = Errno.EINTR.intValue();

  public static final int O_RDONLY = 0;
  public static final int O_WRONLY = 1;
  public static final int O_NONBLOCK = 0x800;
  public static final int O_CLOEXEC = 0x80000;

  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int SOCK_FLAGS = O_NONBLOCK | O_CLOEXEC;
  private static final int P_PID = 1;
  private static final int P_PIDFD = 3;
  private static final int WEXITED = 4;
  private static final int WNOHANG = 1;
  private static final int SIGINFO_BYTES = 128;
  private static final int SYS_PIDFD_OPEN = 434;
  public static final int RLIMIT_NPROC = 6;
  public static final int RLIMIT_NOFILE = 7;
  private static final int PATH_BYTES = 4096;

  public static final int O_RDWR = 2;
  public static final int O_CREAT = 0x40;
  public static final int O_EXCL = 0x80;
  public static final int O_NOCTTY = 0x100;
  public static final int O_APPEND = 0x400;
  public static final int O_PATH = 0x200000;
  public static final int O_NOFOLLOW = X86 ? 0x20000 : 0x8000;
  public static final int O_DIRECTORY = X86 ? 0x10000 : 0x4000;
  public static final long RESOLVE_NO_XDEV = 1;
  public static final long RESOLVE_NO_SYMLINKS = 4;

  private static final long RESOLVE_NO_MAGICLINKS = 2;
  private static final long RESOLVE_IN_ROOT = 16;
  private static final int LOCK_EX_NB = 2 | 4;
  private static final int SOL_SOCKET = 1;
  private static final int SO_PEERGROUPS = 59;

  /** NGROUPS_MAX. */
  private static final int PEER_GROUPS = 65_536;

  private static final int F_SETFL = 4;
  private static final int SYS_OPENAT2 = 437;
  private static final int OPEN_HOW_BYTES = 24;
  private static final int STATVFS_BYTES = 112;
  private static final long ST_RDONLY = 1;
  private static final POSIX NATIVE = POSIXFactory.getNativePOSIX();

  private static final LibC C = LibC.INSTANCE;

  private Sys() {}

  /** Native address of a direct buffer's first byte; the buffer must outlive every use of it. */
  public static long address(ByteBuffer direct) {
    return Pointer.wrap(LibC.RUNTIME, direct.duplicate().clear()).address();
  }

  /** A direct buffer in the machine's byte order. */
  public static ByteBuffer allocate(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  public static int recv(int fd, long address, int length) {
    long n = C.recv(fd, address, length, 0);
    return n >= 0 ? (int) n : -errno();
  }

  public static int send(int fd, long address, int length) {
    long n = C.send(fd, address, length, MSG_NOSIGNAL);
    return n >= 0 ? (int) n : -errno();
  }

  public static int read(int fd, long address, int length) {
    long n = C.read(fd, address, length);
    return n >= 0 ? (int) n : -errno();
  }

  public static int write(int fd, long address, int length) {
    long n = C.write(fd, address, length);
    return n >= 0 ? (int) n : -errno();
  }

  /** Fills a direct buffer from a place in a file, as far as the file goes; the number of bytes. */
  public static int readAt(int fd, ByteBuffer target, long offset) throws ErrnoException {
    int total = 0;
    long address = address(target);
    while (total < target.capacity()) {
      int n = (int) C.pread(fd, address + total, target.capacity() - total, offset + total);
      if (n < 0 && errno() != EINTR) {
        throw new ErrnoException("read", errno());
      }
      if (n == 0) {
        break;
      }
      total += Math.max(0, n);
    }
    Reference.reachabilityFence(target);
    return total;
  }

  /** Writes all bytes or fails. */
  public static void writeFully(int fd, byte[] bytes) throws ErrnoException {
    ByteBuffer buffer = allocate(Math.max(1, bytes.length)).put(0, bytes);
    long address = address(buffer);
    int sent = 0;
    while (sent < bytes.length) {
      int n = write(fd, address + sent, bytes.length - sent);
      if (n < 0 && n != -EINTR) {
        throw new ErrnoException("write", -n);
      }
      sent += Math.max(0, n);
    }
    Reference.reachabilityFence(buffer); // its memory is used by address only
  }

  /**
   * Accepts one connection, non-blocking and close-on-exec; its descriptor or a negative error
   * number.
   */
  public static int accept(int fd) {
    int accepted = C.accept4(fd, 0, 0, SOCK_FLAGS);
    return accepted >= 0 ? accepted : -errno();
  }

  /**
   * Closes a descriptor that no channel owns; errors of close are of no use to anyone and are
   * dropped.
   */
  public static void close(int fd) {
    C.close(fd);
  }

  /** A close-on-exec descriptor for the file. */
  public static int open(String path, int flags) throws ErrnoException {
    return check("open " + path, C.open(path, flags | O_CLOEXEC, 0));
  }

  public static int eventfd() throws ErrnoException {
    return check("eventfd", C.eventfd(0, SOCK_FLAGS));
  }

  /** Both ends blocking and close-on-exec; element 0 reads what is written to element 1. */
  public static int[] pipe() throws ErrnoException {
    Pointer ends = Memory.allocateDirect(LibC.RUNTIME, 8);
    check("pipe2", C.pipe2(ends.address(), O_CLOEXEC));
    return new int[] {ends.getInt(0), ends.getInt(4)};
  }

  /** Makes reads and writes on this descriptor return EAGAIN rather than wait. */
  public static void setNonBlocking(int fd) throws ErrnoException {
    check("fcntl F_SETFL", C.fcntl(fd, F_SETFL, O_NONBLOCK));
  }

  /** A descriptor that becomes readable when the process ends. */
  public static int pidfdOpen(int pid) throws ErrnoException {
    return check("pidfd_open " + pid, (int) C.syscall(SYS_PIDFD_OPEN, pid, 0, 0, 0));
  }

  /**
   * Reaps the child behind a pidfd.
   *
   * @return its exit code, 128 + signal if one killed it, or -1 while it still runs
   */
  public static int reap(int pidfd) throws ErrnoException {
    Pointer info = Memory.allocateDirect(LibC.RUNTIME, SIGINFO_BYTES, true);
    check("waitid", C.waitid(P_PIDFD, pidfd, info.address(), WEXITED | WNOHANG));
    if (info.getInt(/* si_pid */ 12) == 0) {
      return -1;
    }
    int status = info.getInt(/* si_status */ 24);
    return info.getInt(/* si_code */ 8) == /* CLD_EXITED */ 1 ? status : 128 + status;
  }

  /** Waits for a child to end and reaps it; for one that is about to. */
  public static void reapNow(int pid) throws ErrnoException {
    Pointer info = Memory.allocateDirect(LibC.RUNTIME, SIGINFO_BYTES, true);
    check("waitid", C.waitid(P_PID, pid, info.address(), WEXITED));
  }

  public static void kill(int pid, int signal) throws ErrnoException {
    check("kill " + pid, C.kill(pid, signal));
  }

  /**
   * What a symbolic link says, unresolved; used on {@code /proc/self/fd/N} to learn what was
   * opened.
   */
  public static byte[] readlink(String path) throws ErrnoException {
    ByteBuffer target = allocate(PATH_BYTES);
    int length = check("readlink " + path, (int) C.readlink(path, address(target), PATH_BYTES));
    Reference.reachabilityFence(target);
    byte[] bytes = new byte[length];
    target.get(bytes);
    return bytes;
  }

  /**
   * Opens below a directory, never leaving it: absolute paths and links are taken as seen from
   * there.
   *
   * @param root descriptor of the directory that counts as {@code /}
   * @param resolve extra {@code RESOLVE_} flags
   */
  public static int openBelow(int root, String path, int flags, int mode, long resolve)
      throws ErrnoException {
    byte[] name = path.getBytes(StandardCharsets.UTF_8);
    Pointer arguments = Memory.allocateDirect(LibC.RUNTIME, OPEN_HOW_BYTES + name.length + 1, true);
    arguments.putLong(0, flags | O_CLOEXEC);
    arguments.putLong(8, mode);
    arguments.putLong(16, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | resolve);
    arguments.put(OPEN_HOW_BYTES, name, 0, name.length);
    long how = arguments.address();
    int fd = (int) C.syscall(SYS_OPENAT2, root, how + OPEN_HOW_BYTES, how, OPEN_HOW_BYTES);
    int result = check("open " + path, fd);
    Reference.reachabilityFence(arguments);
    return result;
  }

  /**
   * Takes the exclusive lock on an open file or folder, which holds until every copy of the
   * descriptor is closed.
   *
   * @return false when someone else has it
   */
  public static boolean tryLock(int fd) {
    return C.flock(fd, LOCK_EX_NB) == 0;
  }

  /**
   * The user whose rights file calls of this thread have from now on; only a privileged process can
   * change it.
   */
  public static void setFileIdentity(int uid, int gid) {
    C.setfsgid(gid);
    C.setfsuid(uid);
  }

  /** Type, size and owner of what is open; {@code st_mode} and the rest as in stat(2). */
  public static FileStat stat(int fd) throws ErrnoException {
    FileStat stat = NATIVE.allocateStat();
    check("fstat", NATIVE.fstat(fd, stat));
    return stat;
  }

  /** The same of what a path leads to. */
  public static FileStat stat(String path) throws ErrnoException {
    FileStat stat = NATIVE.allocateStat();
    check("stat " + path, NATIVE.stat(path, stat));
    return stat;
  }

  /** Renames within one directory, replacing what had the new name. */
  public static void renameIn(int directory, String from, String to) throws ErrnoException {
    check("rename to " + to, C.renameat(directory, from, directory, to));
  }

  public static void unlinkIn(int directory, String name) throws ErrnoException {
    check("unlink " + name, C.unlinkat(directory, name, 0));
  }

  public static void fchmod(int fd, int mode) throws ErrnoException {
    check("fchmod", C.fchmod(fd, mode));
  }

  /** Returns when what was written to a file, or the names in a folder, would survive a crash. */
  public static void sync(int fd) throws ErrnoException {
    check("fsync", C.fsync(fd));
  }

  /** Whether what is open lies where nothing can be changed, whoever tries. */
  public static boolean isReadOnly(int fd) throws ErrnoException {
    Pointer result = Memory.allocateDirect(LibC.RUNTIME, STATVFS_BYTES, true);
    check("fstatvfs", C.fstatvfs(fd, result.address()));
    boolean readOnly = (result.getLong(/* f_flag */ 72) & ST_RDONLY) != 0;
    Reference.reachabilityFence(result);
    return readOnly;
  }

  public static void chmod(String path, int mode) throws ErrnoException {
    check("chmod " + path, C.chmod(path, mode));
  }

  public static void chown(String path, int uid, int gid) throws ErrnoException {
    check("chown " + path, C.chown(path, uid, gid));
  }

  /** The id of a group of the system. */
  public static OptionalInt groupId(String name) {
    Group group = NATIVE.getgrnam(name);
    return group == null ? OptionalInt.empty() : OptionalInt.of((int) group.getGID());
  }

  /** The id of a user of the system. */
  public static OptionalInt userId(String name) {
    Passwd user = NATIVE.getpwnam(name);
    return user == null ? OptionalInt.empty() : OptionalInt.of((int) user.getUID());
  }

  /** All groups of the process at the other end of a Unix socket, as it connected. */
  public static Set<Integer> peerGroups(int fd) throws ErrnoException {
    Pointer length = Memory.allocateDirect(LibC.RUNTIME, Integer.BYTES, true);
    Pointer groups = Memory.allocateDirect(LibC.RUNTIME, PEER_GROUPS * Integer.BYTES, true);
    length.putInt(0, PEER_GROUPS * Integer.BYTES);
    check(
        "getsockopt SO_PEERGROUPS",
        C.getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups.address(), length.address()));
    Set<Integer> found = new HashSet<>();
    for (int offset = 0; offset < length.getInt(0); offset += Integer.BYTES) {
      found.add(groups.getInt(offset));
    }
    Reference.reachabilityFence(groups);
    return found;
  }

  public static int uid() {
    return C.getuid();
  }

  public static int gid() {
    return C.getgid();
  }

  public static int pid() {
    return C.getpid();
  }

  /** Raises the soft limit of open descriptors to the hard one and returns it. */
  public static long raiseDescriptorLimit() throws ErrnoException {
    Pointer limits = Memory.allocateDirect(LibC.RUNTIME, 16);
    long hard = hardLimit(RLIMIT_NOFILE);
    limits.putLong(0, hard);
    limits.putLong(8, hard);
    check("setrlimit", C.setrlimit(RLIMIT_NOFILE, limits.address()));
    return hard;
  }

  /** How far this process may raise a limit; a limit of infinity is {@link Long#MAX_VALUE}. */
  public static long hardLimit(int resource) throws ErrnoException {
    Pointer limits = Memory.allocateDirect(LibC.RUNTIME, 16);
    check("getrlimit", C.getrlimit(resource, limits.address()));
    long hard = limits.getLong(8);
    return hard < 0 ? Long.MAX_VALUE : hard;
  }

  /** The error number of the last call made by this thread. */
  static int errno() {
    return LibC.RUNTIME.getLastError();
  }

  static int check(String what, int result) throws ErrnoException {
    if (result < 0) {
      throw new ErrnoException(what, errno());
    }
    return result;
  }
}
