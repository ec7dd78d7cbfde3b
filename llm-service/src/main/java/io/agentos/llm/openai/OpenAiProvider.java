// SPDX-License-Identifier: MIT
package io.agentos.llm.openai;

import io.agentos.llm.http.HttpErrors;
import io.agentos.llm.http.JsonHttp;
import io.agentos.llm.provider.Call;
import io.agentos.llm.provider.Draft;
import io.agentos.llm.provider.Provider;
import io.agentos.llm.settings.ProviderSettings;
import io.agentos.llm.settings.Redactor;
import io.agentos.llm.wire.Answer;
import io.agentos.llm.wire.FailureException;
import io.agentos.llm.wire.Prompt;
import java.net.URI;
import java.util.Map;

/** Asks a server that speaks Chat Completions: OpenAI's, vLLM, Ollama, llama.cpp and others. */
public final class OpenAiProvider implements Provider {
  private static final String HOST = "api.openai.com";

  private final String defaultModel;
  private final boolean original;
  private final HttpErrors errors;
  private final JsonHttp http;

  /** The settings must have a base URL; without a key none is sent. */
  public OpenAiProvider(ProviderSettings settings, Redactor redactor) {
    URI baseUrl = settings.baseUrl().orElseThrow();
    this.defaultModel = settings.model();
    this.original = HOST.equals(baseUrl.getHost());
    this.errors = new HttpErrors(settings.name(), redactor);
    Map<String, String> headers =
        settings
            .key()
            .map(key -> Map.of("Authorization", "Bearer " + key.value()))
            .orElse(Map.of());
    this.http =
        new JsonHttp(
            baseUrl.toString().replaceAll("/+$", "") + "/chat/completions", headers, errors);
  }

  @Override
  public Answer generate(Prompt prompt, Call call) throws FailureException {
    String model = prompt.model().orElse(defaultModel);
    OpenAiAnswer answer = new OpenAiAnswer(errors, new Draft(call), prompt.sampling().stop());
    http.post(new OpenAiPrompt(prompt, model, original).body(call.streaming()), call, answer);
    return answer.finish(model);
  }
}
