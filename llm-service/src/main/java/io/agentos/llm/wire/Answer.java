// SPDX-License-Identifier: MIT
package io.agentos.llm.wire;

import java.util.List;

/** What a provider answered; {@code content} is all of it, also when it was streamed. */
public record Answer(
    String content,
    String model,
    FinishReason finishReason,
    Usage usage,
    List<ToolCall> toolCalls) {}
