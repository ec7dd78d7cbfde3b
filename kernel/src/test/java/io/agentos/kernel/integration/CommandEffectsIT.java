// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.SandboxedAgent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The guard rail and the wall: a command that is blocked can be written so that nobody sees it, and
 * then it runs, but what it was blocked for does not happen.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CommandEffectsIT {
  private static final List<String> BLOCKED = List.of("rm", "curl", "kill", "mount", "cat");

  private final AtomicInteger reached = new AtomicInteger();
  private KernelProcess kernel;
  private Operator operator;
  private SandboxedAgent agent;
  private HttpServer server;
  private Path outside;
  private Path shown;

  /** Words before the kernel's command. */
  List<String> prefix() {
    return List.of();
  }

  @BeforeAll
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          reached.incrementAndGet();
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    kernel = KernelProcess.start(Map.of(), prefix());
    operator = new Operator(kernel);
    outside = folder("outside");
    shown = folder("shown");
    List<Map<String, String>> mounts =
        List.of(Map.of("source", shown.toString(), "target", "/shown"));
    Map<String, ?> permissions = Map.of("blocked_commands", BLOCKED);
    agent =
        SandboxedAgent.start(
            kernel, operator, "sly", Map.of("mounts", mounts, "permissions", permissions));
  }

  /** Anyone may do anything there, as far as the modes go. */
  private Path folder(String name) throws IOException {
    Path folder = Files.createDirectory(kernel.folder().resolve(name));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path file = Files.writeString(folder.resolve("file"), "stands");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
    return folder;
  }

  @AfterAll
  void stop() throws IOException {
    agent.close();
    operator.close();
    kernel.close();
    server.stop(0);
  }

  /** The same deed, in the open and in ever better disguises. */
  private void attempt(String disguise, String command, String python) throws IOException {
    JsonNode open = agent.call(Opcode.EXEC, Map.of("command", command));
    Expect.refusal(open, "PERMISSION_DENIED", "blocked command");
    String base64 = Base64.getEncoder().encodeToString((command + "\n").getBytes(UTF_8));
    String hidden =
        switch (disguise) {
          case "base64" -> "echo " + base64 + " | base64 -d | sh";
          case "variable" -> "X=" + command.charAt(0) + "; ${X}" + command.substring(1);
          case "script" -> "echo " + base64 + " | base64 -d > deed; chmod +x deed; ./deed";
          case "link" ->
              "ln -sf \"$(command -v "
                  + command.split(" ", 2)[0]
                  + ")\" innocent; ./innocent "
                  + command.split(" ", 2)[1];
          case "python" -> "python3 -c '" + python + "'";
          default -> throw new IllegalArgumentException(disguise);
        };
    JsonNode ran = agent.call(Opcode.EXEC, Map.of("command", hidden + " 2>&1", "timeout", 20));
    assertThat(ran.has("exit_code")).as("%s: %s", hidden, ran).isTrue();
    assertThat(ran.get("stdout").asText()).doesNotContain("stands");
  }

  private void assertAllStands() {
    for (Path folder : List.of(outside, shown)) {
      assertThat(folder).isDirectoryContaining(file -> file.endsWith("file"));
      assertThat(folder.resolve("file")).hasContent("stands");
    }
    assertThat(kernel.process().isAlive()).isTrue();
    assertThat(reached).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"base64", "variable", "script", "link", "python"})
  void aBlockedRemoveRemovesNothingOutside(String disguise) throws IOException {
    for (Path target : List.of(outside, Path.of("/shown"), Path.of("/proc/1/root" + outside))) {
      String python = "import shutil; shutil.rmtree(\"" + target + "\")";
      attempt(disguise, "rm -rf " + target, python);
      assertAllStands();
    }
    agent.shell("mkdir -p own; touch own/x");
    attempt(disguise, "rm -rf own", "import shutil; shutil.rmtree(\"own\")");
    assertThat(agent.workspace().resolve("own")).as("its own, it may").doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"base64", "variable", "script", "link", "python"})
  void aBlockedReadReadsNothingOutside(String disguise) throws IOException {
    Path file = outside.resolve("file");
    attempt(disguise, "cat " + file, "print(open(\"" + file + "\").read())");
    attempt(
        disguise, "cat /proc/1/root" + file, "print(open(\"/proc/1/root" + file + "\").read())");
  }

  @ParameterizedTest
  @ValueSource(strings = {"base64", "variable", "script", "link", "python"})
  void aBlockedRequestLeavesNoTrace(String disguise) throws IOException {
    for (String host : List.of("127.0.0.1", "localhost", "[::1]", "0.0.0.0")) {
      String url = "http://" + host + ":" + server.getAddress().getPort() + "/";
      String python = "import urllib.request; urllib.request.urlopen(\"" + url + "\", timeout=2)";
      attempt(disguise, "curl -m 2 -s " + url, python);
      assertAllStands();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"base64", "variable", "script", "python"})
  void aBlockedSignalReachesNoProcessOutside(String disguise) throws IOException {
    for (long pid : List.of(kernel.pid(), ProcessHandle.current().pid())) {
      attempt(disguise, "kill -9 " + pid, "import os; os.kill(" + pid + ", 9)");
      assertAllStands();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"base64", "variable", "script", "link", "python"})
  void aBlockedMountMountsNothing(String disguise) throws IOException {
    String before = agent.shell("while read -r line; do echo \"$line\"; done < /proc/self/mounts");
    String python =
        "import ctypes; print(ctypes.CDLL(None).mount(b\"none\", b\"/workspace\", b\"tmpfs\", 0, None))";
    attempt(disguise, "mount -t tmpfs none /workspace", python);
    assertThat(agent.shell("while read -r line; do echo \"$line\"; done < /proc/self/mounts"))
        .isEqualTo(before);
  }
}
