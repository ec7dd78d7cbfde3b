// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.WireClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an agent may do no more it may not do with what it asked before either. */
final class QueuedCallsIT {
  private static KernelProcess kernel;
  private static Operator operator;

  @BeforeAll
  static void start() throws IOException {
    kernel = KernelProcess.start();
    operator = new Operator(kernel);
  }

  @AfterAll
  static void stop() throws IOException {
    operator.close();
    kernel.close();
  }

  private static void narrow(int agent, Map<String, ?> permissions) throws IOException {
    Map<String, ?> request = Map.of("agent_id", agent, "permissions", permissions);
    Expect.success(operator.call(Opcode.SET_PERMS, request));
  }

  @Test
  void refusesWhatWasSentBefore_onceItIsItsTurn() throws Exception {
    Path fifo = kernel.folder().resolve("fifo");
    Path file = Files.writeString(kernel.folder().resolve("file"), "x");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    int id = operator.puppet("hasty", Map.of("level", "standard", "can_spawn", true));
    try (WireClient agent = kernel.connectAs(id)) {
      Map<Opcode, Map<String, ?>> queued =
          Map.of(
              Opcode.READ, Map.of("path", file.toString()),
              Opcode.WRITE, Map.of("path", file.toString(), "content", "y"),
              Opcode.EXEC, Map.of("command", "echo y > " + file),
              Opcode.THINK, Map.of("prompt", "x"),
              Opcode.HTTP, Map.of("url", "http://nowhere.invalid/"),
              Opcode.SPAWN, Map.of("name", "late", "command", List.of("/bin/true")));
      Map<String, String> waits = Map.of("command", "read line < " + fifo);
      agent.send(Opcode.EXEC.number(), Operator.json(waits));
      for (Map.Entry<Opcode, Map<String, ?>> call : queued.entrySet()) {
        agent.send(call.getKey().number(), Operator.json(call.getValue()));
      }
      // Written to once the command has it open: from then on the others wait behind it.
      try (var out = Files.newOutputStream(fifo)) {
        narrow(id, Map.of("level", "minimal", "can_think", false));
        out.write('\n');
      }
      Expect.success(agent.receive().json());
      for (int i = 0; i < queued.size(); i++) {
        Expect.refusal(agent.receive().json(), "PERMISSION_DENIED", "can_");
      }
    }
    assertThat(file).hasContent("x");
    operator.kill("hasty");
  }

  /** Each hop is judged by what holds when it is made. */
  @Test
  void refusesTheNextHopOfARedirect() throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    int id = operator.puppet("led", Map.of("network", List.of("127.0.0.1")));
    try (ServerSocket server = new ServerSocket(0, /* backlog= */ 10, loopback);
        WireClient agent = kernel.connectAs(id)) {
      for (Map<String, ?> narrower :
          List.<Map<String, ?>>of(
              Map.of("network", List.of("example.com")), Map.of("can_http", false))) {
        String url = "http://127.0.0.1:" + server.getLocalPort() + "/";
        agent.send(Opcode.HTTP.number(), Operator.json(Map.of("url", url)));
        try (Socket hop = server.accept()) {
          narrow(id, narrower);
          String answer = "HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n";
          hop.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
          Expect.refusal(agent.receive().json(), "PERMISSION_DENIED");
        }
        narrow(id, Map.of("network", List.of("127.0.0.1"), "can_http", true));
      }
    }
    operator.kill("led");
  }
}
