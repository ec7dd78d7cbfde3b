// SPDX-License-Identifier: MIT
package io.agentos.llm.wire;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/**
 * What a provider is asked.
 *
 * @param caller the agent it is asked for
 * @param messages at least one
 * @param toolChoice only with tools
 * @param responseSchema the JSON schema that the answer has to follow
 */
public record Prompt(
    String caller,
    Optional<String> model,
    List<Message> messages,
    Optional<String> systemInstruction,
    Sampling sampling,
    List<Tool> tools,
    Optional<ToolChoice> toolChoice,
    Optional<ObjectNode> responseSchema) {

  /** The same question to another model. */
  public Prompt withModel(String other) {
    return new Prompt(
        caller,
        Optional.of(other),
        messages,
        systemInstruction,
        sampling,
        tools,
        toolChoice,
        responseSchema);
  }

  /** The text of the last thing the user said; empty when the user said nothing. */
  public String lastUserText() {
    for (int i = messages.size() - 1; i >= 0; i--) {
      if (messages.get(i).role() == Message.Role.USER) {
        return messages.get(i).text();
      }
    }
    return "";
  }

  /** The text of the tool's result that the conversation ends with; empty when it does not. */
  public Optional<String> finalToolText() {
    Message last = messages.get(messages.size() - 1);
    return last.role() == Message.Role.TOOL ? Optional.of(last.text()) : Optional.empty();
  }
}
