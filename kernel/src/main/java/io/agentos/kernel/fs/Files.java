// SPDX-License-Identifier: MIT
package io.agentos.kernel.fs;

import io.agentos.kernel.permission.Learned;
import io.agentos.kernel.permission.PathRules;
import io.agentos.kernel.posix.ErrnoException;
import io.agentos.kernel.posix.Sys;
import io.agentos.kernel.sandbox.View;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.SyscallException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import jnr.constants.platform.Errno;
import jnr.posix.FileStat;

/**
 * READ and WRITE: a file is opened once, in the caller's view and with the caller's rights; what
 * was opened is judged by its real path, and used through that descriptor. For worker threads.
 */
public final class Files {
  private static final int NEW_FILE_MODE = 0644;

  /** Read of a file that does not say how long it is. */
  private static final int UNSIZED_BYTES = 64 * 1024;

  /** Without set-user-id and set-group-id: the new file may have another owner. */
  private static final int MODE_BITS = 0777;

  private final SecureRandom random = new SecureRandom();

  /**
   * On whose behalf: which files it sees, which of them it may use, and where its uses are noted.
   */
  public record Access(View view, PathRules rules, Learned learned) {}

  /** Bytes of a file; {@code size} is the whole file's. */
  public record Content(byte[] bytes, long size) {}

  /** How WRITE treats what is there. */
  public enum Mode {
    /** Replaces the file as a whole, atomically. */
    WRITE,
    APPEND,
    /** Fails when the file exists. */
    CREATE
  }

  /**
   * Reads part of a regular file.
   *
   * @throws SyscallException NOT_FOUND, PERMISSION_DENIED, or INVALID_REQUEST for what is no
   *     regular file
   */
  public Content read(Access access, String path, long offset, int limit) throws SyscallException {
    checkPath(path);
    try (View.Lease lease = access.view().lease()) {
      int handle = Sys.openBelow(lease.root(), path, Sys.O_PATH, 0, 0);
      try {
        String real = realPath(handle);
        refuse(access.rules().whyNotRead(real));
        FileStat stat = requireRegular(handle, path);
        refuseOtherNames(handle, stat, access.rules(), path);
        access.learned().add(Learned.Kind.READ, real);
        return readFrom(handle, stat.st_size(), offset, limit);
      } finally {
        Sys.close(handle);
      }
    } catch (ErrnoException e) {
      throw translate("read", path, e);
    }
  }

  private static Content readFrom(int handle, long size, long offset, int limit)
      throws ErrnoException {
    int fd = Sys.open("/proc/self/fd/" + handle, Sys.O_RDONLY | Sys.O_NONBLOCK | Sys.O_NOCTTY);
    try {
      // Files of /proc and /sys say that they are empty; what they hold is small.
      long left = size == 0 ? UNSIZED_BYTES : Math.max(0, size - offset);
      int wanted = (int) Math.min(limit, left);
      if (wanted == 0) {
        return new Content(new byte[0], size);
      }
      ByteBuffer buffer = Sys.allocate(wanted);
      int length = Sys.readAt(fd, buffer, offset);
      byte[] bytes = new byte[length];
      buffer.get(0, bytes);
      return new Content(bytes, length == 0 ? size : Math.max(size, offset + length));
    } finally {
      Sys.close(fd);
    }
  }

  /**
   * What to write, and how.
   *
   * @param sync whether it has to survive a crash of the machine before WRITE returns
   */
  public record Change(byte[] bytes, Mode mode, boolean sync) {}

  /** Writes a file; see {@link Mode}. Returns the number of bytes. */
  public int write(Access access, String path, Change change) throws SyscallException {
    checkPath(path);
    if (path.endsWith("/")) {
      throw SyscallException.invalid("path " + path + " names a folder; WRITE needs a file's name");
    }
    try (View.Lease lease = access.view().lease()) {
      String real = resolveTarget(lease, access.rules(), path);
      int slash = real.lastIndexOf('/');
      int folder =
          Sys.openBelow(
              lease.root(),
              real.substring(0, slash + 1),
              Sys.O_PATH | Sys.O_DIRECTORY,
              0,
              Sys.RESOLVE_NO_SYMLINKS);
      try {
        writeIn(folder, real.substring(slash + 1), access.rules(), path, change);
      } finally {
        Sys.close(folder);
      }
      access.learned().add(Learned.Kind.WRITE, real);
      return change.bytes().length;
    } catch (ErrnoException e) {
      throw translate("write", path, e);
    }
  }

  /**
   * The path without links of the file, or of its folder plus its name when it does not exist yet;
   * judged.
   */
  private static String resolveTarget(View.Lease lease, PathRules rules, String path)
      throws ErrnoException, SyscallException {
    try {
      int existing = Sys.openBelow(lease.root(), path, Sys.O_PATH, 0, 0);
      try {
        String real = realPath(existing);
        refuse(rules.whyNotWrite(real));
        requireRegular(existing, path);
        return real;
      } finally {
        Sys.close(existing);
      }
    } catch (ErrnoException e) {
      if (!e.is(Errno.ENOENT)) {
        throw e;
      }
    }
    int slash = path.lastIndexOf('/');
    String name = path.substring(slash + 1);
    if (name.equals(".") || name.equals("..")) {
      throw SyscallException.invalid("path " + path + " names a folder; WRITE needs a file's name");
    }
    int folder =
        Sys.openBelow(
            lease.root(), path.substring(0, slash + 1), Sys.O_PATH | Sys.O_DIRECTORY, 0, 0);
    try {
      String parent = realPath(folder);
      String real = (parent.equals("/") ? "" : parent) + "/" + name;
      refuse(rules.whyNotWrite(real));
      return real;
    } finally {
      Sys.close(folder);
    }
  }

  private void writeIn(int folder, String name, PathRules rules, String path, Change change)
      throws ErrnoException, SyscallException {
    if (change.mode() == Mode.WRITE) {
      replace(folder, name, change);
    } else {
      int fd = openToAdd(folder, name, change.mode());
      try {
        refuseOtherNames(fd, requireRegular(fd, path), rules, path);
        Sys.writeFully(fd, change.bytes());
        if (change.sync()) {
          Sys.sync(fd);
        }
      } finally {
        Sys.close(fd);
      }
    }
    if (change.sync()) {
      syncFolder(folder);
    }
  }

  private static int openToAdd(int folder, String name, Mode mode) throws ErrnoException {
    int flags = Sys.O_WRONLY | Sys.O_CREAT | Sys.O_NOCTTY | Sys.O_NONBLOCK;
    flags |= mode == Mode.CREATE ? Sys.O_EXCL : Sys.O_APPEND;
    return Sys.openBelow(folder, name, flags, NEW_FILE_MODE, Sys.RESOLVE_NO_SYMLINKS);
  }

  /** So that the new name is there after a crash; a handle for paths alone can't be synced. */
  private static void syncFolder(int folder) throws ErrnoException {
    int fd = Sys.openBelow(folder, ".", Sys.O_RDONLY | Sys.O_DIRECTORY, 0, 0);
    try {
      Sys.sync(fd);
    } finally {
      Sys.close(fd);
    }
  }

  /**
   * A new file under a name nobody knows, then renamed over the old: readers see the old bytes or
   * the new ones.
   */
  private void replace(int folder, String name, Change change) throws ErrnoException {
    String temporary = "." + Long.toHexString(random.nextLong()) + ".agentos-tmp";
    int mode = modeOf(folder, name);
    int fd =
        Sys.openBelow(
            folder,
            temporary,
            Sys.O_WRONLY | Sys.O_CREAT | Sys.O_EXCL | Sys.O_NOCTTY,
            NEW_FILE_MODE,
            Sys.RESOLVE_NO_SYMLINKS);
    try {
      Sys.writeFully(fd, change.bytes());
      Sys.fchmod(fd, mode);
      if (change.sync()) {
        Sys.sync(fd);
      }
      Sys.renameIn(folder, temporary, name);
    } catch (ErrnoException e) {
      Sys.unlinkIn(folder, temporary);
      throw e;
    } finally {
      Sys.close(fd);
    }
  }

  private static int modeOf(int folder, String name) throws ErrnoException {
    try {
      int existing = Sys.openBelow(folder, name, Sys.O_PATH | Sys.O_NOFOLLOW, 0, 0);
      try {
        return Sys.stat(existing).mode() & MODE_BITS;
      } finally {
        Sys.close(existing);
      }
    } catch (ErrnoException e) {
      if (e.is(Errno.ENOENT)) {
        return NEW_FILE_MODE;
      }
      throw e;
    }
  }

  static void checkPath(String path) throws SyscallException {
    if (!path.startsWith("/") || path.indexOf('\0') >= 0) {
      throw SyscallException.invalid(
          "path must be absolute and hold no NUL, was \"" + path.replace('\0', '?') + "\"");
    }
  }

  private static FileStat requireRegular(int fd, String path)
      throws ErrnoException, SyscallException {
    FileStat stat = Sys.stat(fd);
    if (stat.isDirectory()) {
      throw SyscallException.invalid(path + " is a folder, not a file");
    }
    if (!stat.isFile()) {
      throw SyscallException.invalid(path + " is a device, pipe or socket, not a regular file");
    }
    return stat;
  }

  /**
   * Refuses a file with further names (hard links) to whom some names are blocked: nobody can list
   * them, so none can be ruled out. Where nothing can be changed, the caller can't have added one.
   */
  static void refuseOtherNames(int fd, FileStat stat, PathRules rules, String path)
      throws ErrnoException, SyscallException {
    if (stat.nlink() > 1 && !rules.blocked().isEmpty() && !Sys.isReadOnly(fd)) {
      throw SyscallException.denied(
          path
              + " has "
              + stat.nlink()
              + " names (hard links), of which one may be blocked; make a copy to use it");
    }
  }

  /** Where an open object is now; a file whose last name is gone is nowhere. */
  static String realPath(int handle) throws ErrnoException, SyscallException {
    if (Sys.stat(handle).nlink() == 0) {
      throw new ErrnoException("the file was removed", Errno.ENOENT.intValue());
    }
    byte[] path = Sys.readlink("/proc/self/fd/" + handle);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(path)).toString();
    } catch (CharacterCodingException e) {
      throw SyscallException.invalid(
          "its real path is no UTF-8, which no rule can judge; rename it with EXEC");
    }
  }

  static void refuse(@org.jspecify.annotations.Nullable String reason) throws SyscallException {
    if (reason != null) {
      throw SyscallException.denied(reason);
    }
  }

  static SyscallException translate(String verb, String path, ErrnoException e) {
    if (e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR)) {
      return SyscallException.notFound(
          "can't " + verb + " " + path + ": there is no such file or folder");
    }
    if (e.is(Errno.EACCES) || e.is(Errno.EPERM) || e.is(Errno.EROFS)) {
      return SyscallException.denied(
          "the system refuses to "
              + verb
              + " "
              + path
              + " for this caller: "
              + ErrnoException.describe(e.errno()));
    }
    if (e.is(Errno.EEXIST)) {
      return new SyscallException(
          ErrorCode.ALREADY_EXISTS, path + " exists; mode create makes new files only");
    }
    if (e.is(Errno.ENOSPC) || e.is(Errno.EDQUOT)) {
      return new SyscallException(ErrorCode.RESOURCE_EXHAUSTED, "no space left to write " + path);
    }
    return SyscallException.invalid(
        "can't " + verb + " " + path + ": " + ErrnoException.describe(e.errno()));
  }
}
