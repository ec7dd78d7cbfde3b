// SPDX-License-Identifier: MIT
package io.agentos.llm.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.llm.base.FieldException;
import io.agentos.llm.base.Fields;
import io.agentos.llm.base.Json;
import io.agentos.llm.base.Limits;
import io.agentos.llm.base.Nearest;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Turns a line into a request, strictly: a field that the contract does not know is refused. */
public final class RequestReader {
  private static final List<String> OPERATIONS = List.of("generate", "cancel", "status");

  private static final Set<String> GENERATE_FIELDS =
      Set.of(
          "id",
          "op",
          "model",
          "provider",
          "messages",
          "system_instruction",
          "temperature",
          "top_p",
          "presence_penalty",
          "frequency_penalty",
          "seed",
          "stop",
          "max_tokens",
          "thinking_level",
          "tools",
          "tool_choice",
          "response_schema",
          "timeout_ms",
          "stream",
          "caller");

  private RequestReader() {}

  public static Request read(byte[] line) throws RejectedLineException {
    JsonNode node = parse(line);
    if (!node.isObject()) {
      throw new RejectedLineException(0, "the line is not a JSON object");
    }
    JsonNode id = node.path("id");
    if (!id.isIntegralNumber() || !id.canConvertToLong() || id.longValue() < 1) {
      throw new RejectedLineException(0, "the line has no id: a whole number from 1");
    }
    try {
      return read(id.longValue(), node);
    } catch (FieldException e) {
      throw new RejectedLineException(id.longValue(), e.sentence());
    }
  }

  private static JsonNode parse(byte[] line) throws RejectedLineException {
    try {
      return Json.mapper().readTree(line);
    } catch (JsonProcessingException e) {
      throw new RejectedLineException(0, "the line is not one JSON value");
    } catch (IOException e) {
      throw new RejectedLineException(0, "the line is not UTF-8");
    }
  }

  private static Request read(long id, JsonNode node) throws FieldException {
    String operation = node.path("op").asText();
    return switch (operation) {
      case "generate" -> generate(id, Fields.of(node, "", GENERATE_FIELDS));
      case "cancel" -> cancel(id, Fields.of(node, "", Set.of("id", "op", "target")));
      case "status" -> {
        Fields.of(node, "", Set.of("id", "op"));
        yield new Request.Status(id);
      }
      default ->
          throw new FieldException(
              "op names no known operation; " + Nearest.hint(operation, OPERATIONS));
    };
  }

  private static Request cancel(long id, Fields fields) throws FieldException {
    long target =
        fields
            .integer("target", 1, Long.MAX_VALUE)
            .orElseThrow(() -> new FieldException("target is missing"));
    return new Request.Cancel(id, target);
  }

  private static Request generate(long id, Fields fields) throws FieldException {
    long timeoutMs =
        fields
            .integer("timeout_ms", 1, Limits.TIMEOUT_MAX.toMillis())
            .orElseThrow(() -> new FieldException("timeout_ms is missing"));
    Optional<String> provider = fields.text("provider");
    return new Request.Generate(
        id,
        provider,
        PromptReader.read(fields),
        Duration.ofMillis(timeoutMs),
        fields.flag("stream", /* absent= */ false));
  }
}
