// SPDX-License-Identifier: MIT
package io.agentos.kernel.agent;

import io.agentos.kernel.base.KernelPaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an agent leaves behind on the disk. */
final class AgentFiles {
  private static final Logger log = LoggerFactory.getLogger(AgentFiles.class);

  private AgentFiles() {}

  /** Removes its log, and its workspace if that was made for it. For threads that may wait. */
  static void remove(Agent agent, KernelPaths paths) {
    agent.log().delete();
    if (agent.spec().workspace() == null) {
      deleteTree(paths.workspace(agent.id(), agent.name()));
    }
  }

  private static void deleteTree(Path root) {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      log.warn("the workspace {} can't be removed: {}", root, e.toString());
    }
  }
}
