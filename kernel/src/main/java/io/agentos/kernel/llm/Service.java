// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.reactor.Reactor;
import io.agentos.kernel.reactor.ReactorConfined;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The LLM service through all its lives: started when it is first needed, and again when it died.
 */
@ReactorConfined
final class Service implements AutoCloseable {
  /** Told on the reactor. */
  interface Listener {
    /** It takes requests. */
    void ready(Models models);

    /** An answer, or a part of one. */
    void answered(JsonNode answer);

    /** It is gone with all that was under way. */
    void died();

    /** It may be started again. */
    void rested();
  }

  private static final Logger log = LoggerFactory.getLogger(Service.class);

  /** Before the next start; doubled by each further death without an answer. */
  private static final Duration RESTART_WAIT = Duration.ofMillis(100);

  private static final int MOST_DEATHS = 5;

  private final Reactor reactor;
  private final LlmConfig config;
  private final Listener listener;
  private @Nullable LlmProcess process;
  private boolean ready;
  private boolean resting;
  private int generation;
  private int deaths;

  Service(Reactor reactor, LlmConfig config, Listener listener) {
    this.reactor = reactor;
    this.config = config;
    this.listener = listener;
  }

  /** Starts it, unless it runs or has just died. */
  void start() throws IOException {
    if (process != null || resting) {
      return;
    }
    int current = ++generation;
    process =
        new LlmProcess(
            config,
            answer -> reactor.post(() -> answered(current, answer)),
            () -> reactor.post(() -> died(current)));
    log.info("llm-service started as pid {}", process.pid());
  }

  boolean isReady() {
    return ready;
  }

  /** Of the running process; 0 when none runs. */
  long pid() {
    return process == null ? 0 : process.pid();
  }

  int deaths() {
    return deaths;
  }

  /** Whether it has died so often in a row that nobody should be sent there once more. */
  boolean isHopeless() {
    return deaths > MOST_DEATHS;
  }

  /** Passes a line on; false when the service does not take them fast enough. */
  boolean send(byte[] line) {
    return process != null && process.send(line);
  }

  /** Asks for the request {@code target} to be given up. */
  void cancel(int id, int target) {
    if (process != null) {
      process.cancel(id, target);
    }
  }

  /** Ends a service that no longer does its work; it counts as a death. */
  void kill() {
    if (process != null) {
      process.close();
    }
  }

  private void answered(int which, JsonNode answer) {
    if (which != generation || process == null) {
      return;
    }
    String type = answer.path("type").asText();
    if (type.equals("ready")) {
      ready = true;
      listener.ready(Models.of(answer));
      return;
    }
    if (type.equals("result") || type.equals("error")) {
      deaths = 0;
    }
    listener.answered(answer);
  }

  private void died(int which) {
    if (which != generation || process == null) {
      return;
    }
    process = null;
    ready = false;
    resting = true;
    deaths++;
    listener.died();
    rest();
  }

  /** Waits before it may be started again. */
  void rest() {
    resting = true;
    reactor.schedule(
        RESTART_WAIT.multipliedBy(1L << Math.min(deaths, MOST_DEATHS)),
        () -> {
          resting = false;
          listener.rested();
        });
  }

  @Override
  public void close() {
    kill();
  }
}
