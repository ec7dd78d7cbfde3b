// SPDX-License-Identifier: MIT
package io.agentos.kernel.posix;

import java.lang.ref.Reference;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;

/** Descriptors that come from another process, by {@code SCM_RIGHTS} over a Unix socket. */
public final class Descriptors {
  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM = 1;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_CMSG_CLOEXEC = 0x40000000;

  /** struct msghdr of 64-bit Linux: name, namelen, iov, iovlen, control, controllen, flags. */
  private static final int MSGHDR_BYTES = 56;

  private static final int IOVEC_BYTES = 16;

  /** One struct cmsghdr of 16 bytes and one int, rounded up to 8. */
  private static final int CONTROL_BYTES = 24;

  private static final int CMSG_LENGTH = 20;
  private static final LibC C = LibC.INSTANCE;

  private Descriptors() {}

  /** Two connected sockets, close-on-exec. */
  public static int[] socketPair() throws ErrnoException {
    Pointer ends = Memory.allocateDirect(LibC.RUNTIME, 8);
    Sys.check("socketpair", C.socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.address()));
    return new int[] {ends.getInt(0), ends.getInt(4)};
  }

  /**
   * Takes one descriptor that was sent and has arrived; it is close-on-exec.
   *
   * @throws ErrnoException when none is there
   */
  public static int receive(int socket) throws ErrnoException {
    int iovecAt = MSGHDR_BYTES;
    int controlAt = iovecAt + IOVEC_BYTES;
    int byteAt = controlAt + CONTROL_BYTES;
    Pointer memory = Memory.allocateDirect(LibC.RUNTIME, byteAt + 8, true);
    long address = memory.address();
    memory.putLong(iovecAt, address + byteAt);
    memory.putLong(iovecAt + 8L, 1);
    memory.putLong(/* msg_iov */ 16, address + iovecAt);
    memory.putLong(/* msg_iovlen */ 24, 1);
    memory.putLong(/* msg_control */ 32, address + controlAt);
    memory.putLong(/* msg_controllen */ 40, CONTROL_BYTES);
    Sys.check("recvmsg", (int) C.recvmsg(socket, address, MSG_DONTWAIT | MSG_CMSG_CLOEXEC));
    boolean sent =
        memory.getLong(40) >= CMSG_LENGTH
            && memory.getLong(controlAt) == CMSG_LENGTH
            && memory.getInt(controlAt + 8L) == SOL_SOCKET
            && memory.getInt(controlAt + 12L) == SCM_RIGHTS;
    int fd = sent ? memory.getInt(controlAt + 16L) : -1;
    Reference.reachabilityFence(memory); // its memory is used by address only
    if (!sent) {
      throw new ErrnoException("recvmsg: no descriptor came", 0);
    }
    return fd;
  }
}
