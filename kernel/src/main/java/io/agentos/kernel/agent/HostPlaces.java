// SPDX-License-Identifier: MIT
package io.agentos.kernel.agent;

import io.agentos.kernel.base.KernelPaths;
import io.agentos.kernel.wire.SyscallException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds what an agent sees on the host, so that it can be shown to others. For any thread. */
public final class HostPlaces {
  private final KernelPaths paths;

  public HostPlaces(KernelPaths paths) {
    this.paths = paths;
  }

  /**
   * A place in a sandbox where something is mounted; without a place on the host: nothing to pass
   * on.
   */
  private record Mounted(String target, @Nullable HostPlace from) {}

  /**
   * Where that path of an agent's is on the host.
   *
   * @param agent who sees it; absent: the host's files are meant
   * @param path as that agent sees it, without links
   * @throws SyscallException PERMISSION_DENIED for what is the sandbox's own, what hides something
   *     from the agent, and the kernel's own files
   */
  public HostPlace find(@Nullable Agent agent, String path) throws SyscallException {
    if (agent == null || !agent.spec().sandboxed()) {
      refuseKernels(Path.of(path));
      return new HostPlace(null, path.substring(1), /* owned= */ true);
    }
    List<Mounted> mounts = mounts(agent);
    for (Mounted mounted : mounts) {
      if (lies(mounted.target, path) && !mounted.target.equals(path)) {
        throw SyscallException.denied(
            path
                + " has something else mounted on "
                + mounted.target
                + ", which would not be seen there; mount a folder beside it");
      }
    }
    Mounted nearest = new Mounted("", null);
    for (Mounted mounted : mounts) {
      boolean nearer = mounted.target.length() >= nearest.target.length();
      nearest = nearer && lies(path, mounted.target) ? mounted : nearest;
    }
    if (nearest.from == null) {
      throw SyscallException.denied(
          path
              + " is the sandbox's own; only what lies in the workspace, the script's folder and mounts with a source can be passed on");
    }
    String rest = path.substring(nearest.target.length());
    return nearest.from.at(rest.startsWith("/") ? rest.substring(1) : rest);
  }

  /** Whether a path is a place or lies in it. */
  private static boolean lies(String path, String place) {
    return path.equals(place) || path.startsWith(place.equals("/") ? "/" : place + "/");
  }

  /** In the order in which they were mounted: of two at one place the later is seen. */
  private List<Mounted> mounts(Agent agent) {
    AgentSpec spec = agent.spec();
    List<Mounted> mounts = new ArrayList<>();
    Stream.concat(SandboxLayout.SYSTEM.stream(), SandboxLayout.OWN.stream())
        .forEach(target -> mounts.add(new Mounted(target, null)));
    Path workspace =
        Optional.ofNullable(spec.workspace()).orElse(paths.workspace(agent.id(), spec.name()));
    mounts.add(new Mounted(SandboxLayout.WORKSPACE, owned(workspace)));
    if (spec.script() != null) {
      addScript(mounts, spec.script(), spec.scriptWhole());
    }
    for (AgentSpec.Mount mount : spec.mounts()) {
      HostPlace passedOn = mount.passedOn();
      Path source = mount.source();
      HostPlace from = passedOn != null || source == null ? passedOn : owned(source);
      mounts.add(new Mounted(mount.target(), from));
    }
    mounts.add(new Mounted(SandboxLayout.SDK, null));
    mounts.add(new Mounted(SandboxLayout.SOCKET, null));
    return mounts;
  }

  private static void addScript(List<Mounted> mounts, Path script, boolean whole) {
    if (!whole) {
      mounts.add(new Mounted(SandboxLayout.SCRIPTS + "/" + script.getFileName(), owned(script)));
      return;
    }
    mounts.add(new Mounted(SandboxLayout.SCRIPTS, owned(script.resolveSibling(""))));
    for (String secret : SandboxLayout.MASKED) {
      mounts.add(new Mounted(SandboxLayout.SCRIPTS + "/" + secret, null));
    }
  }

  private static HostPlace owned(Path base) {
    return new HostPlace(base, "", /* owned= */ true);
  }

  /** Who holds the kernel's sockets and its records is the kernel. */
  private void refuseKernels(Path path) throws SyscallException {
    for (Path own : List.of(paths.state(), paths.runtime(), paths.socket())) {
      Path real = real(own);
      if (path.startsWith(real) || real.startsWith(path)) {
        throw SyscallException.denied(
            path + " is, holds or lies in " + own + ", which is the kernel's own");
      }
    }
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (java.io.IOException notThere) {
      return path.toAbsolutePath().normalize();
    }
  }
}
