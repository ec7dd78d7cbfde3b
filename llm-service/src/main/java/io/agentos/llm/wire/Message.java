// SPDX-License-Identifier: MIT
package io.agentos.llm.wire;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One turn of a conversation.
 *
 * @param toolCalls what the model asked for; only on the assistant's messages
 * @param toolCallId which of these calls this is the result of; only on a tool's messages
 */
public record Message(
    Role role, List<Part> content, List<ToolCall> toolCalls, Optional<String> toolCallId) {

  /** Who said it. */
  public enum Role {
    USER,
    ASSISTANT,
    TOOL
  }

  /** The text parts, joined. */
  public String text() {
    return content.stream()
        .filter(Part.Text.class::isInstance)
        .map(part -> ((Part.Text) part).text())
        .collect(Collectors.joining());
  }
}
