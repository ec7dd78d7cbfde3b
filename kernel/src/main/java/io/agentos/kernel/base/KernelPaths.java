// SPDX-License-Identifier: MIT
package io.agentos.kernel.base;

import java.nio.file.Path;

/**
 * Where one kernel keeps what it needs; several kernels with different ones live side by side.
 *
 * @param socket the operators' socket
 * @param state kept across restarts: workspaces, logs
 * @param runtime gone with the kernel: agents' sockets
 * @param helper the {@code agentos-sandbox} program
 * @param sdk the folder with the Python package {@code agentos}
 */
public record KernelPaths(Path socket, Path state, Path runtime, Path helper, Path sdk) {
  /** What belongs to one agent only while it lives. */
  public Path agentRuntime(AgentId id) {
    return runtime.resolve("agents").resolve(id.toString());
  }

  public Path agentSocket(AgentId id) {
    return agentRuntime(id).resolve("agentos.sock");
  }

  public Path agentLog(AgentId id, String name) {
    return state.resolve("logs").resolve(id + "-" + name + ".log");
  }

  public Path workspace(AgentId id, String name) {
    return state.resolve("workspaces").resolve(id + "-" + name);
  }
}
