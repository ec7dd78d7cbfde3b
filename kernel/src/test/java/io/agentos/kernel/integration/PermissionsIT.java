// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The five levels, and that nobody gives himself or his children more than he has. */
final class PermissionsIT {
  private static KernelProcess kernel;
  private static Operator operator;
  private static Path file = Path.of("");

  @BeforeAll
  static void start() throws IOException {
    kernel = KernelProcess.start();
    operator = new Operator(kernel);
    file = Files.writeString(kernel.folder().resolve("file"), "content");
  }

  @AfterAll
  static void stop() throws IOException {
    operator.close();
    kernel.close();
  }

  /** An agent that the test speaks for. */
  private record Puppet(int id, String name, WireClient client) implements AutoCloseable {
    static Puppet of(String name, Map<String, ?> permissions) throws IOException {
      int id = operator.puppet(name, permissions);
      return new Puppet(id, name, kernel.connectAs(id));
    }

    JsonNode call(Opcode opcode, Map<String, ?> fields) throws IOException {
      return Operator.call(client, opcode, fields);
    }

    JsonNode permissions() throws IOException {
      return Expect.success(call(Opcode.GET_PERMS, Map.of())).get("permissions");
    }

    @Override
    public void close() throws IOException {
      client.close();
      operator.kill(name);
    }
  }

  private static Map<String, ?> request(Opcode opcode) {
    return switch (opcode) {
      case READ -> Map.of("path", file.toString());
      case WRITE -> Map.of("path", file + ".written", "content", "x");
      case EXEC -> Map.of("command", "true");
      case THINK -> Map.of("prompt", "hello");
      case SPAWN -> Map.of("name", "child", "command", List.of("/bin/true"));
      case HTTP -> Map.of("url", "http://nowhere.invalid/");
      default -> throw new IllegalArgumentException(opcode.name());
    };
  }

  /** y: allowed; n: refused by its can_ field; d: refused as no domain is listed. */
  @ParameterizedTest
  @CsvSource({
    "unrestricted, y,    y,     y,    y,     y",
    "standard,     y,    y,     y,    y,     n",
    "sandboxed,    y,    y,     y,    y,     n",
    "readonly,     y,    n,     n,    y,     n",
    "minimal,      n,    n,     n,    y,     n",
  })
  void levels(String level, String read, String write, String exec, String think, String spawn)
      throws IOException {
    try (Puppet agent = Puppet.of("leveled", Map.of("level", level))) {
      check(agent, Opcode.READ, read);
      check(agent, Opcode.WRITE, write);
      check(agent, Opcode.EXEC, exec);
      check(agent, Opcode.THINK, think);
      check(agent, Opcode.SPAWN, spawn);
      JsonNode http = agent.call(Opcode.HTTP, request(Opcode.HTTP));
      switch (level) {
        case "unrestricted" ->
            assertThat(http.path("code").asText()).isNotEqualTo("PERMISSION_DENIED");
        case "readonly", "minimal" -> Expect.refusal(http, "PERMISSION_DENIED", "can_http", level);
        default -> Expect.refusal(http, "PERMISSION_DENIED", "network domains", "nowhere.invalid");
      }
      assertThat(agent.permissions().get("level").asText()).isEqualTo(level);
    }
  }

  private static void check(Puppet agent, Opcode opcode, String allowed) throws IOException {
    JsonNode answer = agent.call(opcode, request(opcode));
    if (allowed.equals("y")) {
      Expect.success(answer);
    } else {
      String field = "can_" + opcode.name().toLowerCase(Locale.ROOT);
      Expect.refusal(answer, "PERMISSION_DENIED", opcode.name(), field, "operator can grant");
    }
    assertThat(agent.permissions().get("can_" + opcode.name().toLowerCase(Locale.ROOT)).asBoolean())
        .isEqualTo(allowed.equals("y"));
  }

  @Test
  void takesSandboxedForTheDefault_andStandardWithoutASandbox() throws IOException {
    int inside = operator.sleeper("inside", Map.of());
    int outside = operator.sleeper("outside", Map.of("sandboxed", false));
    for (Map.Entry<Integer, String> agent :
        Map.of(inside, "sandboxed", outside, "standard").entrySet()) {
      JsonNode answer = operator.call(Opcode.GET_PERMS, Map.of("agent_id", agent.getKey()));
      assertThat(answer.at("/permissions/level").asText()).isEqualTo(agent.getValue());
    }
    operator.kill("inside");
    operator.kill("outside");
  }

  @Test
  void letsAnOperatorGrantAndTakeAway_fromTheNextCallOn() throws IOException {
    try (Puppet agent = Puppet.of("changed", Map.of("level", "minimal"))) {
      check(agent, Opcode.READ, "n");
      Map<String, ?> grant =
          Map.of(
              "agent_id",
              agent.id(),
              "permissions",
              Map.of(
                  "can_read",
                  true,
                  "filesystem",
                  Map.of("read", List.of(kernel.folder() + "/**"))));
      Expect.success(operator.call(Opcode.SET_PERMS, grant));
      check(agent, Opcode.READ, "y");
      Expect.refusal(
          agent.call(Opcode.READ, Map.of("path", "/etc/hostname")),
          "PERMISSION_DENIED",
          "outside this agent's read paths",
          kernel.folder().toString());
      Map<String, ?> take = Map.of("agent_id", agent.id(), "level", "minimal");
      Expect.success(operator.call(Opcode.SET_PERMS, take));
      check(agent, Opcode.READ, "n");
    }
  }

  /** A predecessor's agents could all set themselves unrestricted. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"level\":\"unrestricted\"}",
        "{\"level\":\"standard\"}",
        "{\"permissions\":{\"level\":\"unrestricted\"}}",
        "{\"permissions\":{\"can_spawn\":true}}",
        "{\"level\":\"sandboxed\",\"permissions\":{\"can_spawn\":true}}",
      })
  void refusesAnAgentThatAsksForMore(String request) throws IOException {
    try (Puppet agent = Puppet.of("greedy", Map.of("level", "sandboxed"))) {
      JsonNode before = agent.permissions();
      JsonNode answer = agent.client().call(Opcode.SET_PERMS, request);
      Expect.refusal(answer, "PERMISSION_DENIED", "more than it has", "operator");
      assertThat(agent.permissions()).isEqualTo(before);
    }
  }

  /** Lists can't be compared, so they are both asked from then on: widening has no effect. */
  @Test
  void staysWithinWhatItHad_whateverListsItSets() throws IOException {
    Map<String, ?> narrow =
        Map.of(
            "level",
            "standard",
            "filesystem",
            Map.of("read", List.of(kernel.folder() + "/**"), "blocked", List.of("**/hidden")),
            "exec",
            List.of("true"),
            "blocked_commands",
            List.of("false"),
            "network",
            List.of("example.org"),
            "llm",
            Map.of("max_calls", 0),
            "max_exec_time_ms",
            500);
    Files.writeString(kernel.folder().resolve("hidden"), "x");
    try (Puppet agent = Puppet.of("wider", narrow)) {
      Map<String, ?> wide =
          Map.of(
              "filesystem",
              Map.of("read", List.of("/**"), "write", List.of("/**"), "blocked", List.of()),
              "exec",
              List.of("true", "id"),
              "blocked_commands",
              List.of(),
              "network",
              List.of("*"),
              "llm",
              Map.of("max_calls", 1000, "max_tokens", 1000, "calls_made", 0, "tokens_used", 0),
              "max_exec_time_ms",
              1_000_000);
      for (int i = 0; i < 3; i++) {
        Expect.success(agent.call(Opcode.SET_PERMS, Map.of("permissions", wide)));
        check(agent, Opcode.READ, "y");
        check(agent, Opcode.EXEC, "y");
        refuse(agent, Opcode.READ, Map.of("path", "/etc/hostname"));
        refuse(agent, Opcode.READ, Map.of("path", kernel.folder() + "/hidden"));
        refuse(agent, Opcode.EXEC, Map.of("command", "id"));
        refuse(agent, Opcode.EXEC, Map.of("command", "false"));
        refuse(agent, Opcode.HTTP, Map.of("url", "http://nowhere.invalid/"));
        Expect.refusal(agent.call(Opcode.THINK, Map.of("prompt", "x")), "QUOTA_EXCEEDED", "0");
        assertThat(agent.permissions().get("max_exec_time_ms").asInt()).isEqualTo(500);
      }
    }
  }

  private static void refuse(Puppet agent, Opcode opcode, Map<String, ?> request)
      throws IOException {
    Expect.refusal(agent.call(opcode, request), "PERMISSION_DENIED");
  }

  @Test
  void narrowsItselfForGood() throws IOException {
    try (Puppet agent = Puppet.of("modest", Map.of("level", "standard"))) {
      Expect.success(agent.call(Opcode.SET_PERMS, Map.of("level", "readonly")));
      check(agent, Opcode.WRITE, "n");
      check(agent, Opcode.READ, "y");
      JsonNode back = agent.call(Opcode.SET_PERMS, Map.of("level", "standard"));
      Expect.refusal(back, "PERMISSION_DENIED", "level");
      check(agent, Opcode.WRITE, "n");
      try (WireClient another = kernel.connectAs(agent.id())) {
        Map<String, ?> write = request(Opcode.WRITE);
        Expect.refusal(Operator.call(another, Opcode.WRITE, write), "PERMISSION_DENIED");
      }
    }
  }

  @Test
  void boundsWhatPermissionsAreMadeOf() throws IOException {
    try (Puppet agent = Puppet.of("listing", Map.of("level", "standard"))) {
      List<String> many = IntStream.range(0, 257).mapToObj(i -> "/" + i).toList();
      Expect.refusal(
          agent.call(
              Opcode.SET_PERMS, Map.of("permissions", Map.of("filesystem", Map.of("read", many)))),
          "INVALID_REQUEST",
          "filesystem.read",
          "256");
      JsonNode answer = Expect.success(agent.call(Opcode.SET_PERMS, Map.of("level", "standard")));
      for (int i = 0; answer.path("success").asBoolean() && i < 100; i++) {
        Map<String, ?> narrower = Map.of("filesystem", Map.of("read", List.of("/", "/" + i)));
        answer = agent.call(Opcode.SET_PERMS, Map.of("permissions", narrower));
      }
      Expect.refusal(answer, "INVALID_REQUEST", "narrowed", "state one list");
      check(agent, Opcode.READ, "y");
    }
  }

  @Test
  void refusesToChangeAnOperatorsOwn() throws IOException {
    Expect.refusal(
        operator.call(Opcode.SET_PERMS, Map.of("level", "minimal")), "INVALID_REQUEST", "agent_id");
    JsonNode own = operator.call(Opcode.GET_PERMS, Map.of());
    assertThat(own.at("/permissions/level").asText()).isEqualTo("unrestricted");
    try (Puppet agent = Puppet.of("either", Map.of())) {
      Expect.refusal(agent.call(Opcode.SET_PERMS, Map.of()), "INVALID_REQUEST", "level");
      Map<String, ?> two = Map.of("level", "minimal", "permissions", Map.of("level", "readonly"));
      Expect.refusal(agent.call(Opcode.SET_PERMS, two), "INVALID_REQUEST", "differ");
    }
  }
}
