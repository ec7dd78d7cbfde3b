// SPDX-License-Identifier: MIT
package io.agentos.llm.contract;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.base.Json;
import io.agentos.llm.testing.Requests;
import io.agentos.llm.wire.Prompt;
import java.io.IOException;

/** A request with everything that one can have. */
final class FullRequest {
  private FullRequest() {}

  static Prompt prompt() throws IOException {
    return Requests.prompt(
        (ObjectNode)
            Json.mapper()
                .readTree(
                    """
                    {"id": 1, "op": "generate", "caller": "worker-1", "timeout_ms": 20000,
                     "stream": false, "system_instruction": "Be brief.", "temperature": 0.5,
                     "top_p": 0.75, "seed": 7, "stop": ["END", "\\n\\n"],
                     "tool_choice": {"name": "look"}, "max_tokens": 9000, "thinking_level": "low",
                     "tools": [{"name": "add", "description": "adds",
                                "parameters": {"type": "object", "properties": {}}},
                               {"name": "look", "description": "looks"}],
                     "response_schema": {"type": "object", "properties": {"n": {"type": "integer"}},
                                         "required": ["n"], "additionalProperties": false},
                     "messages": [
                       {"role": "user", "content": [
                         {"type": "text", "text": "What is this?"},
                         {"type": "image", "mime_type": "image/png", "data": "iVBORw0KGgo="}]},
                       {"role": "assistant", "content": [{"type": "text", "text": "Adding."}],
                        "tool_calls": [{"id": "c1", "name": "add", "arguments": {"a": [1, null]}},
                                       {"id": "c2", "name": "look"}]},
                       {"role": "tool", "tool_call_id": "c1",
                        "content": [{"type": "text", "text": "3"}]},
                       {"role": "tool", "tool_call_id": "c2",
                        "content": [{"type": "text", "text": "a dog"}]},
                       {"role": "user", "content": [{"type": "text", "text": "So?"},
                                                    {"type": "text", "text": " Go on."}]}]}
                    """));
  }
}
