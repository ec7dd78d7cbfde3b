// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.SandboxedAgent;
import io.agentos.kernel.testing.Until;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ordinary programs in a sandbox whose network is the kernel's proxy, and programs that attack it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProxyIT {
  /** Sends its first argument, escapes undone, to the proxy, and prints all that comes back. */
  private static final String RAW =
      """
      import socket, sys
      s = socket.create_connection(('127.0.0.1', 3128))
      s.sendall(sys.argv[1].encode().decode('unicode_escape').encode('latin-1'))
      if len(sys.argv) > 2:
          print(s.recv(65536).decode('latin-1').split('\\r\\n')[0])
          s.sendall(sys.argv[2].encode())
          s.shutdown(socket.SHUT_WR)
      while data := s.recv(65536):
          print(data.decode('latin-1'), end='')
      """;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private KernelProcess kernel;
  private Operator operator;
  private HttpServer server;
  private ServerSocket echo;
  private SandboxedAgent listed;
  private SandboxedAgent roaming;

  /** Words before the kernel's command. */
  List<String> prefix() {
    return List.of();
  }

  @BeforeAll
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String seen =
                exchange.getRequestMethod()
                    + " "
                    + exchange.getRequestURI()
                    + " host="
                    + exchange.getRequestHeaders().getFirst("Host")
                    + " secret="
                    + exchange.getRequestHeaders().getFirst("Proxy-Authorization")
                    + " named="
                    + exchange.getRequestHeaders().getFirst("X-Named")
                    + " body="
                    + body.length
                    + "\n";
            byte[] answer = seen.getBytes(StandardCharsets.UTF_8);
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(200, head ? -1 : answer.length);
            if (!head) {
              exchange.getResponseBody().write(answer);
            }
          }
        });
    server.start();
    echo = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    threads.execute(this::serveEcho);
    kernel = KernelProcess.start(Map.of(), prefix());
    operator = new Operator(kernel);
    listed = agent("listed", List.of("127.0.0.1", "127.0.0.1:" + echo.getLocalPort()));
    roaming = agent("roaming", List.of("*"));
  }

  /** Answers everything at once when the other side has said all. */
  private void serveEcho() {
    while (!echo.isClosed()) {
      try {
        Socket socket = echo.accept();
        threads.execute(
            () -> {
              try (socket) {
                byte[] all = socket.getInputStream().readAllBytes();
                socket.getOutputStream().write(all);
              } catch (IOException gone) {
                // the agent was killed
              }
            });
      } catch (IOException closed) {
        return;
      }
    }
  }

  private SandboxedAgent agent(String name, List<String> network) throws IOException {
    return agent(name, Map.of("network", network));
  }

  private SandboxedAgent agent(String name, Map<String, ?> permissions) throws IOException {
    SandboxedAgent made =
        SandboxedAgent.start(
            kernel, operator, name, Map.of("network", "proxy", "permissions", permissions));
    Files.writeString(made.workspace().resolve("raw.py"), RAW);
    return made;
  }

  @AfterAll
  void stop() throws IOException {
    listed.close();
    roaming.close();
    operator.close();
    kernel.close();
    server.stop(0);
    echo.close();
    threads.shutdownNow();
  }

  private String url(String rest) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + rest;
  }

  /** The raw bytes of what the proxy answers. */
  private String raw(SandboxedAgent agent, String request) {
    try {
      return agent.shell("/usr/bin/python3 /workspace/raw.py '" + request + "'");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String get(SandboxedAgent agent, String url) {
    return raw(agent, "GET " + url + " HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n");
  }

  @Test
  void ordinaryProgramsReachWhatIsAllowed() throws IOException {
    assertThat(listed.shell("curl -sS " + url("/a?b=c"))).startsWith("GET /a?b=c host=127.0.0.1:");
    assertThat(listed.shell("head -c 300000 /dev/zero | curl -sS --data-binary @- " + url("/up")))
        .contains("body=300000");
    assertThat(
            listed.shell(
                "head -c 3000000 /dev/zero | curl -sS -H 'Transfer-Encoding: chunked' -T - "
                    + url("/up")))
        .contains("body=3000000");
    String urllib = "import urllib.request as u; print(u.urlopen('" + url("/py") + "').read())";
    assertThat(listed.shell("/usr/bin/python3 -c \"" + urllib + "\"")).contains("GET /py");
    assertThat(listed.shell("curl -sS -0 " + url("/old"))).contains("GET /old");
    assertThat(listed.shell("curl -sS -I " + url("/head"))).startsWith("HTTP/1.1 200");
  }

  @Test
  void whatIsNotAllowedIsRefusedInOneSentence() throws IOException {
    assertThat(listed.shell("curl -sS http://example.com/"))
        .startsWith("AgentOS: host example.com is not among this agent's network domains");
    assertThat(listed.shell("curl -sS -o /dev/null -w '%{http_connect}' https://example.com/ || :"))
        .isEqualTo("403");
    SandboxedAgent none = agent("none", Map.of("network", List.of("*"), "can_http", false));
    assertThat(none.shell("curl -sS " + url("/"))).contains("can_http");
    none.close();
  }

  @Test
  void whatWasDecidedIsWrittenDown() throws IOException {
    SandboxedAgent watched = agent("watched", List.of("127.0.0.1"));
    watched.shell("curl -sS '" + url("/seen?key=hidden") + "'; curl -sS http://example.com/not");
    JsonNode entries =
        operator
            .call(Opcode.GET_AUDIT_LOG, Map.of("agent_id", watched.id(), "category", "proxy"))
            .get("entries");
    assertThat(entries).hasSize(2);
    assertThat(entries.get(0).get("decision").asText()).isEqualTo("allowed");
    assertThat(entries.get(0).get("subject").asText()).isEqualTo("GET " + url("/seen"));
    assertThat(entries.get(1).get("decision").asText()).isEqualTo("denied");
    assertThat(entries.get(1).get("reason").asText()).contains("example.com", "network domains");
    watched.close();
  }

  @Test
  void permissionsCountAsTheyAreAtTheMoment() throws IOException {
    SandboxedAgent changed = agent("changed", List.of("127.0.0.1"));
    assertThat(get(changed, url("/"))).startsWith("HTTP/1.1 200");
    operator.call(
        Opcode.SET_PERMS,
        Map.of("agent_id", changed.id(), "permissions", Map.of("network", List.of("a.example"))));
    assertThat(get(changed, url("/"))).startsWith("HTTP/1.1 403");
    changed.close();
  }

  @Test
  void nothingLeavesBesideTheProxy() throws IOException {
    int port = server.getAddress().getPort();
    String attempt =
        "import socket; print([socket.socket().connect_ex(a) != 0 for a in (('127.0.0.1', "
            + port
            + "), ('192.0.2.1', 80))])";
    assertThat(listed.shell("/usr/bin/python3 -c \"" + attempt + "\"")).isEqualTo("[True, True]\n");
    assertThat(listed.shell("getent hosts example.com || echo none")).isEqualTo("none\n");
    assertThat(listed.shell("cut -d: -f1 /proc/self/net/dev | tail -n +3").strip()).isEqualTo("lo");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "localhost",
        "0.0.0.0",
        "169.254.169.254",
        "[fd00:ec2::254]",
      })
  void aWildcardOpensNoPrivateAddress(String host) {
    int port = server.getAddress().getPort();
    assertThat(get(roaming, "http://" + host + ":" + port + "/"))
        .containsPattern("^HTTP/1.1 (40|50)");
    assertThat(raw(roaming, "CONNECT " + host + ":443 HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n"))
        .containsPattern("^HTTP/1.1 (40|50)");
  }

  @Test
  void aTunnelLeadsToThePortOfHttpsOrToOneThatIsNamed() throws IOException {
    assertThat(raw(roaming, "CONNECT example.com:22 HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n"))
        .startsWith("HTTP/1.1 403")
        .contains("example.com:22");
    int port = server.getAddress().getPort();
    assertThat(raw(listed, "CONNECT 127.0.0.1:" + port + " HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n"))
        .startsWith("HTTP/1.1 403");
    String connect =
        "CONNECT 127.0.0.1:" + echo.getLocalPort() + " HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n";
    assertThat(listed.shell("/usr/bin/python3 /workspace/raw.py '" + connect + "' 'half closed'"))
        .isEqualTo("HTTP/1.1 200 Connection established\nhalf closed");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 5\\r\\nTransfer-Encoding: chunked",
        "Content-Length: 5\\r\\nContent-Length: 6",
        "X: 1\\r\\n folded",
        "Host: other",
        "Transfer-Encoding: chunked, identity",
        "Content-Length: 5\\n",
      })
  void aRequestWithTwoReadingsIsRefused(String header) {
    String request =
        "POST " + url("/") + " HTTP/1.1\\r\\nHost: x\\r\\n" + header + "\\r\\n\\r\\nhello";
    assertThat(raw(listed, request)).startsWith("HTTP/1.1 400");
  }

  @Test
  void theServerSeesOneRequestThatTheKernelWrote() {
    String second = "GET /second HTTP/1.1\\r\\nHost: y\\r\\n\\r\\n";
    String answer =
        raw(
            listed,
            "POST "
                + url("/first")
                + " HTTP/1.1\\r\\nHost: evil.example\\r\\nProxy-Authorization: abc\\r\\n"
                + "Connection: X-Named\\r\\nX-Named: 1\\r\\nContent-Length: 5\\r\\n\\r\\nhello"
                + second);
    assertThat(answer)
        .contains(
            "POST /first host=127.0.0.1:"
                + server.getAddress().getPort()
                + " secret=null named=null body=5")
        .doesNotContain("second");
  }

  @Test
  void headersAreBoundedInSizeAndTime() {
    String large = "A: " + "x".repeat(100) + "\\r\\n";
    assertThat(raw(listed, "GET " + url("/") + " HTTP/1.1\\r\\n" + large.repeat(800)))
        .startsWith("HTTP/1.1 431");
    assertThat(raw(listed, "GET " + url("/") + " HTTP/1.1\\r\\nHost")).startsWith("HTTP/1.1 408");
  }

  @Test
  void connectionsOfOneAgentAreBounded() throws IOException {
    String attempt =
        """
        import socket
        made = [socket.create_connection(('127.0.0.1', 3128)) for _ in range(%d)]
        over = socket.create_connection(('127.0.0.1', 3128))
        print(over.recv(100).split()[1])
        for s in made: s.close()
        """
            .formatted(Limits.PROXY_CONNECTIONS_PER_AGENT);
    SandboxedAgent many = agent("many", List.of("127.0.0.1"));
    Files.writeString(many.workspace().resolve("many.py"), attempt);
    assertThat(many.shell("/usr/bin/python3 /workspace/many.py")).isEqualTo("b'503'\n");
    Until.holds("there is room again", 20, () -> get(many, url("/")).startsWith("HTTP/1.1 200"));
    many.close();
  }

  @Test
  void nothingIsLeftOfAnAgentThatIsKilledInMidTunnel() throws IOException {
    long before = kernel.descriptors();
    String attempt =
        """
        import socket, time
        made = []
        for _ in range(100):
            s = socket.create_connection(('127.0.0.1', 3128))
            s.sendall(b'CONNECT 127.0.0.1:%d HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')
            assert s.recv(100).startswith(b'HTTP/1.1 200')
            s.sendall(b'x' * 1000)
            made.append(s)
        print('open', flush=True)
        time.sleep(1000)
        """
            .formatted(echo.getLocalPort());
    operator.python(
        "tunnels",
        attempt,
        Map.of(
            "network",
            "proxy",
            "permissions",
            Map.of("network", List.of("127.0.0.1:" + echo.getLocalPort()))));
    operator.awaitLine("tunnels", "open");
    assertThat(kernel.descriptors()).isGreaterThan(before + 200);
    operator.kill("tunnels");
    Until.holds("all is closed", 20, () -> kernel.descriptors() <= before);
  }

  @Test
  void anAgentMayGiveItsChildrenTheProxyButNotTheNetwork() throws IOException {
    JsonNode refusal =
        listed.call(
            Opcode.SPAWN, Map.of("name", "c", "command", List.of("/bin/true"), "network", "host"));
    assertThat(refusal.path("code").asText()).isEqualTo("PERMISSION_DENIED");
    JsonNode wrong =
        operator.call(
            Opcode.SPAWN, Map.of("name", "c", "command", List.of("/bin/true"), "network", "lan"));
    assertThat(wrong.path("error").asText()).contains("network").contains("proxy");
    JsonNode unsandboxed =
        operator.call(
            Opcode.SPAWN,
            Map.of(
                "name",
                "c",
                "command",
                List.of("/bin/true"),
                "network",
                "proxy",
                "sandboxed",
                false));
    assertThat(unsandboxed.path("error").asText()).contains("sandbox");
  }
}
