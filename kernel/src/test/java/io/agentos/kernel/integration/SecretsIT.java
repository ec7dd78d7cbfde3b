// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Secrets that go out with an agent's requests, and that it looks for in vain. */
final class SecretsIT {
  private static final String FIRST = "tok-7f3a91c2d4e5b6a8";
  private static final String SECOND = "key-0011aabbccddeeff";

  /** The header as the server got it, or "none". */
  private static final Queue<String> SEEN = new ConcurrentLinkedQueue<>();

  private static KernelProcess kernel;
  private static Operator operator;
  private static HttpServer server;
  private static HttpServer elsewhere;
  private static SandboxedAgent granted;
  private static SandboxedAgent plain;

  @BeforeAll
  static void start() throws IOException {
    server = serve();
    elsewhere = serve();
    Path folder = KernelProcess.newFolder();
    Path file = Files.writeString(folder.resolve("second.key"), SECOND + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    String config =
        """
        [secrets.first]
        env = "FIRST_TOKEN"
        domains = ["127.0.0.1:%d"]
        insecure = true
        [secrets.second]
        file = "%s"
        domains = ["127.0.0.1:%d"]
        header = "X-Key: {secret}"
        """
            .formatted(port(server), file, port(server));
    Path toml = Files.writeString(folder.resolve("agentos.toml"), config);
    kernel =
        KernelProcess.startIn(
            folder,
            Map.of("FIRST_TOKEN", FIRST),
            List.of(),
            "--config",
            toml.toString(),
            "--log-level",
            "trace");
    operator = new Operator(kernel);
    granted = agent("granted", List.of("first", "second"));
    plain = agent("plain", List.of());
  }

  private static SandboxedAgent agent(String name, List<String> secrets) throws IOException {
    Map<String, ?> permissions =
        Map.of("network", List.of("127.0.0.1"), "secrets", secrets, "can_spawn", true);
    return SandboxedAgent.start(
        kernel, operator, name, Map.of("network", "proxy", "permissions", permissions));
  }

  /** Echoes what it was sent, in some ways of which a careless server might think. */
  private static HttpServer serve() throws IOException {
    HttpServer made =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    made.createContext(
        "/",
        exchange -> {
          try (exchange) {
            String got = exchange.getRequestHeaders().getFirst("Authorization");
            String key = exchange.getRequestHeaders().getFirst("X-Key");
            SEEN.add((got == null ? "none" : got) + " " + (key == null ? "none" : key));
            String query = exchange.getRequestURI().getQuery();
            if (query != null) {
              exchange.getResponseHeaders().set("Location", query);
              exchange.sendResponseHeaders(302, -1);
              return;
            }
            String echo = "you sent " + got + " and " + key + ", the end\n";
            String encoded =
                Base64.getEncoder().encodeToString(FIRST.getBytes(StandardCharsets.US_ASCII));
            byte[] body = (echo + (got == null ? "" : encoded)).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("X-Echo", String.valueOf(got));
            exchange.sendResponseHeaders(200, 0);
            for (byte each : body) {
              exchange.getResponseBody().write(each);
              exchange.getResponseBody().flush();
            }
          }
        });
    made.start();
    return made;
  }

  private static int port(HttpServer of) {
    return of.getAddress().getPort();
  }

  private static String url(HttpServer of, String rest) {
    return "http://127.0.0.1:" + port(of) + rest;
  }

  @BeforeEach
  void forget() {
    SEEN.clear();
  }

  @AfterAll
  static void stop() throws IOException {
    granted.close();
    plain.close();
    operator.close();
    kernel.close();
    server.stop(0);
    elsewhere.stop(0);
  }

  private static void assertClean(String what) {
    assertThat(what)
        .doesNotContain(FIRST, SECOND)
        .doesNotContain(
            Base64.getEncoder().encodeToString(FIRST.getBytes(StandardCharsets.US_ASCII)));
  }

  @Test
  void theCallCarriesWhatWasGrantedAndItsEchoIsBlanked() throws IOException {
    JsonNode answer = granted.call(Opcode.HTTP, Map.of("url", url(server, "/")));
    // The second one is not to be sent in the clear.
    assertThat(SEEN).containsExactly("Bearer " + FIRST + " none");
    assertClean(answer.toString());
    assertThat(answer.get("body").asText()).contains("you sent *****", "the end");
  }

  @Test
  void theProxyDoesTheSame() throws IOException {
    String answer = granted.shell("curl -sS -i " + url(server, "/"));
    assertThat(SEEN).containsExactly("Bearer " + FIRST + " none");
    assertClean(answer);
    assertThat(answer).contains("you sent *****", "the end");
    granted.shell("curl -sS -H 'Authorization: mine' " + url(server, "/"));
    assertThat(SEEN).containsExactly("Bearer " + FIRST + " none", "Bearer " + FIRST + " none");
  }

  @Test
  void nobodyElseAndNowhereElse() throws IOException {
    plain.call(Opcode.HTTP, Map.of("url", url(server, "/")));
    plain.shell("curl -sS " + url(server, "/"));
    granted.call(Opcode.HTTP, Map.of("url", url(elsewhere, "/")));
    granted.shell("curl -sS " + url(elsewhere, "/"));
    assertThat(SEEN).containsOnly("none none").hasSize(4);
  }

  @Test
  void aRedirectElsewhereDoesNotTakeItAlong() throws IOException {
    String there = url(server, "/?" + url(elsewhere, "/"));
    JsonNode answer = granted.call(Opcode.HTTP, Map.of("url", there));
    assertClean(answer.toString());
    granted.shell("curl -sSL " + there);
    assertThat(SEEN)
        .containsExactly(
            "Bearer " + FIRST + " none", "none none", "Bearer " + FIRST + " none", "none none");
  }

  @Test
  void aChildHasNoneThatItsParentHasNot() throws IOException {
    for (SandboxedAgent parent : List.of(plain, granted)) {
      String name = "child-of-" + parent.name();
      JsonNode spawned =
          parent.call(
              Opcode.SPAWN,
              Map.of(
                  "name",
                  name,
                  "command",
                  List.of("/usr/bin/curl", "-sS", url(server, "/")),
                  "network",
                  "proxy",
                  "permissions",
                  Map.of("network", List.of("127.0.0.1"), "secrets", List.of("first"))));
      assertThat(spawned.path("success").asBoolean()).as(spawned.toString()).isTrue();
      operator.await(name);
      assertClean(operator.log(name));
    }
    assertThat(SEEN).containsExactly("none none", "Bearer " + FIRST + " none");
    JsonNode widened =
        plain.call(Opcode.SET_PERMS, Map.of("permissions", Map.of("secrets", List.of("first"))));
    assertThat(widened.path("code").asText()).isEqualTo("PERMISSION_DENIED");
  }

  @Test
  void itIsNowhereThatTheAgentOrALogReaderCouldLook() throws IOException {
    granted.shell("curl -sS " + url(server, "/"));
    granted.call(Opcode.HTTP, Map.of("url", "http://127.0.0.1:1/"));
    String shown = "env; cat /proc/*/environ /proc/*/cmdline 2>/dev/null | tr '\\0' '\\n'";
    assertClean(granted.shell(shown));
    String search = "grep -rlsF -e %s -e %s --exclude-dir=proc --exclude-dir=usr / || echo none";
    String found = search.formatted(FIRST.substring(0, 12), SECOND.substring(0, 12));
    assertThat(granted.shell(found)).isEqualTo("none\n");
    assertClean(granted.call(Opcode.GET_PERMS, Map.of()).toString());
    assertClean(operator.log("granted"));
    assertClean(kernel.log());
    assertThat(granted.call(Opcode.GET_PERMS, Map.of()).at("/permissions/secrets").toString())
        .isEqualTo("[\"first\",\"second\"]");
  }

  @Test
  void anAgentWithoutASandboxIsGivenNone() throws IOException {
    JsonNode refusal =
        operator.call(
            Opcode.SPAWN,
            Map.of(
                "name",
                "open",
                "command",
                List.of("/bin/true"),
                "sandboxed",
                false,
                "permissions",
                Map.of("secrets", List.of("first"))));
    assertThat(refusal.path("error").asText()).contains("sandbox");
  }

  @Test
  void anAgentWithoutASandboxIsGivenNoneLater() throws IOException {
    int id = operator.puppet("opened", Map.of());
    Map<String, ?> change =
        Map.of("agent_id", id, "permissions", Map.of("secrets", List.of("first")));
    Expect.refusal(
        operator.call(Opcode.SET_PERMS, change), "INVALID_REQUEST", "needs a sandbox", "memory");
    Map<String, ?> all = Map.of("agent_id", id, "level", "unrestricted");
    Expect.success(operator.call(Opcode.SET_PERMS, all));
    assertThat(
            operator
                .call(Opcode.GET_PERMS, Map.of("agent_id", id))
                .at("/permissions/secrets")
                .toString())
        .isEqualTo("[]");
    operator.kill("opened");
  }
}
