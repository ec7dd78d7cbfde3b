// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.SandboxedAgent;
import io.agentos.kernel.testing.WireClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** READ and WRITE of a sandboxed agent: bytes and names of every shape arrive as they were sent. */
final class FileContentsIT {
  private static KernelProcess kernel;
  private static Operator operator;
  private static SandboxedAgent agent;

  @BeforeAll
  static void start() throws IOException {
    kernel = KernelProcess.start();
    operator = new Operator(kernel);
    agent = SandboxedAgent.start(kernel, operator, "files", Map.of());
  }

  @AfterAll
  static void stop() throws IOException {
    agent.close();
    operator.close();
    kernel.close();
  }

  private JsonNode read(String path) throws IOException {
    return agent.call(Opcode.READ, Map.of("path", path));
  }

  private JsonNode write(String path, String content) throws IOException {
    return agent.call(Opcode.WRITE, Map.of("path", path, "content", content));
  }

  private JsonNode write(String path, String content, String mode) throws IOException {
    return agent.call(Opcode.WRITE, Map.of("path", path, "content", content, "mode", mode));
  }

  @Test
  void readsBackWhatWasWritten() throws IOException {
    String text = "línea\n\"quoted\" \\ \u0001 😀";
    JsonNode written = write("/workspace/round", text);
    assertThat(written.get("bytes_written").asInt())
        .isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
    JsonNode answer = read("/workspace/round");
    assertThat(answer.get("content").asText()).isEqualTo(text);
    assertThat(answer.get("truncated").asBoolean()).isFalse();
    assertThat(answer.get("encoding").asText()).isEqualTo("utf-8");
    assertThat(agent.workspace().resolve("round")).hasContent(text);
    assertThat(agent.shell("cat /workspace/round; stat -c %u:%a round"))
        .isEqualTo(text + "1000:644\n");
  }

  @ParameterizedTest
  @CsvSource({
    "0,4,0123,true",
    "8,4,89,false",
    "10,4,'',false",
    "99,4,'',false",
    "3,0,'',true",
    "0,10,0123456789,false"
  })
  void readsAPart(int offset, int limit, String part, boolean truncated) throws IOException {
    write("/workspace/digits", "0123456789");
    JsonNode answer =
        agent.call(
            Opcode.READ, Map.of("path", "/workspace/digits", "offset", offset, "limit", limit));
    assertThat(answer.get("content").asText()).isEqualTo(part);
    assertThat(answer.get("truncated").asBoolean()).isEqualTo(truncated);
    assertThat(answer.get("size").asInt()).isEqualTo(10);
  }

  @Test
  void readsBytesAsBase64_andSaysSoWhenTextIsAskedFor() throws IOException {
    byte[] bytes = {0, -1, -61, 40, 10};
    String encoded = Base64.getEncoder().encodeToString(bytes);
    Map<String, String> fields =
        Map.of("path", "/workspace/bytes", "content", encoded, "encoding", "base64");
    assertThat(agent.call(Opcode.WRITE, fields).get("bytes_written").asInt()).isEqualTo(5);
    assertThat(agent.workspace().resolve("bytes")).hasBinaryContent(bytes);
    JsonNode answer =
        agent.call(Opcode.READ, Map.of("path", "/workspace/bytes", "encoding", "base64"));
    assertThat(answer.get("content").asText()).isEqualTo(encoded);
    Expect.refusal(read("/workspace/bytes"), "INVALID_REQUEST", "not UTF-8", "base64");
  }

  @Test
  void readsTheHeadOfALargeFile_andTellsItsSize() throws IOException {
    agent.shell("head -c 3000000 /dev/zero | tr '\\0' x > /workspace/large");
    JsonNode answer = read("/workspace/large");
    assertThat(answer.get("content").asText())
        .hasSize(512 * 1024)
        .containsOnlyOnce("x".repeat(512 * 1024));
    assertThat(answer.get("size").asInt()).isEqualTo(3_000_000);
    assertThat(answer.get("truncated").asBoolean()).isTrue();
  }

  /** Answers have the bound that requests have; the refusal says so, and there is a way. */
  @Test
  void refusesAnAnswerOverTheLargestPayload() throws IOException {
    agent.shell("head -c 400000 /dev/zero | tr '\\0' '\\1' > /workspace/escapes");
    Expect.refusal(read("/workspace/escapes"), "TOO_LARGE", "1048576", "ask for less");
    Map<String, String> bytes = Map.of("path", "/workspace/escapes", "encoding", "base64");
    Expect.success(agent.call(Opcode.READ, bytes));
    Expect.success(agent.call(Opcode.READ, Map.of("path", "/workspace/escapes", "limit", 100_000)));
  }

  @Test
  void appendsAndCreates() throws IOException {
    write("/workspace/grows", "a");
    assertThat(write("/workspace/grows", "b", "append").get("success").asBoolean()).isTrue();
    assertThat(write("/workspace/begins", "c", "append").get("success").asBoolean()).isTrue();
    assertThat(write("/workspace/new", "d", "create").get("success").asBoolean()).isTrue();
    Expect.refusal(write("/workspace/new", "e", "create"), "ALREADY_EXISTS", "/workspace/new");
    assertThat(agent.shell("cat grows begins new")).isEqualTo("abcd");
  }

  @Test
  void replacesAFileAsAWhole_keepingItsMode() throws IOException {
    agent.shell("printf old > tool; chmod 750 tool; exec 9<tool; (sleep 30 <&9 &) 2>&- >&-");
    agent.shell("ln tool other-name; ln -s tool link-to-tool");
    assertThat(write("/workspace/link-to-tool", "new").get("success").asBoolean()).isTrue();
    assertThat(agent.shell("cat tool; stat -c ' %a' tool; cat other-name; readlink link-to-tool"))
        .isEqualTo("new 750\noldtool\n");
    try (Stream<Path> files = Files.list(agent.workspace())) {
      assertThat(files.filter(f -> f.toString().endsWith(".agentos-tmp"))).isEmpty();
    }
  }

  @Test
  void leavesOneWriterOrTheOther_neverAMixture() throws Exception {
    List<Thread> writers = new ArrayList<>();
    for (char letter = 'a'; letter < 'i'; letter++) {
      String content = String.valueOf(letter).repeat(200_000);
      Thread writer = new Thread(() -> writeOnce(content));
      writer.start();
      writers.add(writer);
    }
    for (int i = 0; i < 20; i++) {
      JsonNode answer = read("/workspace/contested");
      if (answer.get("success").asBoolean()) {
        assertThat(answer.get("content").asText().chars().distinct().count()).isEqualTo(1);
        assertThat(answer.get("size").asInt()).isEqualTo(200_000);
      }
    }
    for (Thread writer : writers) {
      writer.join();
    }
    assertThat(read("/workspace/contested").get("content").asText()).hasSize(200_000);
  }

  private void writeOnce(String content) {
    try (WireClient connection = agent.connect()) {
      Operator.call(
          connection, Opcode.WRITE, Map.of("path", "/workspace/contested", "content", content));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "with space",
        "línea-😀-中",
        "new\nline",
        "quote\"'",
        "-rf",
        "...",
        "back\\slash",
        "a (deleted)",
        "~",
        "*"
      })
  void takesNamesOfAnyShape(String name) throws IOException {
    String path = "/workspace/" + name;
    assertThat(write(path, name).get("success").asBoolean()).isTrue();
    assertThat(write(path, name + "!").get("success").asBoolean()).isTrue();
    assertThat(read(path).get("content").asText()).isEqualTo(name + "!");
    assertThat(agent.workspace().resolve(name)).hasContent(name + "!");
  }

  /** The end of /proc's names for what was deleted is also a name that a file may have. */
  @Test
  void writesToTheFileThatWasNamed_whenItsNameEndsInDeleted() throws IOException {
    write("/workspace/notes", "precious");
    write("/workspace/notes (deleted)", "first");
    write("/workspace/notes (deleted)", "second");
    assertThat(agent.workspace().resolve("notes")).hasContent("precious");
    assertThat(agent.workspace().resolve("notes (deleted)")).hasContent("second");
  }

  /** What can't be written as text can't be judged; above all it is not another folder's name. */
  @Test
  void leavesACharacterThatTheLimitCutsToTheNextRead() throws IOException {
    String text = "a\u00e9\ud83d\ude00z";
    write("/workspace/cut", text);
    StringBuilder gathered = new StringBuilder();
    int offset = 0;
    for (boolean more = true; more; ) {
      JsonNode part =
          agent.call(Opcode.READ, Map.of("path", "/workspace/cut", "offset", offset, "limit", 4));
      gathered.append(part.get("content").asText());
      offset += part.get("content").asText().getBytes(StandardCharsets.UTF_8).length;
      more = part.get("truncated").asBoolean();
    }
    assertThat(gathered).hasToString(text);
    assertThat(
            agent
                .call(Opcode.READ, Map.of("path", "/workspace/cut", "offset", 1, "limit", 1))
                .get("code")
                .asText())
        .isEqualTo("INVALID_REQUEST");
  }

  @Test
  void refusesAFolderWhoseNameIsNoUtf8() throws IOException {
    agent.shell(
        "mkdir \"$(printf 'd\\377')\"; ln -s \"$(printf 'd\\377')\" odd; mkdir -p \"$(printf 'd\\357\\277\\275')\"");
    Expect.refusal(write("/workspace/odd/x", "x"), "INVALID_REQUEST", "UTF-8");
    agent.shell("echo x > odd/x");
    Expect.refusal(read("/workspace/odd/x"), "INVALID_REQUEST", "UTF-8");
    assertThat(agent.shell("ls \"$(printf 'd\\357\\277\\275')\"")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {256, 1500})
  void refusesANameThatIsTooLong(int length) throws IOException {
    String path = "/workspace/" + "n".repeat(length);
    Expect.refusal(read(path), "INVALID_REQUEST", "too long");
    Expect.refusal(write(path, "x"), "INVALID_REQUEST", "too long");
  }

  @Test
  void refusesContentThatIsNone() throws IOException {
    Map<String, String> notBase64 =
        Map.of("path", "/workspace/x", "content", "no base64!", "encoding", "base64");
    Expect.refusal(agent.call(Opcode.WRITE, notBase64), "INVALID_REQUEST", "base64");
    WireClient client = agent.client();
    Expect.refusal(
        client.ask(Opcode.WRITE, "{'path':'/workspace/x','content':'\\ud800'}"),
        "INVALID_REQUEST",
        "surrogate");
    Expect.refusal(write("/workspace/x", "y", "sideways"), "INVALID_REQUEST", "append", "create");
  }

  /** Files of /proc say that they are empty. */
  @Test
  void readsFilesThatDoNotKnowTheirSize() throws IOException {
    JsonNode answer = operator.call(Opcode.READ, Map.of("path", "/proc/version"));
    assertThat(answer.get("content").asText()).startsWith("Linux");
  }
}
