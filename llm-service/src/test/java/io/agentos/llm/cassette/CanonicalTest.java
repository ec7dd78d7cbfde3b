// SPDX-License-Identifier: MIT
package io.agentos.llm.cassette;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.base.Json;
import io.agentos.llm.testing.Requests;
import io.agentos.llm.wire.RejectedLineException;
import io.agentos.llm.wire.Request;
import io.agentos.llm.wire.RequestReader;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which requests are the same question. */
final class CanonicalTest {
  private static final String FULL =
      """
      {"provider": "openai", "model": "m", "system_instruction": "s", "temperature": 0.5,
       "top_p": 0.25, "presence_penalty": 1.5, "frequency_penalty": -1.5, "seed": 7,
       "stop": ["END"], "tool_choice": "auto",
       "max_tokens": 5, "thinking_level": "low", "stream": true,
       "response_schema": {"type": "object", "required": ["a"]},
       "tools": [{"name": "t", "description": "d", "parameters": {"type": "object"}}],
       "messages": [
         {"role": "user", "content": [{"type": "text", "text": "hi"},
           {"type": "image", "mime_type": "image/gif", "data": "R0lGODlh"}]},
         {"role": "assistant", "content": [],
          "tool_calls": [{"id": "c", "name": "t", "arguments": {"x": 1, "y": {"b": 1, "a": 2}}}]},
         {"role": "tool", "tool_call_id": "c", "content": [{"type": "text", "text": "r"}]}]}
      """;

  private static Canonical canonical(JsonNode fields) throws RejectedLineException {
    ObjectNode line = Requests.generate(1, "");
    line.setAll((ObjectNode) fields);
    return Canonical.of((Request.Generate) RequestReader.read(line.toString().getBytes(UTF_8)));
  }

  private static Canonical canonical(String fields) throws IOException, RejectedLineException {
    return canonical(Json.mapper().readTree(fields));
  }

  @Test
  void areTheSame_whoeverAsksInWhateverOrderAndWithNullsForWhatIsAbsent() throws Exception {
    String other =
        FULL.replace(
                "{\"x\": 1, \"y\": {\"b\": 1, \"a\": 2}}",
                "{\"y\": {\"a\": 2, \"b\": 1}, \"x\": 1}")
            .replace(
                "{\"provider\"", "{\"id\": 9, \"caller\": \"c\", \"timeout_ms\": 1, \"provider\"");

    assertThat(canonical(other)).isEqualTo(canonical(FULL));
    assertThat(canonical("{\"tools\": null, \"model\": null, \"stream\": null}"))
        .isEqualTo(canonical("{}"));
  }

  @Test
  void differ_whenAnyWordOfThemDoes() throws Exception {
    Set<String> hashes = new HashSet<>();
    hashes.add(canonical(FULL).hash());
    String[][] changes = {
      {"\"openai\"", "\"gemini\""},
      {"\"model\": \"m\"", "\"model\": \"n\""},
      {"\"s\"", "\"z\""},
      {"0.5", "0.6"},
      {"0.25", "0.26"},
      {"1.5", "1.6"},
      {"-1.5", "-1.6"},
      {"\"seed\": 7", "\"seed\": 8"},
      {"[\"END\"]", "[\"END\", \"STOP\"]"},
      {"\"auto\"", "\"required\""},
      {"\"auto\"", "{\"name\": \"t\"}"},
      {"\"max_tokens\": 5", "\"max_tokens\": 6"},
      {"\"low\"", "\"high\""},
      {"true", "false"},
      {"[\"a\"]", "[\"b\"]"},
      {"\"d\"", "\"e\""},
      {"\"hi\"", "\"ho\""},
      {"R0lGODlh", "R0lGODdh"},
      {"\"x\": 1", "\"x\": 2"},
      {"\"r\"", "\"q\""},
    };
    for (String[] change : changes) {
      assertThat(FULL).contains(change[0]);
      assertThat(hashes.add(canonical(FULL.replace(change[0], change[1])).hash()))
          .as(change[1])
          .isTrue();
    }
  }

  @Test
  void areHashedAsTheyAreWritten() throws Exception {
    Canonical canonical = canonical(FULL);

    byte[] text = canonical.request().toString().getBytes(UTF_8);

    assertThat(canonical.hash())
        .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text)));
  }
}
