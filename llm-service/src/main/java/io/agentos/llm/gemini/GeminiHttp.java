// SPDX-License-Identifier: MIT
package io.agentos.llm.gemini;

import com.google.genai.Client;
import com.google.genai.types.ClientOptions;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.HttpRetryOptions;
import io.agentos.llm.http.Connections;
import io.agentos.llm.provider.Call;
import io.agentos.llm.settings.ApiKey;
import java.util.List;
import java.util.Map;

/** Makes SDK clients that share connections; making one takes about a tenth of a millisecond. */
final class GeminiHttp {
  private final ApiKey key;
  private final HttpOptions options;
  private final Connections connections = new Connections(PromptEvents::new);

  GeminiHttp(ApiKey key, String baseUrl) {
    this.key = key;
    this.options =
        HttpOptions.builder()
            .baseUrl(baseUrl)
            // Compression would hold back the first words of a stream.
            .headers(Map.of("Accept-Encoding", "identity"))
            // The SDK sleeps after its last attempt too, unless no status is worth a retry.
            .retryOptions(
                HttpRetryOptions.builder().attempts(1).httpStatusCodes(List.<Integer>of()))
            .build();
  }

  /** A client for one call. It needs no closing, which would close the shared connections. */
  Client client(Call call) {
    return Client.builder()
        .apiKey(key.value())
        .vertexAI(false)
        .httpOptions(options)
        .clientOptions(ClientOptions.builder().customHttpClient(connections.client(call)).build())
        .build();
  }
}
