// SPDX-License-Identifier: MIT
package io.agentos.kernel.posix;

import java.io.IOException;
import jnr.constants.platform.Errno;

/** A system call that failed: which one, on what, and why. */
public final class ErrnoException extends IOException {
  private final int errno;

  /**
   * @param what the call and what it was about, for a person: {@code "bind /run/x.sock"}
   * @param errno the positive error number
   */
  public ErrnoException(String what, int errno) {
    super(what + ": " + describe(errno));
    this.errno = errno;
  }

  public int errno() {
    return errno;
  }

  public boolean is(Errno expected) {
    return errno == expected.intValue();
  }

  /** The system's sentence for an error number, such as {@code No such file or directory}. */
  public static String describe(int errno) {
    return Errno.valueOf(errno).description();
  }
}
