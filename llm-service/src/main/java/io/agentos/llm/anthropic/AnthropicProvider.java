// SPDX-License-Identifier: MIT
package io.agentos.llm.anthropic;

import io.agentos.llm.http.HttpErrors;
import io.agentos.llm.http.JsonHttp;
import io.agentos.llm.provider.Call;
import io.agentos.llm.provider.Draft;
import io.agentos.llm.provider.Provider;
import io.agentos.llm.provider.ToolSignatures;
import io.agentos.llm.settings.ProviderSettings;
import io.agentos.llm.settings.Redactor;
import io.agentos.llm.wire.Answer;
import io.agentos.llm.wire.FailureException;
import io.agentos.llm.wire.Prompt;
import io.agentos.llm.wire.ToolChoice;
import java.util.Map;

/** Asks Claude through Anthropic's Messages API. */
public final class AnthropicProvider implements Provider {
  private static final String API_VERSION = "2023-06-01";

  private final String defaultModel;
  private final HttpErrors errors;
  private final JsonHttp http;
  private final ToolSignatures thoughts = new ToolSignatures();

  /** The settings must have a key. */
  public AnthropicProvider(ProviderSettings settings, Redactor redactor) {
    this.defaultModel = settings.model();
    this.errors = new HttpErrors(settings.name(), redactor);
    String baseUrl = settings.baseUrl().orElseThrow().toString().replaceAll("/+$", "");
    this.http =
        new JsonHttp(
            baseUrl + "/v1/messages",
            Map.of(
                "x-api-key",
                settings.key().orElseThrow().value(),
                "anthropic-version",
                API_VERSION),
            errors);
  }

  @Override
  public Answer generate(Prompt prompt, Call call) throws FailureException {
    ClaudeModel model = new ClaudeModel(prompt.model().orElse(defaultModel));
    refuseWhatHasNoName(prompt, model);
    AnthropicPrompt question = new AnthropicPrompt(prompt, model, thoughts);
    AnthropicAnswer answer =
        new AnthropicAnswer(prompt.caller(), thoughts, errors, new Draft(call));
    http.post(question.body(call.streaming()), call, answer);
    return answer.finish(model.name());
  }

  /** The API has no penalties, and only one tool that a model can be made to call. */
  private void refuseWhatHasNoName(Prompt prompt, ClaudeModel model) throws FailureException {
    if (prompt.sampling().presencePenalty().orElse(0) != 0) {
      throw errors.unsupported("presence_penalty");
    }
    if (prompt.sampling().frequencyPenalty().orElse(0) != 0) {
      throw errors.unsupported("frequency_penalty");
    }
    boolean forced = prompt.toolChoice().map(ToolChoice::forces).orElse(false);
    if (forced && prompt.responseSchema().isPresent() && !model.followsSchemas()) {
      throw errors.unsupported(
          "a tool_choice that makes " + model.name() + " call a tool, and a response_schema too");
    }
  }
}
