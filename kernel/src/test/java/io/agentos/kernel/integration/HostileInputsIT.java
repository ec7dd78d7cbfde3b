// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.HostileInputs;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.SandboxedAgent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each of the {@link HostileInputs} by a system call of a sandboxed agent, through its socket. */
final class HostileInputsIT {
  private static final String INPUTS = "io.agentos.kernel.testing.HostileInputs#";
  private static final String KEY = "KEY\n";

  /** What the paths of the table lead through, made by the agent itself. */
  private static final String TRAPS =
      """
      mkdir -p folder deep/er deep/.aws .ssh folder.env "$(printf 'd\\377')"
      echo plain | tee plain folder/in 'a\\b' naïve keep > "$(printf 'line\\nbreak')"
      echo KEY | tee .env deep/er/.env .env.local .env. .ssh/config id_rsa id_rsa.pub .netrc \\
        deep/.aws/credentials /tmp/.env folder.env/.env > "$(printf 'd\\377/x')"
      ln .env hard-to-env; ln id_rsa hard-to-key; ln keep hard-to-free
      ln -s .env innocent; ln -s ../.env deep/to-env; ln -s .ssh to-ssh; ln -s folder to-folder
      ln -s /etc/passwd to-passwd; ln -s /etc to-etc; ln -s ../../../../etc/passwd up
      ln -s to-passwd twice; ln -s /victim to-victim; ln -s /victim/secret to-secret
      ln -s /proc to-proc; ln -s /proc/self/root to-root; ln -s /dev/zero to-zero
      ln -s loop-b loop-a; ln -s loop-a loop-b; ln -s /victim/new dangling
      ln -s "$(printf 'd\\377')" raw-folder; ln -s "$(printf 'd\\377/x')" to-raw
      mkfifo fifo; ln -s fifo to-fifo; truncate -s 1T sparse
      python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
      """;

  private static final AtomicInteger TRIED = new AtomicInteger();
  private static final AtomicInteger REACHED = new AtomicInteger();
  private static final Map<String, SandboxedAgent> AGENTS = new HashMap<>();

  private static KernelProcess kernel;
  private static Operator operator;
  private static HttpServer server;
  private static Path victim;
  private static Path neighbour;

  @BeforeAll
  static void start() throws IOException {
    kernel = KernelProcess.start();
    operator = new Operator(kernel);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          REACHED.incrementAndGet();
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    victim = openFolder("victim");
    neighbour = openFolder("workspace-2");
  }

  private static Path openFolder(String name) throws IOException {
    Path folder = Files.createDirectory(kernel.folder().resolve(name));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path secret = Files.writeString(folder.resolve("secret"), KEY);
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-rw-rw-"));
    return folder;
  }

  @AfterAll
  static void stop() throws IOException {
    for (SandboxedAgent agent : AGENTS.values()) {
      agent.close();
    }
    AGENTS.clear();
    server.stop(0);
    operator.close();
    kernel.close();
    System.out.println("hostile inputs tried through the socket: " + TRIED);
  }

  private static SandboxedAgent agent(String name, Map<String, ?> permissions, String setUp)
      throws IOException {
    SandboxedAgent known = AGENTS.get(name);
    if (known != null) {
      return known;
    }
    List<Map<String, String>> mounts =
        List.of(
            Map.of("source", victim.toString(), "target", "/victim", "mode", "rw"),
            Map.of("source", neighbour.toString(), "target", "/workspace-2", "mode", "rw"));
    SandboxedAgent made =
        SandboxedAgent.start(
            kernel,
            operator,
            "hostile-" + AGENTS.size(),
            Map.of("permissions", permissions, "mounts", mounts));
    AGENTS.put(name, made);
    made.shell(setUp);
    return made;
  }

  private static SandboxedAgent reader(String rules) throws IOException {
    Map<String, ?> permissions =
        switch (rules) {
          case "sandboxed" -> Map.of();
          case "any" ->
              Map.of("filesystem", Map.of("read", List.of("/**"), "write", List.of("/**")));
          case "free" -> Map.of("level", "unrestricted");
          default -> throw new IllegalArgumentException(rules);
        };
    SandboxedAgent agent = agent("files " + rules, permissions, TRAPS);
    Path across = agent.workspace().resolve("deep/hard-to-env");
    if (!Files.exists(across)) {
      // Landlock keeps the agent from links across folders; the owner may make some.
      Files.createLink(across, agent.workspace().resolve(".env"));
    }
    return agent;
  }

  @ParameterizedTest
  @MethodSource(INPUTS + "paths")
  void paths(String rules, String read, String write, String path, String real) throws IOException {
    SandboxedAgent agent = reader(rules);
    JsonNode answer = agent.call(Opcode.READ, Map.of("path", path, "limit", 100));
    check(read, answer);
    assertThat(answer.path("content").asText()).doesNotContain("KEY", "root:");
    boolean mayWrite = write.equals("allowed");
    for (String mode : List.of("append", "create", "write")) {
      Map<String, String> request = Map.of("path", path, "content", "harmless\n", "mode", mode);
      JsonNode written = agent.call(Opcode.WRITE, request);
      if (mode.equals("write")) {
        check(write.equals("replaces") ? "allowed" : write, written);
      } else if (!mayWrite) {
        check("refused", written);
      }
    }
    for (Path kept : List.of(victim, neighbour)) {
      assertThat(kept).isDirectoryNotContaining(file -> !file.endsWith("secret"));
      assertThat(kept.resolve("secret")).hasContent(KEY);
    }
    assertThat(agent.workspace().resolve(".env")).hasContent(KEY);
    assertThat(agent.workspace().resolve("id_rsa")).hasContent(KEY);
    TRIED.incrementAndGet();
  }

  private static void check(String outcome, JsonNode answer) {
    String code = answer.path("code").asText();
    switch (outcome) {
      case "allowed" -> assertThat(answer.path("success").asBoolean()).as("%s", answer).isTrue();
      case "denied" -> assertThat(code).as("%s", answer).isEqualTo("PERMISSION_DENIED");
      case "invalid" -> assertThat(code).as("%s", answer).isEqualTo("INVALID_REQUEST");
      case "missing" -> assertThat(code).as("%s", answer).isEqualTo("NOT_FOUND");
      case "nothing" -> assertThat(answer.path("content").asText()).as("%s", answer).isEmpty();
      case "refused" ->
          assertThat(answer.path("success").asBoolean(true)).as("%s", answer).isFalse();
      default -> throw new IllegalArgumentException(outcome);
    }
  }

  @ParameterizedTest
  @MethodSource(INPUTS + "commands")
  void commands(String rules, String outcome, String line) throws IOException {
    Map<String, ?> permissions =
        rules.equals("git")
            ? Map.of("exec", List.of("git", "ls", "echo"))
            : Map.of("level", "standard");
    SandboxedAgent agent = agent("commands " + rules, permissions, "echo");
    JsonNode answer = agent.call(Opcode.EXEC, Map.of("command", line, "timeout", 20));
    if (outcome.equals("runs")) {
      assertThat(answer.has("exit_code")).as("%s", answer).isTrue();
    } else {
      check("denied", answer);
    }
    TRIED.incrementAndGet();
  }

  @ParameterizedTest
  @MethodSource(INPUTS + "domains")
  void domains(String patterns, String outcome, String url) throws IOException {
    String network = withPorts(patterns);
    List<String> domains = network.isEmpty() ? List.of() : List.of(network.split(","));
    SandboxedAgent agent = agent("web " + patterns, Map.of("network", domains), "true");
    REACHED.set(0);
    JsonNode answer = agent.call(Opcode.HTTP, Map.of("url", withPorts(url), "timeout", 5));
    if (outcome.equals("answered")) {
      assertThat(answer.path("status_code").asInt()).as("%s", answer).isEqualTo(200);
    } else {
      assertThat(answer.path("code").asText())
          .as("%s", answer)
          .isIn("PERMISSION_DENIED", "INVALID_REQUEST", "UNAVAILABLE");
    }
    assertThat(REACHED).hasValue(outcome.equals("answered") ? 1 : 0);
    TRIED.incrementAndGet();
  }

  private static String withPorts(String text) {
    int port = server.getAddress().getPort();
    return text.replace("{port}", "" + port).replace("{other}", "" + (port == 80 ? 81 : 80));
  }
}
