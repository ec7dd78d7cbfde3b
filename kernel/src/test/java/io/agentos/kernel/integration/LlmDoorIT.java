// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.SandboxedAgent;
import io.agentos.kernel.testing.Until;
import io.agentos.kernel.wire.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The LLM over HTTP inside a sandbox, and clients that attack it. */
final class LlmDoorIT {
  private static final String SCRIPT =
      """
      rules:
        - match: "^for ever"
          delay_ms: 600000
          content: "too late"
        - match: "^flood"
          error: {code: RESOURCE_EXHAUSTED, message: "slow down", retryable: false}
      default: {content: "one two three four five"}
      """;

  /** Sends each argument, escapes undone, {@code @N} for N bytes of x; prints all that comes. */
  private static final String RAW =
      """
      import socket, sys
      s = socket.create_connection(('127.0.0.1', 3129))
      for word in sys.argv[1:]:
          data = b'x' * int(word[1:]) if word[:1] == '@' else word.encode().decode('unicode_escape').encode('latin-1')
          try:
              s.sendall(data)
          except OSError:
              break
      try:
          while data := s.recv(65536):
              print(data.decode('latin-1'), end='')
      except ConnectionResetError:
          print('reset')
      """;

  private static final double SLOW_SECONDS = Limits.DOOR_BODY_TIME.toSeconds() + 30.0;
  private static final String CHAT = "POST /v1/chat/completions HTTP/1.1";
  private static final String HELLO =
      "{\"model\": \"default\", \"messages\": [{\"role\": \"user\", \"content\": \"hello\"}]}";

  private static KernelProcess kernel;
  private static Operator operator;
  private static SandboxedAgent agent;

  @BeforeAll
  static void start() throws IOException {
    Path script = Files.createTempFile("llm", ".yaml");
    Files.writeString(script, SCRIPT);
    kernel = KernelProcess.start(Map.of("AGENTOS_LLM_SCRIPT", script.toString()), List.of());
    operator = new Operator(kernel);
    agent = agent("asker", Map.of());
  }

  @AfterAll
  static void stop() throws IOException {
    agent.close();
    operator.close();
    kernel.close();
  }

  private static SandboxedAgent agent(String name, Map<String, ?> permissions) throws IOException {
    SandboxedAgent made =
        SandboxedAgent.start(
            kernel, operator, name, Map.of("openai", true, "permissions", permissions));
    Files.writeString(made.workspace().resolve("raw.py"), RAW);
    return made;
  }

  private static String raw(String... words) {
    try {
      return agent.shell("/usr/bin/python3 /workspace/raw.py '" + String.join("' '", words) + "'");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String head(String line, String... headers) {
    return line
        + "\\r\\nHost: 127.0.0.1:3129\\r\\n"
        + String.join("", List.of(headers).stream().map(header -> header + "\\r\\n").toList())
        + "\\r\\n";
  }

  private static String post(String body) {
    int length = body.getBytes(StandardCharsets.UTF_8).length;
    return raw(
        head(CHAT, "Content-Type: application/json", "Content-Length: " + length),
        body.replace("\\", "\\\\"));
  }

  /** Refused with this status, in OpenAI's shape; what the sentence is. */
  private static String refusal(String answer, int status) throws IOException {
    assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
    assertThat(answer.toLowerCase(java.util.Locale.ROOT)).contains("\r\nconnection: close\r\n");
    JsonNode error = Json.MAPPER.readTree(answer.substring(answer.indexOf("\r\n\r\n") + 4));
    assertThat(error.at("/error/type").asText()).isNotEmpty();
    return error.at("/error/message").asText();
  }

  @Test
  void aQuestionIsAnswered() {
    assertThat(post(HELLO)).startsWith("HTTP/1.1 200").contains("one two three four five");
    assertThat(post(HELLO.replace("{\"model", "{\"stream\": true, \"model")))
        .contains("text/event-stream", "data: {", "data: [DONE]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET /v1/chat/completions HTTP/1.1|405|POST",
        "POST /v1/models HTTP/1.1|405|GET",
        "GET / HTTP/1.1|404|/v1/chat/completions",
        "POST /v1/responses HTTP/1.1|404|no /v1/responses here: ask for chat completions instead",
        "POST /v1/embeddings HTTP/1.1|404|no /v1/embeddings here",
        "POST /chat/completions HTTP/1.1|404|the base URL must end in /v1",
        "GET /v1/models/../../x HTTP/1.1|404|no model",
        "GET http://127.0.0.1:3129/v1/models HTTP/1.1|404|no such address",
        "CONNECT example.com:443 HTTP/1.1|404|no such address",
        "BROKEN|400|first line",
      })
  void anotherAddressOrMethodIsRefused(String line, int status, String sentence)
      throws IOException {
    assertThat(refusal(raw(head(line)), status)).contains(sentence);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Content-Length: 2\\r\\nTransfer-Encoding: chunked|400|not two of them",
        "Content-Length: 2\\r\\nContent-Length: 2|400|not two of them",
        "Transfer-Encoding: chunked, gzip|400|chunked",
        "Content-Length: +2|400|number",
        "Content-Length: 999999999|413|max_payload",
        "Origin: http://evil.example|403|Origin",
        "Host: evil.example|400|twice",
        "Content-Encoding: gzip\\r\\nContent-Length: 2|415|as it is",
        "Expect: the worst|417|100-continue",
        "' folded: x'|400|header",
      })
  void aHostileHeadIsRefused(String header, int status, String sentence) throws IOException {
    String answer = raw(head(CHAT, "Content-Type: application/json", header), "{}");
    assertThat(refusal(answer, status)).contains(sentence);
  }

  @Test
  void aNameThatStandsForThisAddressIsRefused() throws IOException {
    String rebound = head(CHAT, "Content-Type: application/json").replace("127.0.0.1", "evil.net");
    assertThat(refusal(raw(rebound), 403)).contains("Host");
  }

  @Test
  void whatIsNoJsonByItsTypeIsRefused() throws IOException {
    for (String type : List.of("text/plain", "application/x-www-form-urlencoded", "json")) {
      String answer = raw(head(CHAT, "Content-Type: " + type, "Content-Length: 2"), "{}");
      assertThat(refusal(answer, 415)).contains("application/json");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "5",
        "null",
        "{",
        "{} {}",
        "{\"model\": 1}",
        "{\"model\": \"default\", \"model\": \"x\", \"messages\": []}",
        "{\"model\": \"default\", \"messages\": [5]}",
        "{\"model\": \"default\", \"messages\": [{\"role\": \"boss\", \"content\": \"x\"}]}",
        "{\"model\": \"default\", \"messages\": [{\"role\": \"user\", \"content\": {}}]}",
      })
  void aBrokenBodyIsRefused(String body) throws IOException {
    assertThat(refusal(post(body), 400)).isNotEmpty();
  }

  @Test
  void bytesThatAreNoTextAreRefused() throws IOException {
    String bytes = "{\"model\": \"\\xff\\xfe\\xc0\"}";
    String answer = raw(head(CHAT, "Content-Type: application/json", "Content-Length: 14"), bytes);
    assertThat(refusal(answer, 400)).contains("UTF-8");
  }

  /** The words stand in for {@code hello} of {@link #HELLO}, or for its model. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hello|x\\ud800y|messages[0].content has half of a surrogate pair",
        "hello|\\udc00|messages[0].content has half",
        "hello|\\ude00\\ud83d|messages[0].content has half",
        "default|m\\ud83d|model has half",
        "hello\"|x\", \"na\\ud800me\": 5|Illegal surrogate character",
        "hello\"}|x\"}, {\"role\": \"assistant\", \"tool_calls\": [{\"id\": \"1\", \"function\": {\"name\": \"t\", \"arguments\": \"{\\\"a\\\": \\\"\\\\ud800\\\"}\"}}]}|messages[1].tool_calls[0].function.arguments.a has half",
      })
  void halfACharacterIsRefusedWhereItStands(String word, String with, String sentence)
      throws IOException {
    for (String stream : List.of("", "\"stream\": true, ")) {
      String body = HELLO.replace(word, with).replace("{\"model", "{" + stream + "\"model");
      assertThat(refusal(post(body), 400)).contains(sentence);
    }
    assertThat(post(HELLO.replace("hello", "\\ud83d\\ude00"))).startsWith("HTTP/1.1 200");
  }

  @Test
  void jsonThatIsTooDeepIsRefused() throws IOException {
    assertThat(refusal(post("[".repeat(5000)), 400)).isNotEmpty();
  }

  @Test
  void chunksAreJoinedAndBounded() throws IOException {
    String chunked = head(CHAT, "Content-Type: application/json", "Transfer-Encoding: chunked");
    String half = HELLO.substring(0, 20);
    String rest = HELLO.substring(20);
    String body =
        Integer.toHexString(half.length())
            + "\\r\\n"
            + half
            + "\\r\\n"
            + Integer.toHexString(rest.length())
            + "\\r\\n"
            + rest
            + "\\r\\n0\\r\\n\\r\\n";
    assertThat(raw(chunked, body)).startsWith("HTTP/1.1 200");
    String large = raw(chunked, "200000\\r\\n", "@" + (2 << 20), "\\r\\n0\\r\\n\\r\\n");
    assertThat(large).startsWith("HTTP/1.1 413");
    assertThat(refusal(raw(chunked, "zz\\r\\n{}\\r\\n"), 400)).contains("broken");
  }

  @Test
  void whoExpectsToBeToldToGoOnIsTold() {
    String head =
        head(
            CHAT,
            "Content-Type: application/json",
            "Expect: 100-continue",
            "Content-Length: " + HELLO.length());
    assertThat(raw(head, HELLO)).startsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200");
  }

  @Test
  void whatIsSentBehindARequestIsNotARequest() {
    String head = head(CHAT, "Content-Type: application/json", "Content-Length: " + HELLO.length());
    String answer = raw(head, HELLO, head, HELLO);
    assertThat(answer.split("HTTP/1.1 ", -1)).hasSize(2);
  }

  @Test
  void tooManyHeadersAreRefused() throws IOException {
    String answer =
        raw("GET /v1/models HTTP/1.1\\r\\nHost: localhost\\r\\nA: ", "@" + Limits.PROXY_HEAD_BYTES);
    assertThat(refusal(answer, 431)).contains("larger than");
  }

  @Test
  void aSlowBodyIsNotWaitedForAndDelaysNobody() throws IOException {
    String slow = head(CHAT, "Content-Type: application/json", "Content-Length: 100");
    String program = "/usr/bin/python3 /workspace/raw.py ";
    String fast = head(CHAT, "Content-Type: application/json", "Content-Length: " + HELLO.length());
    String line =
        program
            + ("'" + slow + "' > slow.txt & ")
            + (program + "'" + fast + "' '" + HELLO + "'; kill -0 $! && echo meanwhile; wait");
    JsonNode ran = agent.call(Opcode.EXEC, Map.of("command", line, "timeout", SLOW_SECONDS));
    assertThat(ran.get("stdout").asText()).startsWith("HTTP/1.1 200").endsWith("meanwhile\n");
    assertThat(refusal(Files.readString(agent.workspace().resolve("slow.txt")), 408))
        .contains("within 30 s");
  }

  @Test
  void whoGoesAwayHasItsRequestCancelled() throws IOException {
    String ask = HELLO.replace("hello", "for ever");
    agent.shell(
        "curl -s -m 1 http://127.0.0.1:3129/v1/chat/completions -H 'Content-Type: application/json' -d '"
            + ask
            + "' || true");
    Until.holds(
        "nothing is under way",
        10,
        () ->
            operator.call(Opcode.LLM_STATUS, Map.of()).get("running").asInt() == 0
                && operator.call(Opcode.LLM_STATUS, Map.of()).get("waiting").asInt() == 0);
  }

  @Test
  void anExhaustedModelSaysWhenToComeBack() throws IOException {
    String answer = post(HELLO.replace("hello", "flood"));
    assertThat(refusal(answer, 429)).contains("slow down");
    assertThat(answer).contains("x-should-retry: false");
  }

  @Test
  void onlyASandboxWithANetworkOfItsOwnHasTheDoor() throws IOException {
    for (Map<String, ?> more :
        List.<Map<String, ?>>of(Map.of("sandboxed", false), Map.of("network", "host"))) {
      Map<String, Object> fields = new java.util.HashMap<>(more);
      fields.putAll(Map.of("name", "wide", "command", List.of("/bin/true"), "openai", true));
      JsonNode answer = operator.call(Opcode.SPAWN, fields);
      assertThat(answer.get("code").asText()).isEqualTo("INVALID_REQUEST");
      assertThat(answer.get("error").asText()).contains("openai needs a sandbox");
    }
  }

  @Test
  void nothingElseLeavesTheSandbox() throws IOException {
    assertThat(agent.shell("cut -d: -f1 /proc/self/net/dev | tail -n +3").strip()).isEqualTo("lo");
    assertThat(agent.shell("curl -s -m 3 http://127.0.0.1:3128/ || echo none")).isEqualTo("none\n");
  }
}
