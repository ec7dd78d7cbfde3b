// SPDX-License-Identifier: MIT
package io.agentos.llm.http;

import io.agentos.llm.base.Limits;
import io.agentos.llm.provider.Call;
import io.agentos.llm.wire.FailureException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import okhttp3.ConnectionPool;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSink;
import okio.BufferedSource;
import okio.Okio;
import okio.Source;

/** Makes clients whose requests are sent once, end with their call and have bounded answers. */
public final class Connections {
  private final OkHttpClient shared;
  private final UnaryOperator<Source> events;

  /**
   * Connections to one provider.
   *
   * @param events what to make of a stream of events before anybody reads it
   */
  public Connections(UnaryOperator<Source> events) {
    this.events = events;
    this.shared =
        new OkHttpClient.Builder()
            .connectionPool(
                new ConnectionPool(
                    Limits.REQUESTS_MAX, Limits.IDLE_CONNECTION_MAX.toSeconds(), TimeUnit.SECONDS))
            .socketFactory(new PromptSockets())
            .connectTimeout(Limits.CONNECT_MAX)
            .writeTimeout(Limits.WRITE_STALL_MAX)
            // A model may think for as long as its call has time.
            .readTimeout(Duration.ZERO)
            // A redirection would carry the key to wherever it points.
            .followRedirects(false)
            .followSslRedirects(false)
            .build();
  }

  /** A client for one call. It needs no closing, which would close the shared connections. */
  public OkHttpClient client(Call call) {
    Interceptor tie =
        chain -> {
          call.onEnd(chain.call()::cancel);
          return chain.proceed(once(chain.request()));
        };
    return shared
        .newBuilder()
        .callTimeout(call.timeout())
        .addInterceptor(tie)
        .addNetworkInterceptor(chain -> exchange(chain, call))
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

  /**
   * Runs once there is a connection, and sees each answer before anything can react to its status
   * by sending the request again.
   */
  private Response exchange(Interceptor.Chain chain, Call call) throws IOException {
    try {
      call.sending();
    } catch (FailureException e) {
      throw new IOException(e);
    }
    Response response = chain.proceed(chain.request());
    ResponseBody body = response.body();
    if (body == null) {
      throw new IOException("the answer has no body");
    }
    if (!response.isSuccessful()) {
      try (response) {
        throw new RefusedException(
            response.code(), refusal(body), RetryDelay.of(response.headers()));
      }
    }
    MediaType type = body.contentType();
    boolean stream = type != null && type.subtype().equals("event-stream");
    long bytesMax = stream ? Limits.STREAM_BYTES_MAX : Limits.RESPONSE_BYTES_MAX;
    Source bounded = new BoundedSource(body.source(), bytesMax);
    Source source = stream ? events.apply(bounded) : bounded;
    return response
        .newBuilder()
        .body(ResponseBody.create(Okio.buffer(source), type, stream ? -1 : body.contentLength()))
        .build();
  }

  /**
   * The beginning of a refusal's body. The status says what matters, so one that is cut, or that
   * does not end, takes nothing away.
   */
  private static String refusal(ResponseBody body) {
    Buffer read = new Buffer();
    BufferedSource source = body.source();
    source.timeout().deadline(Limits.REFUSAL_MAX.toMillis(), TimeUnit.MILLISECONDS);
    try {
      boolean more = true;
      while (more && read.size() < Limits.REFUSAL_BYTES_MAX) {
        more = source.read(read, Limits.REFUSAL_BYTES_MAX - read.size()) >= 0;
      }
    } catch (IOException e) {
      // What came before is what there is.
    }
    return read.readUtf8();
  }
}
