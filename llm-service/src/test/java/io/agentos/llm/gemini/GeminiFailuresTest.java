// SPDX-License-Identifier: MIT
package io.agentos.llm.gemini;

import static io.agentos.llm.gemini.GeminiFixture.KEY;
import static io.agentos.llm.gemini.GeminiFixture.MODEL;
import static io.agentos.llm.gemini.GeminiFixture.provider;
import static io.agentos.llm.testing.FakeGemini.error;
import static io.agentos.llm.testing.FakeGemini.reply;
import static io.agentos.llm.testing.FakeGemini.replying;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.agentos.llm.base.Limits;
import io.agentos.llm.testing.FakeCall;
import io.agentos.llm.testing.FakeGemini;
import io.agentos.llm.testing.FakeServer;
import io.agentos.llm.testing.Requests;
import io.agentos.llm.wire.ErrorCode;
import io.agentos.llm.wire.Failure;
import io.agentos.llm.wire.FailureException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong between here and Gemini, in the words of the contract; each is asked once. */
@Timeout(30)
final class GeminiFailuresTest {
  private static Failure failure(FakeGemini server, FakeCall call) {
    return failure(server.url(), call);
  }

  private static Failure failure(String url, FakeCall call) {
    return catchThrowableOfType(
            FailureException.class,
            () -> provider(url, MODEL).generate(Requests.prompt("hi"), call))
        .failure();
  }

  private static Failure failure(FakeServer.Behaviour behaviour) throws Exception {
    try (FakeGemini server = new FakeGemini(behaviour)) {
      Failure failure = failure(server, FakeCall.whole());
      assertThat(server.received()).as("the service never retries").hasSize(1);
      return failure;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "400, INVALID_REQUEST, false",
    "401, PERMISSION_DENIED, false",
    "403, PERMISSION_DENIED, false",
    "404, NOT_FOUND, false",
    "408, INVALID_REQUEST, false",
    "413, INVALID_REQUEST, false",
    "429, RESOURCE_EXHAUSTED, true",
    "500, UNAVAILABLE, true",
    "502, UNAVAILABLE, true",
    "503, UNAVAILABLE, true",
    "504, UNAVAILABLE, true",
  })
  void isNamedByItsStatus(int status, ErrorCode code, boolean retryable) throws Exception {
    Failure failure = failure(replying(status, error(status, "X", "Because of that.")));

    assertThat(failure.code()).isEqualTo(code);
    assertThat(failure.retryable()).isEqualTo(retryable);
    assertThat(failure.message()).contains("gemini").endsWith(": Because of that.");
    assertThat(failure.retryAfterMs()).isEmpty();
  }

  @Test
  void isPermissionDenied_whenTheKeyIsInvalid_whichGeminiCallsABadRequest() throws Exception {
    String body =
        """
        {"error": {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT",
          "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo",
                       "reason": "API_KEY_INVALID", "domain": "googleapis.com"}]}}
        """;

    Failure failure = failure(replying(400, body));

    assertThat(failure.code()).isEqualTo(ErrorCode.PERMISSION_DENIED);
    assertThat(failure.message()).isEqualTo("gemini refused the key: API key not valid.");
  }

  @ParameterizedTest
  @CsvSource({"13s, 13000", "1.5s, 1500", "0.040100s, 40", "999999999s, 86400000"})
  void saysWhenToTryAgain_fromRetryInfo(String delay, long expectedMs) throws Exception {
    String body =
        """
        {"error": {"code": 429, "message": "Quota.", "status": "RESOURCE_EXHAUSTED",
          "details": [{"@type": "type.googleapis.com/google.rpc.Help"},
                      {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "%s"}]}}
        """
            .formatted(delay);

    assertThat(failure(replying(429, body)).retryAfterMs()).hasValue(expectedMs);
  }

  @Test
  void saysWhenToTryAgain_fromTheHeader() throws Exception {
    Failure failure =
        failure(
            exchange -> {
              exchange.getResponseHeaders().set("Retry-After", "7");
              reply(exchange, 429, "<html>busy</html>");
            });

    assertThat(failure.retryAfterMs()).hasValue(7_000);
    assertThat(failure.message()).isEqualTo("gemini's quota is used up");
  }

  @Test
  void isAskedOnce_alsoWhenTheServerSaysRetryAtOnce() throws Exception {
    Failure failure =
        failure(
            exchange -> {
              exchange.getResponseHeaders().set("Retry-After", "0");
              reply(exchange, 503, "");
            });

    assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(failure.retryAfterMs()).hasValue(0);
  }

  @Test
  void doesNotFollowARedirection_whichWouldTakeTheKeyAlong() throws Exception {
    try (FakeGemini elsewhere = new FakeGemini(replying(200, "{}"))) {
      Failure failure =
          failure(
              exchange -> {
                exchange.getResponseHeaders().set("Location", elsewhere.url() + "/");
                reply(exchange, 307, "");
              });

      assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
      assertThat(failure.retryable()).isFalse();
      assertThat(elsewhere.received()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"candidates\": []}",
        "{\"candidates\": [{}]}",
        "{\"candidates\": [{\"finishReason\": \"STOP\"}]}",
        "{\"candidates\": [{\"finishReason\": \"STOP\", \"content\": {\"parts\": []}}]}",
        "{\"candidates\": [{\"finishReason\": \"MALFORMED_FUNCTION_CALL\"}]}",
        "{\"candidates\": [{\"finishReason\": \"A_REASON_OF_THE_FUTURE\"}]}",
      })
  void isUnavailable_whenTheAnswerIsEmpty(String body) throws Exception {
    Failure failure = failure(replying(200, body));

    assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(failure.retryable()).isTrue();
    assertThat(failure.message()).startsWith("gemini");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "not json",
        "[]",
        "5",
        "null",
        "{\"candidates\": [{\"fini",
        "{\"candidates\": 5}",
        "{\"candidates\": [5]}",
        "{\"candidates\": [{\"content\": {\"parts\": [{\"text\": {}}]}}]}",
        "<html>a portal</html>",
      })
  void isUnavailable_whenTheAnswerIsMalformed(String body) throws Exception {
    Failure failure = failure(replying(200, body));

    assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(failure.retryable()).isTrue();
  }

  @Test
  void isUnavailable_whenTheConnectionIsCutInTheAnswer() throws Exception {
    Failure failure =
        failure(
            exchange -> {
              exchange.sendResponseHeaders(200, 1_000);
              exchange.getResponseBody().write("{\"candidates\": [".getBytes(UTF_8));
              exchange.getResponseBody().flush();
            });

    assertThat(failure)
        .isEqualTo(Failure.passing(ErrorCode.UNAVAILABLE, "the connection to gemini was cut"));
  }

  @Test
  void isUnavailable_whenTheServerHangsUpAtOnce() throws Exception {
    Failure failure = failure(exchange -> {});

    assertThat(failure)
        .isEqualTo(Failure.passing(ErrorCode.UNAVAILABLE, "the connection to gemini was cut"));
  }

  @Test
  void isUnavailable_whenNobodyListens() throws Exception {
    String url;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      url = "http://127.0.0.1:" + socket.getLocalPort();
    }

    assertThat(failure(url, FakeCall.whole()))
        .isEqualTo(Failure.passing(ErrorCode.UNAVAILABLE, "gemini cannot be reached"));
  }

  @Test
  void isUnavailable_whenTheAnswerNeverStops() throws Exception {
    Failure failure =
        failure(
            exchange -> {
              byte[] blank = new byte[1 << 20];
              Arrays.fill(blank, (byte) ' ');
              exchange.sendResponseHeaders(200, /* chunked */ 0);
              for (long sent = 0; sent <= 2 * Limits.RESPONSE_BYTES_MAX; sent += blank.length) {
                exchange.getResponseBody().write(blank);
              }
            });

    assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(failure.retryable()).isFalse();
    assertThat(failure.message()).contains("longer than 8388608 bytes");
  }

  @Test
  void isTimeout_whenTheServerIsTooSlow() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    try (FakeGemini server = new FakeGemini(exchange -> done.await())) {
      FakeCall call = new FakeCall(1, /* streaming= */ false, Duration.ofMillis(100));

      assertThat(failure(server, call))
          .isEqualTo(Failure.passing(ErrorCode.TIMEOUT, "gemini did not answer in time"));
      done.countDown();
    }
  }

  @Test
  void stopsWaiting_whenTheCallEnds() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try (FakeGemini server =
        new FakeGemini(
            exchange -> {
              asked.countDown();
              done.await();
            })) {
      FakeCall call = FakeCall.whole();
      Future<Failure> failure = threads.submit(() -> failure(server, call));
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();

      call.end();

      assertThat(failure.get(10, TimeUnit.SECONDS).code()).isEqualTo(ErrorCode.UNAVAILABLE);
      done.countDown();
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void doesNotAskAtAll_whenTheCallHasEndedBefore() throws Exception {
    try (FakeGemini server = new FakeGemini(replying(200, "{}"))) {
      FakeCall call = FakeCall.whole();
      call.end();

      assertThat(failure(server, call).code()).isEqualTo(ErrorCode.UNAVAILABLE);
      assertThat(server.received()).isEmpty();
    }
  }

  @Test
  void neverQuotesTheKey_notEvenCutInHalf() throws Exception {
    for (int padding = Limits.QUOTED_CHARS_MAX - KEY.length() - 5;
        padding <= Limits.QUOTED_CHARS_MAX;
        padding++) {
      String message = "x".repeat(padding) + KEY + " is wrong";
      try (FakeGemini server = new FakeGemini(replying(403, error(403, "X", message)))) {
        assertThat(failure(server, FakeCall.whole()).message())
            .doesNotContain(KEY.substring(0, 6))
            .doesNotContain(KEY.substring(KEY.length() - 6));
      }
    }
  }

  @Test
  void isNamedByItsStatus_whenTheErrorComesInsideAStream() throws Exception {
    try (FakeGemini server =
        new FakeGemini(
            exchange -> {
              OutputStream stream = FakeGemini.stream(exchange);
              FakeGemini.event(stream, FakeGemini.text("So ", ""));
              FakeGemini.event(stream, error(429, "RESOURCE_EXHAUSTED", "Too many."));
            })) {
      FakeCall call = FakeCall.streamed();

      Failure failure = failure(server, call);

      assertThat(call.deltas()).containsExactly("So ");
      assertThat(failure.code()).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED);
      assertThat(failure.retryable()).isTrue();
      assertThat(failure.message()).isEqualTo("gemini's quota is used up: Too many.");
    }
  }
}
