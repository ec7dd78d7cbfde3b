// SPDX-License-Identifier: MIT
package io.agentos.kernel.fs;

import io.agentos.kernel.base.Limits;
import io.agentos.kernel.permission.Learned;
import io.agentos.kernel.permission.PathRules;
import io.agentos.kernel.posix.ErrnoException;
import io.agentos.kernel.posix.Sys;
import io.agentos.kernel.sandbox.View;
import io.agentos.kernel.wire.SyscallException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import jnr.posix.FileStat;

/**
 * Judges what a caller wants to have mounted for an agent that it spawns: as READ and WRITE would
 * judge it, and all that is in it. For worker threads.
 */
public final class Mountable {
  private final PathRules rules;
  private int entries;

  private Mountable(PathRules rules) {
    this.rules = rules;
  }

  /**
   * What was judged.
   *
   * @param path where it is in the caller's view, without links
   */
  public record Judged(String path, long device, long inode) {
    /** Whether that descriptor leads to the same object. */
    public boolean is(int descriptor) throws ErrnoException {
      FileStat stat = Sys.stat(descriptor);
      return stat.dev() == device && stat.ino() == inode;
    }
  }

  /**
   * Opens a folder or file in the caller's view and with its rights, and judges that.
   *
   * @param path absolute
   * @throws SyscallException NOT_FOUND, INVALID_REQUEST, or PERMISSION_DENIED naming the rule
   */
  public static Judged judge(Files.Access access, String path, boolean writable)
      throws SyscallException {
    Files.checkPath(path);
    try (View.Lease lease = access.view().lease()) {
      int handle = Sys.openBelow(lease.root(), path, Sys.O_PATH, 0, 0);
      try {
        String real = Files.realPath(handle);
        new Mountable(access.rules()).check(handle, path, real, writable);
        access.learned().add(writable ? Learned.Kind.WRITE : Learned.Kind.READ, real);
        FileStat stat = Sys.stat(handle);
        return new Judged(real, stat.dev(), stat.ino());
      } finally {
        Sys.close(handle);
      }
    } catch (ErrnoException e) {
      throw Files.translate("mount", path, e);
    }
  }

  private void check(int handle, String path, String real, boolean writable)
      throws ErrnoException, SyscallException {
    Files.refuse(rules.whyNotRead(real));
    if (writable) {
      Files.refuse(rules.whyNotWrite(real));
      if (Sys.isReadOnly(handle)) {
        throw SyscallException.denied(
            path + " is mounted read-only for this agent, which can't pass it on as rw");
      }
    }
    FileStat stat = Sys.stat(handle);
    if (stat.isFile()) {
      Files.refuseOtherNames(handle, stat, rules, path);
    } else if (stat.isDirectory()) {
      Files.refuse(rules.whyNotMoved(real));
      if (rules.hasBlockedNames(real)) {
        look(handle, real);
      }
    } else {
      throw SyscallException.invalid(
          path + " is a device, pipe or socket; only folders and regular files are mounted");
    }
  }

  /** Refuses a folder that holds something blocked, or more than can be looked at. */
  private void look(int handle, String real) throws SyscallException {
    try (DirectoryStream<Path> folder =
        java.nio.file.Files.newDirectoryStream(Path.of("/proc/self/fd/" + handle))) {
      if (!(folder instanceof SecureDirectoryStream<Path> secure)) {
        throw new IllegalStateException("this system's folders can't be read by descriptor");
      }
      look(secure, real.equals("/") ? "" : real, 0);
    } catch (IOException | DirectoryIteratorException e) {
      throw SyscallException.denied(
          "what is in " + real + " can't be looked at: it changes, or is closed to this agent");
    }
  }

  private void look(SecureDirectoryStream<Path> folder, String real, int depth)
      throws IOException, SyscallException {
    for (Path entry : folder) {
      Path name = Path.of(String.valueOf(entry.getFileName()));
      String path = real + "/" + name;
      if (++entries > Limits.MOUNT_ENTRIES || depth > Limits.MOUNT_DEPTH) {
        throw SyscallException.denied(
            real
                + " holds too much to look for what is blocked: more than "
                + Limits.MOUNT_ENTRIES
                + " files, or "
                + Limits.MOUNT_DEPTH
                + " folders in each other; mount a part of it");
      }
      Files.refuse(rules.whyBlocked(path));
      boolean isFolder =
          folder
              .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
              .readAttributes()
              .isDirectory();
      if (isFolder) {
        try (SecureDirectoryStream<Path> inner =
            folder.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
          look(inner, path, depth + 1);
        }
      }
    }
  }
}
