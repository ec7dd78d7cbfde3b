// SPDX-License-Identifier: MIT
package io.agentos.cli;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code agentos run --learn}, and what its file lets through. */
final class LearnIT {
  /** Does what it is told by its arguments, one after the other. */
  private static final String PROGRAM =
      """
      import sys, urllib.request
      from agentos import AgentOSClient
      with AgentOSClient() as client:
          for deed in sys.argv[1:]:
              call, _, what = deed.partition('=')
              if call == 'read':
                  client.read(what)
              elif call == 'write':
                  client.write(what, 'x')
              elif call == 'exec':
                  client.exec(what, check=True)
              elif call == 'http':
                  client.http(what)
              elif call == 'think':
                  client.think(what)
              elif call == 'proxy':
                  urllib.request.urlopen(what).read()
              elif call == 'spawn':
                  client.spawn(name=what, command=['/bin/true'])
      print('done')
      """;

  private static KernelProcess kernel;
  private static Operator operator;
  private static HttpServer server;
  private static Path folder;
  private static Path script;
  private static int number;

  @BeforeAll
  static void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    kernel = KernelProcess.start();
    operator = new Operator(kernel);
    folder = Files.createDirectory(kernel.folder().resolve("scripts"));
    script = Files.writeString(folder.resolve("doer.py"), PROGRAM);
  }

  @AfterAll
  static void stop() throws IOException {
    operator.close();
    kernel.close();
    server.stop(0);
  }

  private static String url(String rest) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + rest;
  }

  private static Cli.Result run(List<String> options, List<String> deeds) {
    List<String> words = new ArrayList<>(List.of("--network", "proxy"));
    words.addAll(options);
    words.add(script.toString());
    words.addAll(deeds);
    return Cli.on(kernel.socket(), "run", words.toArray(new String[0]));
  }

  private static Path learn(List<String> deeds) {
    Path file = folder.resolve("learned-" + ++number + ".toml");
    Cli.Result learnt =
        run(
            List.of(
                "--learn",
                "--permissions-out",
                file.toString(),
                "--permissions",
                "{\"network\": [\"127.0.0.1\", \"*\"]}"),
            deeds);
    assertThat(learnt.code()).as("%s", learnt).isZero();
    assertThat(learnt.err()).contains(file.toString());
    return file;
  }

  private static Cli.Result under(Path file, String... deeds) {
    return run(List.of("--permissions", file.toString()), List.of(deeds));
  }

  @Test
  void letsThroughWhatWasUsed_andNothingElse() throws IOException {
    String[] deeds = {
      "write=/workspace/out.txt",
      "read=/workspace/out.txt",
      "read=/usr/lib/os-release",
      "exec=TOKEN=hidden1 ls -l | wc --lines",
      "http=" + url("/path?token=hidden2"),
      "proxy=" + url("/?key=hidden3"),
      "think=hidden4",
    };
    Path file = learn(List.of(deeds));
    assertThat(Files.readString(file))
        .doesNotContain("hidden", "**", "path?", "--lines")
        .contains("\"/workspace/out.txt\",  # READ once", "\"/usr/lib/os-release\"", "\"wc\"")
        .contains("127.0.0.1:" + server.getAddress().getPort(), "HTTP 2 times")
        .contains("can_think = true", "can_spawn = false");
    Cli.Result again = under(file, deeds);
    assertThat(again.code()).as("%s", again).isZero();
    for (String other :
        List.of(
            "read=/etc/passwd",
            "read=/agent/doer.py",
            "write=/workspace/other.txt",
            "write=/usr/lib/os-release",
            "exec=cat /etc/passwd",
            "exec=ls; id",
            "http=http://127.0.0.1:1/",
            "http=http://localhost:" + server.getAddress().getPort() + "/",
            "spawn=other")) {
      Cli.Result beyond = under(file, other);
      assertThat(beyond.code()).as(other).isEqualTo(1);
      assertThat(beyond.err()).as(other).contains("PermissionDenied");
    }
  }

  /** Blocked lists hold while it learns: a file that was refused is not learnt. */
  @ParameterizedTest
  @ValueSource(strings = {"write=/workspace/.env", "exec=sudo ls", "http=http://169.254.169.254/"})
  void staysBehindTheWall_whileItLearns(String deed) {
    Path file = folder.resolve("never-" + ++number + ".toml");
    Cli.Result refused =
        run(List.of("--learn", "--permissions-out", file.toString()), List.of(deed));
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("PermissionDenied");
    assertThat(file).content().doesNotContain(".env", "sudo", "169.254");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--learn --no-sandbox",
        "--learn --network host",
        "--learn --level standard",
        "--permissions-out x.toml",
        "--learn --permissions-out /nowhere/at/all.toml",
        "--learn --permissions-out /etc/passwd",
      })
  void refusesWhatCouldNotBeLearnt(String options) {
    List<String> words = new ArrayList<>(List.of("--permissions-out", folder + "/unused.toml"));
    if (options.contains("-out")) {
      words.clear();
    }
    words.addAll(List.of(options.split(" ")));
    words.add(script.toString());
    Cli.Result refused = Cli.on(kernel.socket(), "run", words.toArray(new String[0]));
    assertThat(refused.code()).as("%s", refused).isNotZero();
    assertThat(refused.out()).doesNotContain("done");
    assertThat(folder.resolve("unused.toml")).doesNotExist();
  }

  /** An agent can't have its bounds lifted that way, nor look at what others learn. */
  @Test
  void isForOperators() throws IOException {
    try (SandboxedAgent agent =
        SandboxedAgent.start(
            kernel, operator, "climber", Map.of("permissions", Map.of("can_spawn", true)))) {
      Map<String, ?> learner =
          Map.of("name", "child", "command", List.of("/bin/true"), "learn", true);
      Expect.refusal(agent.call(Opcode.SPAWN, learner), "PERMISSION_DENIED", "learn");
      Expect.refusal(
          agent.call(Opcode.GET_PERMS, Map.of("learned", true)), "INVALID_REQUEST", "learn");
      int other = operator.sleeper("learner", Map.of("learn", true));
      Expect.refusal(
          agent.call(Opcode.GET_PERMS, Map.of("learned", true, "agent_id", other)),
          "PERMISSION_DENIED");
      operator.kill("learner");
    }
  }

  /** What a child uses, its parent needs too. */
  @Test
  void learnsFromChildren() throws IOException {
    try (SandboxedAgent agent =
        SandboxedAgent.start(kernel, operator, "parent", Map.of("learn", true))) {
      Map<String, ?> child =
          Map.of(
              "name",
              "offspring",
              "command",
              List.of(
                  "/usr/bin/python3",
                  "-c",
                  "from agentos import AgentOSClient as C; C().connect().write('/workspace/from-child', 'x')"));
      Expect.success(agent.call(Opcode.SPAWN, child));
      Expect.success(operator.await("offspring"));
      String learned =
          operator
              .call(Opcode.GET_PERMS, Map.of("agent_id", agent.id(), "learned", true))
              .get("learned")
              .toString();
      assertThat(learned).contains("can_spawn", "/workspace/from-child");
    }
  }
}
