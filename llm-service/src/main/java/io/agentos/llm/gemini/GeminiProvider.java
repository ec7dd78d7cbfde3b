// SPDX-License-Identifier: MIT
package io.agentos.llm.gemini;

import com.google.genai.Models;
import com.google.genai.ResponseStream;
import com.google.genai.types.Content;
import com.google.genai.types.GenerateContentConfig;
import com.google.genai.types.GenerateContentResponse;
import io.agentos.llm.http.HttpErrors;
import io.agentos.llm.provider.Call;
import io.agentos.llm.provider.Draft;
import io.agentos.llm.provider.Provider;
import io.agentos.llm.provider.ToolSignatures;
import io.agentos.llm.settings.ProviderSettings;
import io.agentos.llm.settings.Redactor;
import io.agentos.llm.wire.Answer;
import io.agentos.llm.wire.ErrorCode;
import io.agentos.llm.wire.Failure;
import io.agentos.llm.wire.FailureException;
import io.agentos.llm.wire.Prompt;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;

/** Asks Gemini through the Gemini Developer API. */
public final class GeminiProvider implements Provider {
  /** The name becomes a part of the URL, so nothing may be in it that would lead elsewhere. */
  private static final Pattern MODEL =
      Pattern.compile("((models|tunedModels)/)?[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

  /** Held so that the level stays set: the JDK's registry would forget the logger. */
  private static final Logger SDK_LOG = Logger.getLogger("com.google.genai");

  static {
    // It warns of variables that this service has read its own way.
    SDK_LOG.setLevel(Level.SEVERE);
  }

  private final String defaultModel;
  private final GeminiHttp http;
  private final HttpErrors httpErrors;
  private final GeminiErrors errors;
  private final ToolSignatures signatures = new ToolSignatures();

  /** The settings must have a key. */
  public GeminiProvider(ProviderSettings settings, Redactor redactor) {
    this.httpErrors = new HttpErrors(settings.name(), redactor);
    this.errors = new GeminiErrors(httpErrors);
    this.defaultModel = settings.model();
    this.http =
        new GeminiHttp(settings.key().orElseThrow(), settings.baseUrl().orElseThrow().toString());
  }

  @Override
  public Answer generate(Prompt prompt, Call call) throws FailureException {
    String model = prompt.model().orElse(defaultModel);
    if (!MODEL.matcher(model).matches()) {
      throw new FailureException(
          Failure.lasting(
              ErrorCode.INVALID_REQUEST, "model is no name of a model, such as " + defaultModel));
    }
    GeminiPrompt question = new GeminiPrompt(prompt, model, signatures);
    GeminiAnswer answer = new GeminiAnswer(prompt, signatures, httpErrors, new Draft(call));
    List<Content> contents = question.contents();
    GenerateContentConfig config = question.config();
    try {
      Models models = http.client(call).models;
      if (call.streaming()) {
        try (ResponseStream<GenerateContentResponse> stream =
            models.generateContentStream(model, contents, config)) {
          for (GenerateContentResponse piece : stream) {
            answer.add(piece);
          }
        }
      } else {
        answer.add(models.generateContent(model, contents, config));
      }
    } catch (RuntimeException e) {
      throw errors.failure(e).map(FailureException::new).orElseThrow(() -> e);
    }
    return answer.finish(model);
  }
}
