// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.SandboxedAgent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP for an agent that has no network of its own: what is sent, what comes back, and to whom. */
final class HttpIT {
  private static final String LOOPBACK = "127.0.0.1";

  /** What a request was, as the server saw it. */
  private record Seen(String method, String uri, Map<String, List<String>> headers, String body) {
    String header(String name) {
      return String.join(", ", headers.getOrDefault(name, List.of()));
    }
  }

  private static final Queue<Seen> SEEN = new ConcurrentLinkedQueue<>();

  private static KernelProcess kernel;
  private static Operator operator;
  private static SandboxedAgent agent;
  private static HttpServer server;
  private static HttpServer elsewhere;
  private static ExecutorService threads;

  @BeforeAll
  static void start() throws IOException {
    threads = Executors.newCachedThreadPool();
    server = serve();
    elsewhere = serve();
    kernel = KernelProcess.start();
    operator = new Operator(kernel);
    agent = agent("listed", List.of(LOOPBACK));
  }

  private static SandboxedAgent agent(String name, List<String> network) throws IOException {
    Map<String, ?> permissions = Map.of("network", network);
    return SandboxedAgent.start(kernel, operator, name, Map.of("permissions", permissions));
  }

  @AfterAll
  static void stop() throws IOException {
    agent.close();
    operator.close();
    kernel.close();
    server.stop(0);
    elsewhere.stop(0);
    threads.shutdownNow();
  }

  private static HttpServer serve() throws IOException {
    HttpServer made =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    made.setExecutor(threads);
    made.createContext("/", HttpIT::answer);
    made.start();
    return made;
  }

  private static void answer(HttpExchange exchange) {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      String path = exchange.getRequestURI().getPath();
      SEEN.add(
          new Seen(
              exchange.getRequestMethod(),
              exchange.getRequestURI().toString(),
              new HashMap<>(exchange.getRequestHeaders()),
              body));
      byte[] answer = "hello é".getBytes(StandardCharsets.UTF_8);
      int status = 200;
      switch (path) {
        case "/bytes" -> answer = new byte[] {0, -1, 7};
        case "/zeros" -> answer = new byte[400_000];
        case "/large" -> answer = "x".repeat(3_000_000).getBytes(StandardCharsets.UTF_8);
        case "/missing" -> status = 404;
        case "/round" -> {
          status = 302;
          exchange.getResponseHeaders().add("Location", "round");
        }
        case "/to" -> {
          String query = exchange.getRequestURI().getQuery();
          status = Integer.parseInt(query.substring(0, 3));
          exchange.getResponseHeaders().add("Location", query.substring(4));
        }
        default -> {
          exchange.getResponseHeaders().add("X-Twice", "a");
          exchange.getResponseHeaders().add("X-Twice", "b");
        }
      }
      boolean none = exchange.getRequestMethod().equals("HEAD");
      exchange.sendResponseHeaders(status, none ? -1 : answer.length);
      if (!none) {
        exchange.getResponseBody().write(answer);
      }
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  @BeforeEach
  void forget() {
    SEEN.clear();
  }

  private static String url(HttpServer of, String rest) {
    return "http://" + LOOPBACK + ":" + of.getAddress().getPort() + rest;
  }

  private static JsonNode get(String rest) throws IOException {
    return agent.call(Opcode.HTTP, Map.of("url", url(server, rest)));
  }

  private static Seen last() {
    return SEEN.stream().reduce((a, b) -> b).orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "post"})
  void sendsWhatWasAsked_andTellsWhatCameBack(String method) throws IOException {
    boolean withBody = List.of("POST", "PUT", "PATCH", "post").contains(method);
    Map<String, Object> request = new HashMap<>();
    request.put("url", url(server, "/path?a=b%20c"));
    request.put("method", method);
    request.put("headers", Map.of("X-Mine", "two words", "Content-Type", "text/plain"));
    if (withBody) {
      request.put("body", "línea\n\0");
    }
    JsonNode answer = Expect.success(agent.call(Opcode.HTTP, request));
    assertThat(answer.get("status_code").asInt()).isEqualTo(200);
    assertThat(answer.at("/headers/x-twice").asText()).isEqualTo("a, b");
    assertThat(answer.get("body").asText()).isEqualTo(method.equals("HEAD") ? "" : "hello é");
    assertThat(answer.get("encoding").asText()).isEqualTo("utf-8");
    assertThat(answer.get("truncated").asBoolean()).isFalse();
    assertThat(last().method).isEqualToIgnoringCase(method);
    assertThat(last().uri).isEqualTo("/path?a=b%20c");
    assertThat(last().header("X-mine")).isEqualTo("two words");
    assertThat(last().body).isEqualTo(withBody ? "línea\n\0" : "");
  }

  @Test
  void passesOnAnAnswerThatIsAnError() throws IOException {
    assertThat(Expect.success(get("/missing")).get("status_code").asInt()).isEqualTo(404);
  }

  @Test
  void tellsBytesInBase64_andWhereItHadToCut() throws IOException {
    JsonNode bytes = get("/bytes");
    assertThat(bytes.get("encoding").asText()).isEqualTo("base64");
    assertThat(Base64.getDecoder().decode(bytes.get("body").asText())).containsExactly(0, -1, 7);
    JsonNode zeros = Expect.success(get("/zeros"));
    assertThat(zeros.get("encoding").asText()).as("shorter than escapes").isEqualTo("base64");
    JsonNode large = Expect.success(get("/large"));
    assertThat(large.get("truncated").asBoolean()).isTrue();
    assertThat(large.get("body").asText()).hasSize(Limits.READ_LIMIT);
  }

  @ParameterizedTest
  @CsvSource({"301,POST,GET", "302,POST,GET", "303,PUT,GET", "307,POST,POST", "308,PUT,PUT"})
  void followsARedirect(int status, String method, String then) throws IOException {
    Map<String, ?> request =
        Map.of("url", url(server, "/to?" + status + "=/end"), "method", method, "body", "b");
    assertThat(Expect.success(agent.call(Opcode.HTTP, request)).get("status_code").asInt())
        .isEqualTo(200);
    assertThat(last().uri).isEqualTo("/end");
    assertThat(last().method).isEqualTo(then);
    assertThat(last().body).isEqualTo(then.equals("GET") ? "" : "b");
  }

  @Test
  void keepsCredentialsFromAnotherService() throws IOException {
    Map<String, String> headers =
        Map.of("Authorization", "Bearer x", "Cookie", "c=1", "X-Other", "stays");
    String there = url(elsewhere, "/end");
    for (String target : List.of("/end", there)) {
      String from = url(server, "/to?302=" + target);
      Expect.success(agent.call(Opcode.HTTP, Map.of("url", from, "headers", headers)));
      assertThat(last().header("X-other")).isEqualTo("stays");
      assertThat(last().header("Authorization").isEmpty()).isEqualTo(target.equals(there));
      assertThat(last().header("Cookie").isEmpty()).isEqualTo(target.equals(there));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "http://nowhere.invalid/,PERMISSION_DENIED,nowhere.invalid",
    "http://127.0.0.2/,PERMISSION_DENIED,127.0.0.2",
    "http://localhost/,PERMISSION_DENIED,localhost",
    "file:///etc/passwd,INVALID_REQUEST,http://",
    "gopher://127.0.0.1/,INVALID_REQUEST,http://",
    "http://user:x@127.0.0.1/,INVALID_REQUEST,user name",
  })
  void judgesEveryHopOfARedirect(String target, String code, String word) throws IOException {
    Expect.refusal(get("/to?302=" + target), code, word);
    assertThat(SEEN).hasSize(1);
  }

  @Test
  void endsARoundOfRedirects() throws IOException {
    Expect.refusal(get("/round"), "UNAVAILABLE", "10 redirects");
    assertThat(SEEN).hasSize(11);
  }

  @ParameterizedTest
  @CsvSource({
    "'X: y',v",
    "'X\r\nY',v",
    "'',v",
    "Host,evil.example",
    "content-length,5",
    "Transfer-Encoding,chunked",
    "Connection,close",
    "X,'a\r\nInjected: yes'",
    "X,'a\nb'",
    "X,'a\0b'",
    "X,'é'",
    "X,'😀'"
  })
  void refusesWhatWouldInjectAHeader(String name, String value) throws IOException {
    Map<String, ?> request =
        Map.of("url", url(server, "/"), "headers", Map.of(name, value.replace("é", "\u0101")));
    Expect.refusal(agent.call(Opcode.HTTP, request), "INVALID_REQUEST", "header");
    assertThat(SEEN).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "GET / HTTP/1.1\r\nX: y", "TRACE", "CONNECT", "G ET"})
  void refusesAMethodThatIsNone(String method) throws IOException {
    Map<String, ?> request = Map.of("url", url(server, "/"), "method", method);
    Expect.refusal(agent.call(Opcode.HTTP, request), "INVALID_REQUEST", "method", "GET");
    assertThat(SEEN).isEmpty();
  }

  @Test
  void isTheOnlyWayOut_ofASandboxWithoutNetwork() throws IOException {
    String connect =
        "python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", "
            + server.getAddress().getPort()
            + "), 2)' 2>&1 || true";
    assertThat(agent.shell(connect)).contains("refused");
    assertThat(SEEN).isEmpty();
    Expect.success(get("/"));
  }
}
