// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.WireClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names whose owner is the enemy: the kernel looks them up in a file that the test changes. */
final class NamesIT {
  /** Public by its form, but given back and routed nowhere (RFC 3701): nobody is there. */
  private static final String PUBLIC = "3ffe::1";

  private static final AtomicInteger REACHED = new AtomicInteger();

  private static KernelProcess kernel;
  private static Operator operator;
  private static HttpServer server;
  private static Path hosts;

  @BeforeAll
  static void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          REACHED.incrementAndGet();
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    Path folder = KernelProcess.newFolder();
    hosts = Files.writeString(folder.resolve("hosts"), "");
    String options =
        "-Djdk.net.hosts.file="
            + hosts
            + " -Dsun.net.inetaddr.ttl=0 -Dsun.net.inetaddr.negative.ttl=0";
    kernel = KernelProcess.startIn(folder, Map.of("JAVA_TOOL_OPTIONS", options), List.of());
    operator = new Operator(kernel);
  }

  @AfterAll
  static void stop() throws IOException {
    operator.close();
    kernel.close();
    server.stop(0);
  }

  @BeforeEach
  void forget() {
    REACHED.set(0);
  }

  private static void names(String... lines) {
    try {
      Path next = Files.writeString(hosts.resolveSibling("next"), String.join("\n", lines) + "\n");
      Files.move(next, hosts, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode get(List<String> network, String host) throws IOException {
    int id = operator.puppet("asks", Map.of("network", network));
    try (WireClient client = kernel.connectAs(id)) {
      return get(client, host, 5);
    } finally {
      operator.kill("asks");
    }
  }

  private static JsonNode get(WireClient client, String host, double timeout) throws IOException {
    String url = "http://" + host + ":" + server.getAddress().getPort() + "/";
    return Operator.call(client, Opcode.HTTP, Map.of("url", url, "timeout", timeout));
  }

  @Test
  void leadsToAPrivateAddress_onlyWhenTheNameIsListedByItself() throws IOException {
    names("127.0.0.1 service.test");
    assertThat(get(List.of("service.test"), "service.test").path("status_code").asInt())
        .isEqualTo(200);
    assertThat(get(List.of("service.test"), "SERVICE.test.").path("code").asText())
        .as("its root form is another name to this file")
        .isEqualTo("UNAVAILABLE");
    for (List<String> wide : List.of(List.of("*"), List.of("*.test"))) {
      Expect.refusal(get(wide, "service.test"), "PERMISSION_DENIED", "127.0.0.1", "private");
    }
    assertThat(REACHED).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "100.100.100.200",
        "::1",
        "::ffff:127.0.0.1",
        "fd00:ec2::254",
        "64:ff9b::7f00:1",
        "0.0.0.0"
      })
  void isRefused_whenOneOfItsAddressesIsPrivate(String address) throws IOException {
    names(PUBLIC + " both.test", address + " both.test");
    Expect.refusal(get(List.of("*"), "both.test"), "PERMISSION_DENIED", "both.test");
    names(address + " both.test", PUBLIC + " both.test");
    Expect.refusal(get(List.of("*"), "both.test"), "PERMISSION_DENIED", "both.test");
    assertThat(REACHED).hasValue(0);
  }

  /** DNS rebinding: what was judged is what is connected to, whatever the name leads to next. */
  @Test
  void neverReachesWhatWasNotJudged_whileTheNameIsRebound() throws Exception {
    Thread owner =
        new Thread(
            () -> {
              while (!Thread.currentThread().isInterrupted()) {
                names(PUBLIC + " rebound.test");
                names("127.0.0.1 rebound.test");
              }
            });
    int id = operator.puppet("lured", Map.of("network", List.of("*")));
    owner.start();
    TreeSet<String> codes = new TreeSet<>();
    try (WireClient client = kernel.connectAs(id)) {
      for (int i = 0; i < 100 || codes.size() < 2; i++) {
        JsonNode answer = get(client, "rebound.test", 0.05);
        assertThat(answer.get("success").asBoolean()).as("%s", answer).isFalse();
        codes.add(answer.get("code").asText());
      }
    } finally {
      owner.interrupt();
      owner.join();
      operator.kill("lured");
    }
    assertThat(codes).contains("PERMISSION_DENIED");
    assertThat(REACHED).hasValue(0);
  }
}
