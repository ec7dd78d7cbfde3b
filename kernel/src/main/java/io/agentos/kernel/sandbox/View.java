// SPDX-License-Identifier: MIT
package io.agentos.kernel.sandbox;

import io.agentos.kernel.posix.ErrnoException;
import io.agentos.kernel.posix.Sys;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.SyscallException;

/**
 * The files as one caller sees them: which directory is its {@code /}, and whose rights count. Used
 * by worker threads; stays open while anyone holds a {@link Lease}.
 */
public final class View implements AutoCloseable {
  private final int root;
  private final int uid;
  private final int gid;
  private int users = 1;

  private View(int root, int uid, int gid) {
    this.root = root;
    this.uid = uid;
    this.gid = gid;
  }

  /** The host's own files. */
  public static View ofHost(int uid, int gid) throws ErrnoException {
    return new View(Sys.open("/", Sys.O_PATH | Sys.O_DIRECTORY), uid, gid);
  }

  /**
   * What the sandbox of that pid 1 shows.
   *
   * @param initPid as the host sees it
   * @param uid host id of the agent
   */
  public static View ofSandbox(int initPid, int uid, int gid) throws ErrnoException {
    return new View(Sys.open("/proc/" + initPid + "/root", Sys.O_PATH | Sys.O_DIRECTORY), uid, gid);
  }

  /** Rights of the view's owner on this thread, until closed. */
  public final class Lease implements AutoCloseable {
    private Lease() {
      if (Sys.uid() == 0) {
        Sys.setFileIdentity(uid, gid);
      }
    }

    /** Descriptor of the directory that is {@code /} here. */
    public int root() {
      return root;
    }

    @Override
    public void close() {
      if (Sys.uid() == 0) {
        Sys.setFileIdentity(0, 0);
      }
      release();
    }
  }

  /**
   * Takes on the owner's rights.
   *
   * @throws SyscallException UNAVAILABLE when the view is closed: its agent has just ended
   */
  public Lease lease() throws SyscallException {
    retain();
    return new Lease();
  }

  private synchronized void retain() throws SyscallException {
    if (users == 0) {
      throw new SyscallException(ErrorCode.UNAVAILABLE, "the agent has just ended");
    }
    users++;
  }

  private synchronized void release() {
    users--;
    if (users == 0) {
      Sys.close(root);
    }
  }

  /** No new lease is given; the directory is closed with the last one. */
  @Override
  public void close() {
    release();
  }
}
