// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.agent;

import io.agentos.kernel.agent.AgentSpec;
import io.agentos.kernel.agent.HostPlace;
import io.agentos.kernel.agent.HostPlaces;
import io.agentos.kernel.base.ByteSize;
import io.agentos.kernel.fs.Mountable;
import io.agentos.kernel.permission.Permissions;
import io.agentos.kernel.posix.ErrnoException;
import io.agentos.kernel.posix.Sys;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.wire.SyscallException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks the mounts of a SPAWN. An operator without a level names what it likes on the host;
 * whoever else names what it sees itself, and passes on no more than its rights to that.
 */
final class MountCheck {
  private static final int MOST = 64;
  private static final long LEAST_TMPFS = 64 << 10;
  private static final long MOST_TMPFS = 64L << 30;

  private static final Set<String> RESERVED_TARGETS =
      Set.of("/", "/proc", "/dev", "/usr", "/etc", "/run");

  private final Caller caller;
  private final HostPlaces places;

  MountCheck(Caller caller, HostPlaces places) {
    this.caller = caller;
    this.places = places;
  }

  List<AgentSpec.Mount> check(@Nullable List<SpawnRequest.MountRequest> asked)
      throws SyscallException {
    List<AgentSpec.Mount> mounts = new ArrayList<>();
    if (asked != null) {
      SpawnCheck.checkCount("mounts", asked.size(), MOST);
      for (SpawnRequest.MountRequest mount : asked) {
        mounts.add("tmpfs".equals(mount.mode()) ? tmpfs(mount) : bind(mount));
      }
    }
    return List.copyOf(mounts);
  }

  private AgentSpec.Mount bind(SpawnRequest.MountRequest mount) throws SyscallException {
    if (mount.size() != null) {
      throw SyscallException.invalid("mounts.size is for mode tmpfs");
    }
    if (mount.source() == null || mount.target() == null) {
      throw SyscallException.invalid("each of mounts needs source and target");
    }
    boolean writable = writable(mount.mode());
    if (!caller.isUnrestricted()) {
      String path = mount.source();
      return AgentSpec.Mount.of(passedOn(path, writable), target(mount.target()), writable);
    }
    Path source = SpawnCheck.absolute("mounts.source", mount.source());
    if (!Files.exists(source)) {
      throw SyscallException.notFound("mounts.source " + source + " does not exist");
    }
    return AgentSpec.Mount.of(source, target(mount.target()), writable);
  }

  /** Judges what the path leads the caller to; that, and not the path, is what is passed on. */
  private HostPlace passedOn(String path, boolean writable) throws SyscallException {
    Permissions now = caller.now();
    if (!now.canRead() || (writable && !now.canWrite())) {
      throw SyscallException.denied(
          "mounts.source "
              + path
              + " needs "
              + (now.canRead() ? "can_write" : "can_read")
              + ", which this agent does not have");
    }
    io.agentos.kernel.fs.Files.Access access =
        new io.agentos.kernel.fs.Files.Access(caller.view(), now.paths(), caller.learned());
    Mountable.Judged judged = Mountable.judge(access, path, writable);
    HostPlace place = places.find(caller.agent(), judged.path());
    try {
      HostPlace.Opened opened = place.open();
      try {
        if (!judged.is(opened.handle())) {
          throw changed(path);
        }
        return place.ownedIf(opened.owned());
      } finally {
        Sys.close(opened.handle());
      }
    } catch (ErrnoException e) {
      throw changed(path);
    }
  }

  private static SyscallException changed(String path) {
    return SyscallException.denied(
        "mounts.source "
            + path
            + " is not the same on the host: it changes at this moment, or lies in another file system than the folder that this agent got");
  }

  private static String target(String text) throws SyscallException {
    String target = SpawnCheck.absolute("mounts.target", text).toString();
    if (RESERVED_TARGETS.contains(target)) {
      throw SyscallException.invalid(
          "mounts.target " + target + " is the sandbox's own; choose another place");
    }
    return target;
  }

  private AgentSpec.Mount tmpfs(SpawnRequest.MountRequest mount) throws SyscallException {
    if (!caller.isUnrestricted()) {
      throw SyscallException.denied(
          "mounts of mode tmpfs take the host's memory; only an operator without a level may ask for them");
    }
    if (mount.source() != null || mount.target() == null || mount.size() == null) {
      throw SyscallException.invalid("a mount of mode tmpfs needs target and size, and no source");
    }
    long bytes;
    try {
      bytes = ByteSize.parse(mount.size());
    } catch (IllegalArgumentException e) {
      throw SyscallException.invalid("mounts.size: " + e.getMessage());
    }
    if (bytes < LEAST_TMPFS || bytes > MOST_TMPFS) {
      throw SyscallException.invalid(
          "mounts.size must be " + LEAST_TMPFS + " to " + MOST_TMPFS + " bytes, was " + bytes);
    }
    return AgentSpec.Mount.tmpfs(target(mount.target()), bytes);
  }

  private static boolean writable(@Nullable String mode) throws SyscallException {
    if (mode == null || mode.equals("ro")) {
      return false;
    }
    if (mode.equals("rw")) {
      return true;
    }
    throw SyscallException.invalid("mounts.mode must be ro or rw, was \"" + mode + "\"");
  }
}
