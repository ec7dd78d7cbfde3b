// SPDX-License-Identifier: MIT
package io.agentos.kernel.sandbox;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The words of one plan for {@code agentos-sandbox}, in order; docs/contract/sandbox-plan.md is the
 * reference.
 */
public final class SandboxPlan {
  private final List<String> options = new ArrayList<>();
  private final List<String> command;
  private final List<Listener> listeners = new ArrayList<>();
  private final Map<Integer, Opener> openers = new LinkedHashMap<>();

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

  /** An open file or folder, and the option that mounts it. */
  public record Source(String option, int descriptor) {}

  /** Opens what is to be mounted, each time that the plan is carried out. */
  @FunctionalInterface
  public interface Opener {
    /** The descriptor is the caller's to close. */
    Source open() throws IOException;
  }

  /** Mounts, at this place in the order, what is opened only when the sandbox is started. */
  public SandboxPlan opening(Opener opener, String target) {
    openers.put(options.size(), opener);
    options.addAll(List.of("", "", target));
    return this;
  }

  /** How many descriptors {@link #open} needs. */
  int openerCount() {
    return openers.size();
  }

  /**
   * Opens the sources, which are the caller's to close: also those that it got before one failed.
   *
   * @param first the number that the helper has the first at; the others follow
   */
  void open(int first, Consumer<Integer> opened) throws IOException {
    int number = first;
    for (Map.Entry<Integer, Opener> entry : openers.entrySet()) {
      Source source = entry.getValue().open();
      opened.accept(source.descriptor);
      options.set(entry.getKey(), source.option);
      options.set(entry.getKey() + 1, String.valueOf(number++));
    }
  }

  /** A port of the sandbox's own loopback interface: of UDP, or else of TCP. */
  public record Listener(int port, boolean datagrams) {}

  /**
   * Has the sandbox's first process listen there, and hand the socket to the kernel: {@link
   * SandboxProcess#takeListeners}. Repeatable.
   */
  public SandboxPlan listening(Listener listener) {
    listeners.add(listener);
    return this;
  }

  List<Listener> listeners() {
    return listeners;
  }

  /** For a helper that has the socket to send them to at that number. */
  List<String> listenWords(int descriptor) {
    List<String> words = new ArrayList<>();
    for (Listener listener : listeners) {
      words.add(listener.datagrams ? "--listen-udp" : "--listen");
      words.add(String.valueOf(listener.port));
      words.add(String.valueOf(descriptor));
    }
    return words;
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
