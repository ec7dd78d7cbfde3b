// SPDX-License-Identifier: MIT
package io.agentos.llm.gemini;

import com.google.genai.types.Candidate;
import com.google.genai.types.Content;
import com.google.genai.types.FinishReason.Known;
import com.google.genai.types.FunctionCall;
import com.google.genai.types.GenerateContentResponse;
import com.google.genai.types.GenerateContentResponseUsageMetadata;
import com.google.genai.types.Part;
import io.agentos.llm.base.Json;
import io.agentos.llm.http.HttpErrors;
import io.agentos.llm.provider.Draft;
import io.agentos.llm.provider.ToolSignatures;
import io.agentos.llm.wire.Answer;
import io.agentos.llm.wire.FailureException;
import io.agentos.llm.wire.FinishReason;
import io.agentos.llm.wire.Prompt;
import io.agentos.llm.wire.ToolCall;
import io.agentos.llm.wire.Usage;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/** Puts an answer together from one response, or from those of a stream. */
final class GeminiAnswer {
  private final String caller;
  private final ToolSignatures signatures;
  private final HttpErrors errors;
  private final Draft draft;
  private final boolean mayStopAtOnce;
  private Optional<Known> finished = Optional.empty();
  private boolean blocked;
  private Usage usage = new Usage(0, 0, 0, 0);

  /** An answer to come to that question. */
  GeminiAnswer(Prompt prompt, ToolSignatures signatures, HttpErrors errors, Draft draft) {
    this.caller = prompt.caller();
    // What it was to end before may have been its beginning.
    this.mayStopAtOnce = !prompt.sampling().stop().isEmpty();
    this.signatures = signatures;
    this.errors = errors;
    this.draft = draft;
  }

  void add(GenerateContentResponse response) throws FailureException {
    blocked |= response.promptFeedback().flatMap(feedback -> feedback.blockReason()).isPresent();
    response.usageMetadata().ifPresent(counts -> usage = usage(counts));
    List<Candidate> candidates = present(response.candidates());
    if (candidates.isEmpty()) {
      return;
    }
    Candidate candidate = candidates.get(0);
    candidate.finishReason().ifPresent(reason -> finished = Optional.of(reason.knownEnum()));
    for (Part part : present(candidate.content().flatMap(Content::parts))) {
      add(part);
    }
  }

  /** The elements of a list of the SDK, which hands on the nulls that a server may send. */
  private static <T> List<T> present(Optional<List<T>> list) {
    return list.orElse(List.of()).stream().filter(Objects::nonNull).toList();
  }

  private void add(Part part) throws FailureException {
    if (part.functionCall().isPresent()) {
      draft.add(toolCall(part, part.functionCall().get()));
    }
    String piece = part.text().orElse("");
    // What the model thinks aloud is no part of what it answers.
    if (!part.thought().orElse(false)) {
      draft.say(piece);
    }
  }

  private ToolCall toolCall(Part part, FunctionCall function) {
    String id =
        function
            .id()
            .filter(given -> !given.isEmpty())
            .orElseGet(() -> "call-" + UUID.randomUUID());
    part.thoughtSignature().ifPresent(signature -> signatures.remember(caller, id, signature));
    return new ToolCall(
        id,
        function.name().orElse(""),
        Json.mapper().valueToTree(function.args().orElse(Map.of())));
  }

  private static Usage usage(GenerateContentResponseUsageMetadata counts) {
    return new Usage(
        counts.promptTokenCount().orElse(0),
        counts.candidatesTokenCount().orElse(0),
        counts.thoughtsTokenCount().orElse(0),
        counts.cachedContentTokenCount().orElse(0));
  }

  /** The whole answer; fails when Gemini said nothing, or stopped before it was done. */
  Answer finish(String model) throws FailureException {
    boolean empty = draft.isEmpty();
    FinishReason reason = reason();
    if (finished.isEmpty() && !blocked) {
      throw errors.unusable(empty ? " sent no answer" : "'s answer ends before its end");
    }
    boolean explained =
        reason == FinishReason.SAFETY
            || reason == FinishReason.LENGTH
            || (reason == FinishReason.STOP && mayStopAtOnce);
    if (empty && !explained) {
      throw errors.unusable(
          "'s answer is empty (" + finished.map(Known::name).orElse("no reason") + ")");
    }
    return new Answer(draft.text(), model, reason, usage, draft.toolCalls());
  }

  private FinishReason reason() {
    if (blocked) {
      return FinishReason.SAFETY;
    }
    return switch (finished.orElse(Known.OTHER)) {
      case STOP -> draft.toolCalls().isEmpty() ? FinishReason.STOP : FinishReason.TOOL_CALLS;
      case MAX_TOKENS -> FinishReason.LENGTH;
      case SAFETY,
          RECITATION,
          BLOCKLIST,
          PROHIBITED_CONTENT,
          SPII,
          IMAGE_SAFETY,
          IMAGE_PROHIBITED_CONTENT,
          IMAGE_RECITATION ->
          FinishReason.SAFETY;
      default -> FinishReason.OTHER;
    };
  }
}
