// SPDX-License-Identifier: MIT
package io.agentos.kernel.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.wire.Json;
import io.agentos.kernel.wire.SyscallException;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An operator's connection with the calls that most tests make. */
public final class Operator implements AutoCloseable {
  private final KernelProcess kernel;
  private final WireClient client;

  public Operator(KernelProcess kernel) throws IOException {
    this.kernel = kernel;
    this.client = kernel.connect();
  }

  public WireClient client() {
    return client;
  }

  /** Calls with fields given as a map. */
  public JsonNode call(Opcode opcode, Map<String, ?> fields) throws IOException {
    return call(client, opcode, fields);
  }

  /** The same on another connection. */
  public static JsonNode call(WireClient client, Opcode opcode, Map<String, ?> fields)
      throws IOException {
    client.send(opcode.number(), json(fields));
    return client.receive().json();
  }

  public static byte[] json(Object value) {
    try {
      return Json.encode(value);
    } catch (SyscallException e) {
      throw new AssertionError(e);
    }
  }

  /** Starts an agent; fails unless it runs. */
  public int spawn(String name, List<String> command, Map<String, ?> more) throws IOException {
    Map<String, Object> fields = new HashMap<>(more);
    fields.put("name", name);
    fields.put("command", command);
    JsonNode answer = call(Opcode.SPAWN, fields);
    assertThat(answer.path("success").asBoolean()).as(answer.toString()).isTrue();
    return answer.get("id").asInt();
  }

  /** Starts an agent that does nothing until it is killed. */
  public int sleeper(String name, Map<String, ?> more) throws IOException {
    return spawn(name, List.of("/bin/sleep", "1000"), more);
  }

  /**
   * Starts an agent without a sandbox that does nothing; the test can be it by {@link
   * KernelProcess#connectAs}.
   */
  public int puppet(String name, Map<String, ?> permissions) throws IOException {
    return sleeper(name, Map.of("sandboxed", false, "permissions", permissions));
  }

  /** Runs a Python program as an agent. */
  public int python(String name, String program, Map<String, ?> more) throws IOException {
    return spawn(name, List.of("/usr/bin/python3", "-c", program), more);
  }

  public JsonNode await(String name) throws IOException {
    return call(Opcode.WAIT, Map.of("name", name, "timeout", 60));
  }

  public JsonNode kill(String name) throws IOException {
    return call(Opcode.KILL, Map.of("name", name, "grace", 0));
  }

  /** All that an agent said, one line each with its stream before it. */
  public String log(String name) throws IOException {
    StringBuilder text = new StringBuilder();
    JsonNode answer = call(Opcode.LOGS, Map.of("name", name, "lines", 10_000));
    for (JsonNode entry : answer.get("entries")) {
      text.append(entry.get("stream").asText()).append(": ").append(entry.get("line").asText());
      text.append('\n');
    }
    return text.toString();
  }

  /** Returns when the agent has said that line. */
  public void awaitLine(String name, String line) throws IOException {
    try (WireClient follower = kernel.connect()) {
      follower.send(Opcode.LOGS.number(), json(Map.of("name", name, "follow", true)));
      while (true) {
        JsonNode part = follower.receive().json();
        for (JsonNode entry : part.path("entries")) {
          if (entry.get("line").asText().equals(line)) {
            return;
          }
        }
        assertThat(part.path("partial").asBoolean())
            .as("the agent ended before it said %s: %s", line, part)
            .isTrue();
      }
    }
  }

  /** The row in LIST of the last agent that had that name. */
  public JsonNode find(String name) throws IOException {
    JsonNode found = null;
    for (JsonNode agent : call(Opcode.LIST, Map.of())) {
      found = agent.get("name").asText().equals(name) ? agent : found;
    }
    if (found == null) {
      throw new AssertionError("LIST does not show " + name);
    }
    return found;
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
