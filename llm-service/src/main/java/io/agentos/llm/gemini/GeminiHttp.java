// SPDX-License-Identifier: MIT
package io.agentos.llm.gemini;

import com.google.genai.Client;
import com.google.genai.types.ClientOptions;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.HttpRetryOptions;
import io.agentos.llm.base.Limits;
import io.agentos.llm.provider.Call;
import io.agentos.llm.settings.ApiKey;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.BufferedSink;
import okio.Okio;
import okio.Source;

/**
 * Makes SDK clients whose requests are sent once, end with their call and have bounded answers.
 * They share connections; making one takes about a tenth of a millisecond.
 */
final class GeminiHttp {
  private final ApiKey key;
  private final HttpOptions options;
  private final OkHttpClient connections;

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
    this.connections =
        new OkHttpClient.Builder()
            .connectTimeout(Limits.CONNECT_MAX)
            .writeTimeout(Limits.WRITE_STALL_MAX)
            // A model may think for as long as its call has time.
            .readTimeout(Duration.ZERO)
            // A redirection would carry the key to wherever it points.
            .followRedirects(false)
            .followSslRedirects(false)
            .addNetworkInterceptor(GeminiHttp::check)
            .build();
  }

  /** A client for one call. It needs no closing, which would close the shared connections. */
  Client client(Call call) {
    Interceptor tie =
        chain -> {
          call.onEnd(chain.call()::cancel);
          return chain.proceed(once(chain.request()));
        };
    OkHttpClient http =
        connections.newBuilder().callTimeout(call.timeout()).addInterceptor(tie).build();
    return Client.builder()
        .apiKey(key.value())
        .vertexAI(false)
        .httpOptions(options)
        .clientOptions(ClientOptions.builder().customHttpClient(http).build())
        .build();
  }

  /** Another address may be tried while nothing has been sent; after that the kernel decides. */
  private static Request once(Request request) {
    RequestBody body = request.body();
    if (body == null) {
      return request;
    }
    return request
        .newBuilder()
        .method(
            request.method(),
            new RequestBody() {
              @Override
              public MediaType contentType() {
                return body.contentType();
              }

              @Override
              public long contentLength() throws IOException {
                return body.contentLength();
              }

              @Override
              public boolean isOneShot() {
                return true;
              }

              @Override
              public void writeTo(BufferedSink sink) throws IOException {
                body.writeTo(sink);
              }
            })
        .build();
  }

  /** Sees each answer before anything can react to its status by sending the request again. */
  private static Response check(Interceptor.Chain chain) throws IOException {
    Response response = chain.proceed(chain.request());
    ResponseBody body = response.body();
    if (body == null) {
      throw new IOException("the answer has no body");
    }
    if (!response.isSuccessful()) {
      try (response) {
        throw new RefusedException(
            response.code(),
            response.peekBody(Limits.REFUSAL_BYTES_MAX).string(),
            Optional.ofNullable(response.header("Retry-After")));
      }
    }
    MediaType type = body.contentType();
    Source bounded = new BoundedSource(body.source());
    boolean events = type != null && type.subtype().equals("event-stream");
    Source source = events ? new PromptEvents(bounded) : bounded;
    return response
        .newBuilder()
        .body(ResponseBody.create(Okio.buffer(source), type, events ? -1 : body.contentLength()))
        .build();
  }
}
