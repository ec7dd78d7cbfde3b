// SPDX-License-Identifier: MIT
package io.agentos.llm.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.testing.Requests;
import java.time.Duration;
import java.util.Base64;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestReaderTest {
  private static Request read(String line) throws RejectedLineException {
    return RequestReader.read(line.getBytes(UTF_8));
  }

  private static RejectedLineException rejection(String line) {
    return catchThrowableOfType(RejectedLineException.class, () -> read(line));
  }

  @Test
  void readsAWholeRequest() throws RejectedLineException {
    ObjectNode line =
        Requests.generate(7, "hi")
            .put("provider", "gemini")
            .put("model", "m")
            .put("system_instruction", "s")
            .put("temperature", 0)
            .put("max_tokens", 5)
            .put("thinking_level", "high")
            .put("stream", true);

    Request.Generate request = (Request.Generate) read(line.toString());

    assertThat(request.id()).isEqualTo(7);
    assertThat(request.provider()).contains("gemini");
    assertThat(request.timeout()).isEqualTo(Duration.ofSeconds(20));
    assertThat(request.stream()).isTrue();
    Prompt prompt = request.prompt();
    assertThat(prompt.caller()).isEqualTo("worker-1");
    assertThat(prompt.model()).contains("m");
    assertThat(prompt.systemInstruction()).contains("s");
    assertThat(prompt.sampling().temperature()).hasValue(0);
    assertThat(prompt.sampling().maxTokens()).hasValue(5);
    assertThat(prompt.sampling().thinkingLevel()).contains(ThinkingLevel.HIGH);
    assertThat(prompt.lastUserText()).isEqualTo("hi");
  }

  @Test
  void countsNullAsAbsent() throws RejectedLineException {
    ObjectNode line = Requests.generate(7, "hi");
    line.putNull("model").putNull("tools").putNull("temperature").putNull("stream");

    Request.Generate request = (Request.Generate) read(line.toString());

    assertThat(request.stream()).isFalse();
    assertThat(request.prompt().model()).isEmpty();
    assertThat(request.prompt().sampling().temperature()).isEmpty();
  }

  @Test
  void takesAnImageOfTensOfMegabytes() {
    byte[] bytes = new byte[30 << 20];
    System.arraycopy("GIF89a".getBytes(UTF_8), 0, bytes, 0, 6);
    String image = Base64.getEncoder().encodeToString(bytes);
    ObjectNode line = Requests.generate(7, "hi");
    line.withArray("/messages/0/content")
        .addObject()
        .put("type", "image")
        .put("mime_type", "image/gif")
        .put("data", image);

    assertThatCode(() -> read(line.toString())).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'\"timeout_ms\":20000' | '\"timeout_ms\":0' | timeout_ms must be a whole number from 1 to 3600000, was the number 0",
        "'\"timeout_ms\":20000' | '\"timeout_ms\":1.5' | timeout_ms must be a whole number from 1 to 3600000, was the number 1.5",
        "'\"timeout_ms\":20000' | '\"timeout_ms\":\"1\"' | timeout_ms must be a whole number from 1 to 3600000, was text",
        "'\"stream\":false' | '\"stream\":1' | stream must be true or false, was the number 1",
        "'\"caller\":\"worker-1\"' | '\"caller\":5' | caller must be text, was the number 5",
        "',\"caller\":\"worker-1\"' | '' | caller is missing",
        "'\"stream\":false' | '\"top_p\":1.1' | top_p must be a number from 0.0 to 1.0, was the number 1.1",
        "'\"stream\":false' | '\"presence_penalty\":-3' | presence_penalty must be a number from -2.0 to 2.0, was the number -3",
        "'\"stream\":false' | '\"seed\":1.5' | seed must be a whole number from -9223372036854775808 to 9223372036854775807, was the number 1.5",
        "'\"stream\":false' | '\"stop\":\"END\"' | stop must be a list, was text",
        "'\"stream\":false' | '\"stop\":[\"\"]' | 'stop must hold at most 4 texts, none empty'",
        "'\"stream\":false' | '\"stop\":[\"1\",\"2\",\"3\",\"4\",\"5\"]' | 'stop must hold at most 4 texts, none empty'",
        "'\"stream\":false' | '\"tool_choice\":\"auto\"' | 'tool_choice goes with tools, and there are none'",
        "'\"stream\":false' | '\"tools\":[{\"name\":\"t\"}],\"tool_choice\":\"any\"' | 'tool_choice is unknown; known are auto, none, required'",
        "'\"stream\":false' | '\"tools\":[{\"name\":\"t\"}],\"tool_choice\":{\"name\":\"u\"}' | tool_choice.name is the name of none of the tools",
        "'\"role\":\"user\"' | '\"role\":\"usr\"' | messages[0].role is unknown; did you mean 'user'?",
        "'\"role\":\"user\"' | '\"role\":\"tool\"' | messages[0].tool_call_id is for the role tool, which needs it",
        "'\"type\":\"text\"' | '\"type\":\"audio\"' | messages[0].content[0].type is unknown; known are image, text",
        "'\"text\":\"hi\"' | '\"text\":null' | messages[0].content[0].text is missing",
        "'\"text\":\"hi\"' | '\"txt\":\"hi\"' | unknown field messages[0].content[0].txt; did you mean 'text'?",
        "'\"op\":\"generate\"' | '\"op\":5' | op names no known operation; known are cancel, generate, status",
      })
  void saysWhichFieldIsWrong(String right, String wrong, String sentence) {
    String line = Requests.generate(7, "hi").toString();
    assertThat(line).contains(right);

    RejectedLineException rejection = rejection(line.replace(right, wrong == null ? "" : wrong));

    assertThat(rejection.id()).isEqualTo(7);
    assertThat(rejection.failure()).isEqualTo(Failure.lasting(ErrorCode.INVALID_REQUEST, sentence));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "{\"id\": 1, \"id\": 2, \"op\": \"status\"}",
        "{\"id\": 1e1, \"op\": \"status\"}",
        "{\"id\": 99999999999999999999, \"op\": \"status\"}",
        "{\"id\": -1, \"op\": \"status\"}",
        "{\"id\": null, \"op\": \"status\"}",
      })
  void rejectsUnderIdZero_whenNoIdCanBeRead(String line) {
    assertThat(rejection(line).id()).isZero();
  }

  @Test
  void rejectsNestingOfAQuarterOfAMillionLevels() {
    assertThat(rejection("[".repeat(250_000)).id()).isZero();
    assertThat(
            rejection("{\"id\": 1, \"op\": " + "[".repeat(250_000) + "]".repeat(250_000) + "}")
                .id())
        .isZero();
  }

  @Property(tries = 2_000)
  void readsOrRejectsAnyBytes(@ForAll byte[] line) {
    try {
      assertThat(RequestReader.read(line)).isNotNull();
    } catch (RejectedLineException e) {
      assertThat(e.failure().message()).isNotEmpty();
    }
  }
}
