// SPDX-License-Identifier: MIT
package io.agentos.kernel.boot;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that one socket has one kernel: a lock file beside it is held as long as the kernel
 * lives, so a socket file without a holder of the lock is a dead kernel's and may be replaced.
 */
final class SingleInstance implements AutoCloseable {
  private static final int FILE_TYPE = 0170000;
  private static final int SOCKET_TYPE = 0140000;

  private final FileChannel channel;
  private final FileLock lock;

  private SingleInstance(FileChannel channel, FileLock lock) {
    this.channel = channel;
    this.lock = lock;
  }

  /**
   * Takes the lock and removes a stale socket.
   *
   * @throws BootException when another kernel serves the socket
   */
  static SingleInstance claim(Path socket) throws IOException {
    Path lockFile = socket.resolveSibling(socket.getFileName() + ".lock");
    FileChannel channel =
        FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = tryLock(channel);
    if (lock == null) {
      channel.close();
      throw new BootException(
          "another kernel is running on "
              + socket
              + "; stop it, or choose another socket with --socket or AGENTOS_SOCKET");
    }
    removeStale(socket);
    return new SingleInstance(channel, lock);
  }

  private static void removeStale(Path socket) throws IOException {
    if (Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
      Object mode = Files.getAttribute(socket, "unix:mode", LinkOption.NOFOLLOW_LINKS);
      if (((Integer) mode & FILE_TYPE) != SOCKET_TYPE) {
        throw new BootException(
            socket + " exists and is no socket; choose another place for the kernel's");
      }
      Files.delete(socket);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException heldByThisProcess) {
      return null;
    }
  }

  @Override
  public void close() throws IOException {
    lock.release();
    channel.close();
  }
}
