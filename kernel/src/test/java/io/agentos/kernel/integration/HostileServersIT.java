// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.Procs;
import io.agentos.kernel.testing.WireClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that never answer, never end or talk nonsense: the kernel and the others go on. */
final class HostileServersIT {
  private static final int BOMB_MEBIBYTES = 512;
  private static final int MORE_THAN_ANY_BUFFER = 64 << 20;
  private static final String HEAD = "HTTP/1.1 200 OK\r\n";

  private static KernelProcess kernel;
  private static Operator operator;
  private static int agentId;
  private final WireClient agent;
  private final ServerSocket server;

  @BeforeAll
  static void start() throws IOException {
    kernel = KernelProcess.start();
    operator = new Operator(kernel);
    agentId =
        operator.puppet("browser", Map.of("level", "standard", "network", List.of("127.0.0.1")));
  }

  @AfterAll
  static void stop() throws IOException {
    operator.close();
    kernel.close();
  }

  HostileServersIT() throws IOException {
    server = new ServerSocket(0, /* backlog= */ 100, InetAddress.getLoopbackAddress());
    agent = kernel.connectAs(agentId);
  }

  @AfterEach
  void close() throws IOException {
    agent.close();
    server.close();
    Expect.success(operator.call(Opcode.HELLO, Map.of()));
  }

  private void send(WireClient client, double timeout) throws IOException {
    String url = "http://127.0.0.1:" + server.getLocalPort() + "/";
    client.send(Opcode.HTTP.number(), Operator.json(Map.of("url", url, "timeout", timeout)));
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Reads on until the kernel has closed its side. */
  private static void awaitEnd(Socket socket) throws IOException {
    try {
      while (socket.getInputStream().read() >= 0) {}
    } catch (SocketException reset) {
      // closed with something unread: an end as well
    }
  }

  @ParameterizedTest
  @CsvSource({
    "''",
    "'HTTP/1.1 200 OK\r\n'",
    "'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf of it'",
    "'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'",
  })
  void timesOut_whenTheServerStopsHalfway(String start) throws IOException {
    send(agent, 0.4);
    try (Socket socket = server.accept()) {
      write(socket, start);
      Expect.refusal(agent.receive().json(), "TIMEOUT", "127.0.0.1", "400 ms");
      awaitEnd(socket);
    }
  }

  /** Each byte comes in time, the whole never does. */
  @Test
  void timesOut_whenTheServerDrips() throws IOException {
    send(agent, 0.5);
    try (Socket socket = server.accept()) {
      write(socket, HEAD + "Content-Length: 1000000\r\n\r\n");
      Thread dripping = new Thread(() -> drip(socket));
      dripping.start();
      Expect.refusal(agent.receive().json(), "TIMEOUT", "500 ms");
    }
  }

  private static void drip(Socket socket) {
    try {
      while (true) {
        write(socket, "x");
        socket.getOutputStream().flush();
        Thread.onSpinWait();
      }
    } catch (IOException ended) {
      // what it waits for
    }
  }

  @Test
  void letsGoOfTheServer_whenItsCallerGoesAway() throws IOException {
    send(agent, 300);
    try (Socket socket = server.accept()) {
      agent.close();
      awaitEnd(socket);
    }
  }

  /** Any web server could once end the kernel so. */
  @ParameterizedTest
  @CsvSource({
    "'X: ',y,UNAVAILABLE",
    "'','X: y\r\n',UNAVAILABLE",
    "'','HTTP/1.1 100 Continue\r\n\r\n',''",
  })
  void refusesAnswersWithoutEnd(String first, String repeated, String code) throws IOException {
    send(agent, 2);
    try (Socket socket = server.accept()) {
      boolean interim = repeated.startsWith("HTTP");
      pour(socket, (interim ? "" : HEAD) + first, repeated);
      JsonNode answer = agent.receive().json();
      assertThat(answer.get("success").asBoolean()).isFalse();
      assertThat(answer.get("code").asText())
          .isIn(code.isEmpty() ? "TIMEOUT" : code, "UNAVAILABLE");
    }
  }

  private static void pour(Socket socket, String first, String repeated) throws IOException {
    String block = repeated.repeat(65_536 / repeated.length());
    try {
      write(socket, first);
      for (int sent = 0; sent < MORE_THAN_ANY_BUFFER; sent += block.length()) {
        write(socket, block);
      }
    } catch (SocketException refused) {
      // The kernel has had enough.
    }
  }

  @Test
  void takesTheHeadOfABodyWithoutEnd() throws IOException {
    send(agent, 20);
    try (Socket socket = server.accept()) {
      pour(socket, HEAD + "\r\n", "z");
      JsonNode answer = Expect.success(agent.receive().json());
      assertThat(answer.get("truncated").asBoolean()).isTrue();
      assertThat(answer.get("body").asText()).hasSize(Limits.READ_LIMIT);
    }
  }

  /** A few hundred kilobytes that would be a gigabyte: no more is unpacked than is answered. */
  @ParameterizedTest
  @ValueSource(strings = {"gzip", "x-gzip", "deflate"})
  void unpacksNoMoreThanTheHeadOfABomb(String encoding) throws IOException {
    byte[] bomb = bomb(encoding);
    long before = Procs.status(kernel.pid(), "VmRSS");
    for (int i = 0; i < 8; i++) {
      send(agent, 30);
      try (Socket socket = server.accept()) {
        write(socket, HEAD + "Content-Encoding: " + encoding + "\r\n");
        write(socket, "Content-Length: " + bomb.length + "\r\n\r\n");
        pour(socket, bomb);
        JsonNode answer = Expect.success(agent.receive().json());
        assertThat(answer.get("truncated").asBoolean()).isTrue();
        assertThat(answer.get("body").asText()).hasSize(Limits.READ_LIMIT);
      }
    }
    assertThat(Procs.status(kernel.pid(), "VmRSS") - before).isLessThan(128 << 10);
  }

  private static void pour(Socket socket, byte[] bytes) throws IOException {
    try {
      socket.getOutputStream().write(bytes);
    } catch (SocketException enough) {
      // The kernel has had enough.
    }
  }

  private static byte[] bomb(String encoding) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out =
        encoding.equals("deflate")
            ? new DeflaterOutputStream(packed)
            : new GZIPOutputStream(packed)) {
      byte[] block = "z".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
      for (int i = 0; i < BOMB_MEBIBYTES; i++) {
        out.write(block);
      }
    }
    return packed.toByteArray();
  }

  @ParameterizedTest
  @CsvSource({
    "'nonsense\r\n\r\n'",
    "'\0\0\0\0\0\0\0\0\r\n\r\n'",
    "'HTTP/9.9 abc\r\n\r\n'",
    "'HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n'",
    "'HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n'",
    "'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'",
    "'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope'",
    "'HTTP/1.1 302 Found\r\nLocation: http://[\r\nContent-Length: 0\r\n\r\n'",
  })
  void saysSo_whenTheServerTalksNonsense(String answer) throws IOException {
    send(agent, 5);
    try (Socket socket = server.accept()) {
      write(socket, answer);
      socket.shutdownOutput();
      JsonNode refusal = agent.receive().json();
      assertThat(refusal.path("code").asText())
          .as("%s", refusal)
          .isIn("UNAVAILABLE", "INVALID_REQUEST");
      Expect.refusal(refusal, refusal.get("code").asText());
    }
  }

  @Test
  void saysSo_whenNobodyListens() throws IOException {
    server.close();
    send(agent, 5);
    Expect.refusal(agent.receive().json(), "UNAVAILABLE", "127.0.0.1");
  }

  /** One agent's slow servers take its own share, and nobody's time. */
  @Test
  void boundsHowManyOfOneAgentWait_andServesTheOthers() throws IOException {
    List<WireClient> waiting = new ArrayList<>();
    List<Socket> accepted = new ArrayList<>();
    for (int i = 0; i < Limits.HTTP_PER_AGENT; i++) {
      WireClient client = kernel.connectAs(agentId);
      send(client, 60);
      accepted.add(server.accept());
      waiting.add(client);
    }
    send(agent, 60);
    Expect.refusal(
        agent.receive().json(),
        "RESOURCE_EXHAUSTED",
        String.valueOf(Limits.HTTP_PER_AGENT),
        "share");
    int other = operator.puppet("other", Map.of("network", List.of("127.0.0.1")));
    try (WireClient client = kernel.connectAs(other)) {
      Expect.success(client.ask(Opcode.EXEC, "{'command':'true'}"));
      send(client, 60);
      try (Socket socket = server.accept()) {
        write(socket, HEAD + "Content-Length: 2\r\n\r\nok");
        assertThat(client.receive().json().get("body").asText()).isEqualTo("ok");
      }
    }
    operator.kill("other");
    for (int i = 0; i < waiting.size(); i++) {
      accepted.get(i).close();
      Expect.refusal(waiting.get(i).receive().json(), "UNAVAILABLE");
      waiting.get(i).close();
    }
    send(agent, 60);
    server.accept().close();
    Expect.refusal(agent.receive().json(), "UNAVAILABLE");
  }
}
