// SPDX-License-Identifier: MIT
package io.agentos.kernel.agent;

import io.agentos.kernel.posix.ErrnoException;
import io.agentos.kernel.posix.Sys;
import java.nio.file.Path;
import jnr.posix.FileStat;
import org.jspecify.annotations.Nullable;

/**
 * Where on the host something lies that an agent passes on to one that it spawns. It is opened anew
 * at each start, and never through a link: so what is found always lies where the rules judged it.
 *
 * @param base a folder or file that an operator or the kernel chose; absent: the host's own {@code
 *     /}, for an agent without a sandbox
 * @param below the path below that, without links, {@code .} or {@code ..}; empty for all of it
 * @param owned whether the agent that passes it on is the owner of the base there; only then the
 *     new one may be
 */
public record HostPlace(@Nullable Path base, String below, boolean owned) {
  /** A descriptor for the path alone, and whether it belongs to whom the base belongs to. */
  public record Opened(int handle, boolean owned) {}

  /** The same place or one in it. */
  HostPlace at(String rest) {
    return new HostPlace(base, rest.isEmpty() ? below : join(below, rest), owned);
  }

  /** The same for an agent that is the owner there, or is not. */
  public HostPlace ownedIf(boolean owner) {
    return new HostPlace(base, below, owner);
  }

  private static String join(String path, String rest) {
    return path.isEmpty() ? rest : path + "/" + rest;
  }

  /**
   * Opens it with the kernel's own rights; the caller closes it.
   *
   * @throws ErrnoException ELOOP for a link, EXDEV for another file system, ENOENT
   */
  public Opened open() throws ErrnoException {
    int root = Sys.open(base == null ? "/" : base.toString(), Sys.O_PATH);
    if (below.isEmpty()) {
      return new Opened(root, owned);
    }
    try {
      return openIn(root);
    } finally {
      Sys.close(root);
    }
  }

  private Opened openIn(int root) throws ErrnoException {
    long within = Sys.RESOLVE_NO_SYMLINKS | (base == null ? 0 : Sys.RESOLVE_NO_XDEV);
    int handle = Sys.openBelow(root, below, Sys.O_PATH, 0, within);
    try {
      return new Opened(handle, owned && (base == null || haveOneOwner(root, handle)));
    } catch (ErrnoException e) {
      Sys.close(handle);
      throw e;
    }
  }

  private static boolean haveOneOwner(int one, int other) throws ErrnoException {
    FileStat base = Sys.stat(one);
    FileStat found = Sys.stat(other);
    return base.uid() == found.uid() && base.gid() == found.gid();
  }
}
