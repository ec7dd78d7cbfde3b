// SPDX-License-Identifier: MIT
package io.agentos.cli.doctor;

import io.agentos.cli.client.Fields;
import io.agentos.cli.client.KernelClient;
import io.agentos.cli.client.Op;
import io.agentos.cli.local.PrivateKernel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One agent on a kernel of its own, with every limit set: who enforces what, as it really is. */
final class TrialRun {
  private static final String CONTROLLERS = "give the kernel the cgroup controllers, see cgroup";

  /** The limits that a cgroup enforces best. */
  private static final List<String> BY_CGROUP = List.of("cpu", "max_pids", "memory");

  private TrialRun() {}

  static List<Finding> of(Path home) {
    try (PrivateKernel kernel = PrivateKernel.start(home);
        KernelClient client = kernel.connect()) {
      Fields spawned = client.call(Op.SPAWN, request()).fields();
      List<Finding> findings = new ArrayList<>();
      findings.add(sandboxed(spawned.object("isolation")));
      findings.addAll(limits(spawned.object("limits")));
      return findings;
    } catch (IOException e) {
      return List.of(
          Finding.missing(
              "trial", String.valueOf(e.getMessage()), "see the sandbox lines for the layer"));
    }
  }

  private static Map<String, Object> request() {
    Map<String, Object> limits = new LinkedHashMap<>();
    limits.put("memory", "64M");
    limits.put("cpu", 0.5);
    limits.put("max_pids", 16);
    limits.put("wall_time", 10);
    limits.put("nofile", 64);
    return Map.of("name", "doctor", "command", List.of("/bin/true"), "limits", limits);
  }

  private static Finding sandboxed(Fields isolation) {
    List<String> applied = new ArrayList<>();
    List<String> without = new ArrayList<>();
    for (Map.Entry<String, @Nullable Object> layer : isolation.map().entrySet()) {
      boolean holds = String.valueOf(layer.getValue()).startsWith("applied");
      (holds ? applied : without).add(layer.getKey());
    }
    String found = "a sandboxed agent ran, with " + String.join(" ", applied);
    return without.isEmpty()
        ? Finding.ok("trial", found)
        : Finding.degraded(
            "trial",
            found + "; without " + String.join(" ", without),
            "see the sandbox lines of these layers");
  }

  private static List<Finding> limits(Fields limits) {
    List<Finding> findings = new ArrayList<>();
    for (Map.Entry<String, @Nullable Object> limit : limits.map().entrySet()) {
      String by = Fields.of(limit.getValue()).text("enforced_by");
      String check = "limit." + limit.getKey();
      boolean fallback = BY_CGROUP.contains(limit.getKey()) && !by.equals("cgroup");
      findings.add(
          fallback
              ? Finding.degraded(check, "enforced by " + by, CONTROLLERS)
              : Finding.ok(check, "enforced by " + by));
    }
    return findings;
  }
}
