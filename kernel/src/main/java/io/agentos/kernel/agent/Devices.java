// SPDX-License-Identifier: MIT
package io.agentos.kernel.agent;

import io.agentos.kernel.posix.ErrnoException;
import io.agentos.kernel.posix.Sys;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.SyscallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import jnr.constants.platform.Errno;
import jnr.posix.FileStat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The character devices that sandboxes may be given, as they were when the kernel started: each
 * path stands for one device number, whatever lies there later.
 */
public final class Devices {
  private static final Logger log = LoggerFactory.getLogger(Devices.class);
  private static final int OTHERS_READ_AND_WRITE = 06;

  private final Map<Path, Device> allowed = new LinkedHashMap<>();

  /** One of them. */
  public record Device(Path path, long number) {
    /**
     * A descriptor for the path alone, to be closed by the caller.
     *
     * @throws IOException when something else lies there by now
     */
    int open() throws IOException {
      int handle = openWithoutLinks(path);
      try {
        FileStat stat = Sys.stat(handle);
        if (!stat.isCharDev() || stat.rdev() != number) {
          throw new IOException(path + " is not the device any more that it was at the start");
        }
        return handle;
      } catch (IOException e) {
        Sys.close(handle);
        throw e;
      }
    }
  }

  /**
   * Looks at each path.
   *
   * @throws IOException naming one that is no character device, or a link
   */
  public static Devices at(List<Path> paths) throws IOException {
    Devices devices = new Devices();
    for (Path path : paths) {
      devices.look(path).ifPresent(device -> devices.allowed.put(path, device));
    }
    return devices;
  }

  private Optional<Device> look(Path path) throws IOException {
    int handle;
    try {
      handle = openWithoutLinks(path);
    } catch (ErrnoException e) {
      if (e.is(Errno.ENOENT)) {
        log.warn("there is no {}, which sandboxes may be given", path);
        return Optional.empty();
      }
      throw e.is(Errno.ELOOP)
          ? new IOException(path + " is a link or lies behind one; name the device itself")
          : e;
    }
    try {
      FileStat stat = Sys.stat(handle);
      if (!stat.isCharDev()) {
        throw new IOException(path + " is no character device; nothing else is given to sandboxes");
      }
      return Optional.of(new Device(path, stat.rdev()));
    } finally {
      Sys.close(handle);
    }
  }

  private static int openWithoutLinks(Path path) throws ErrnoException {
    int root = Sys.open("/", Sys.O_PATH | Sys.O_DIRECTORY);
    try {
      return Sys.openBelow(root, path.toString(), Sys.O_PATH, 0, Sys.RESOLVE_NO_SYMLINKS);
    } finally {
      Sys.close(root);
    }
  }

  /**
   * The device for an operator that no level limits.
   *
   * @throws SyscallException PERMISSION_DENIED for what the configuration does not list,
   *     UNSUPPORTED for what no agent could open
   */
  public Device require(Path path) throws SyscallException {
    Device device = allowed.get(path);
    if (device == null) {
      throw SyscallException.denied(
          "device "
              + path
              + " is not among those that the kernel's configuration lets sandboxes have ([sandbox] devices), which are "
              + allowed.keySet());
    }
    requireUsable(device);
    return device;
  }

  /** An agent's user has no rights of a group's; a device that it could not open is not shown. */
  private static void requireUsable(Device device) throws SyscallException {
    try {
      int handle = device.open();
      try {
        boolean usable =
            HostIdentity.kernelIsRoot()
                ? (Sys.stat(handle).mode() & OTHERS_READ_AND_WRITE) == OTHERS_READ_AND_WRITE
                : canOpen(Path.of("/proc/self/fd/" + handle));
        if (!usable) {
          throw new SyscallException(
              ErrorCode.UNSUPPORTED,
              "device "
                  + device.path
                  + " could not be opened by the agent's user: "
                  + (HostIdentity.kernelIsRoot()
                      ? "let others read and write it (chmod o+rw, or a rule of udev's)"
                      : "the kernel's own user may not read and write it"));
        }
      } finally {
        Sys.close(handle);
      }
    } catch (IOException gone) {
      throw SyscallException.denied("device " + gone.getMessage());
    }
  }

  private static boolean canOpen(Path device) {
    return Files.isReadable(device) && Files.isWritable(device);
  }
}
