// SPDX-License-Identifier: MIT
package io.agentos.kernel.sandbox;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The processes of one agent, found the best way there is: by its cgroup; else by its pid
 * namespace; else, without a sandbox, as descendants of its first process.
 *
 * @param first host pid of the sandbox's pid 1, or of the program that runs without one
 */
public record ProcessTree(@Nullable Cgroup cgroup, int first, boolean sandboxed) {
  private static final Logger log = LoggerFactory.getLogger(ProcessTree.class);

  List<String> processes() {
    if (cgroup != null) {
      return ProcessUsage.withPids(cgroup.processes());
    }
    return sandboxed ? ProcessUsage.inSandbox(first) : ProcessUsage.tree(first);
  }

  /** Ends all of them, whoever of them still forks; {@code process} is what started them. */
  void kill(SandboxProcess process) {
    try {
      if (cgroup != null) {
        cgroup.kill();
      }
    } catch (IOException e) {
      log.warn("a cgroup can't be killed at once: {}", e.toString());
    }
    process.kill();
  }

  /** CPU time of all of them; from the cgroup that of ended ones too. */
  long cpuMicros() {
    if (cgroup != null) {
      return cgroup.number("cpu.stat", "usage_usec").orElse(0L);
    }
    return processes().stream().mapToLong(ProcessUsage::cpuMicros).sum();
  }
}
