// SPDX-License-Identifier: MIT
package io.agentos.cli.client;

import io.agentos.kernel.boot.Places;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where a kernel may listen, in the order in which it is looked for. */
public final class Sockets {
  private static final Path IN_SANDBOX = Path.of("/run/agentos.sock");
  private static final Path SERVICE = Path.of("/run/agentos/agentos.sock");

  /** Where kernels of this protocol used to listen. */
  private static final Path HISTORIC = Path.of("/tmp/agentos.sock");

  private Sockets() {}

  /**
   * The places to look, best first; one that was named is the only one.
   *
   * @param named by the command line
   */
  public static List<Path> candidates(@Nullable Path named, Map<String, String> environment) {
    if (named != null) {
      return List.of(named.toAbsolutePath());
    }
    String variable = environment.get("AGENTOS_SOCKET");
    if (variable != null && !variable.isEmpty()) {
      return List.of(Path.of(variable).toAbsolutePath());
    }
    Set<Path> places = new LinkedHashSet<>();
    places.add(IN_SANDBOX);
    String user = environment.get("XDG_RUNTIME_DIR");
    if (user != null && !user.isEmpty()) {
      places.add(Path.of(user, "agentos", "agentos.sock"));
    }
    places.add(SERVICE);
    places.add(Places.defaultSocket(environment));
    places.add(HISTORIC);
    return List.copyOf(places);
  }

  /** Whether the user, or their environment, says which kernel is meant. */
  public static boolean isNamed(@Nullable Path named, Map<String, String> environment) {
    return named != null || !environment.getOrDefault("AGENTOS_SOCKET", "").isEmpty();
  }

  /**
   * Connects to the first kernel that is found.
   *
   * @throws NoKernel saying where it was looked for and what to do
   */
  public static KernelClient connect(@Nullable Path named, Map<String, String> environment)
      throws IOException {
    List<Path> candidates = candidates(named, environment);
    List<String> reasons = new ArrayList<>();
    for (Path path : candidates) {
      if (!Files.exists(path)) {
        continue;
      }
      try {
        KernelClient client = KernelClient.connect(path);
        if (!path.startsWith("/tmp") || Peers.isTrusted(client.wire().channel())) {
          return client;
        }
        client.close();
        reasons.add(path + " belongs to another user");
      } catch (IOException e) {
        reasons.add(path + ": " + e.getMessage());
      }
    }
    String why = reasons.isEmpty() ? "" : " (" + String.join("; ", reasons) + ")";
    Path shown = isNamed(named, environment) ? candidates.get(0) : best(candidates, environment);
    throw new NoKernel(
        "no kernel is running at "
            + shown
            + why
            + "; start one with `agentos daemon`, or use `agentos run`");
  }

  private static Path best(List<Path> candidates, Map<String, String> environment) {
    Path usual = Places.defaultSocket(environment);
    return candidates.contains(usual) ? usual : candidates.get(0);
  }
}
