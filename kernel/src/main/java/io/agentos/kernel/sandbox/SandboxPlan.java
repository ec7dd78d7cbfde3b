// SPDX-License-Identifier: MIT
package io.agentos.kernel.sandbox;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The words of one plan for {@code agentos-sandbox}, in order; docs/contract/sandbox-plan.md is the
 * reference.
 */
public final class SandboxPlan {
  private final List<String> options = new ArrayList<>();
  private final List<String> command;
  private final List<Integer> listenPorts = new ArrayList<>();

  /** Starts a plan for a program: its path inside the sandbox, then its arguments. */
  public SandboxPlan(List<String> command) {
    this.command = List.copyOf(command);
  }

  /** Appends an option and its values. */
  public SandboxPlan with(String option, Object... values) {
    options.add(option);
    for (Object value : values) {
      options.add(String.valueOf(value));
    }
    return this;
  }

  /**
   * Has the sandbox's first process listen on a TCP port of its own loopback interface, and hand
   * that to the kernel: {@link SandboxProcess#takeListeners}. Repeatable.
   */
  public SandboxPlan listening(int port) {
    listenPorts.add(port);
    return this;
  }

  List<Integer> listenPorts() {
    return listenPorts;
  }

  /** The plan as the helper reads it: each word ended by a NUL. */
  byte[] encode(List<String> descriptorWords) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<String> words = new ArrayList<>(options);
    words.addAll(descriptorWords);
    words.add("--");
    words.addAll(command);
    for (String word : words) {
      byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
      out.write(bytes, 0, bytes.length);
      out.write(0);
    }
    return out.toByteArray();
  }
}
