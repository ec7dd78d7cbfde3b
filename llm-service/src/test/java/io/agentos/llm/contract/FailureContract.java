// SPDX-License-Identifier: MIT
package io.agentos.llm.contract;

import static io.agentos.llm.contract.Subject.streaming;
import static io.agentos.llm.testing.FakeServer.reply;
import static io.agentos.llm.testing.FakeServer.replying;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentos.llm.base.Limits;
import io.agentos.llm.contract.Dialect.Said;
import io.agentos.llm.testing.FakeCall;
import io.agentos.llm.testing.FakeServer;
import io.agentos.llm.wire.ErrorCode;
import io.agentos.llm.wire.Failure;
import java.io.OutputStream;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
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

/** What goes wrong between here and any provider, in the words of the contract. */
@Timeout(60)
abstract class FailureContract {
  private final Dialect dialect;
  private final Subject subject;

  FailureContract(Dialect dialect) {
    this.dialect = dialect;
    this.subject = new Subject(dialect);
  }

  private Said said(String text) {
    return new Said(List.of(text), dialect.reasons().stop(), List.of(), /* counted= */ true);
  }

  @ParameterizedTest
  @CsvSource({
    "400, INVALID_REQUEST, false",
    "401, PERMISSION_DENIED, false",
    "402, RESOURCE_EXHAUSTED, false",
    "403, PERMISSION_DENIED, false",
    "404, NOT_FOUND, false",
    "413, INVALID_REQUEST, false",
    "429, RESOURCE_EXHAUSTED, true",
    "500, UNAVAILABLE, true",
    "503, UNAVAILABLE, true",
    "529, UNAVAILABLE, true",
  })
  void isNamedByItsStatus(int status, ErrorCode code, boolean retryable) throws Exception {
    FakeCall call = FakeCall.streamed();

    Failure failure =
        subject.fail(replying(status, dialect.error(status, "Because of that.")), call);

    assertThat(failure.code()).isEqualTo(code);
    assertThat(failure.retryable()).isEqualTo(retryable);
    assertThat(failure.message()).contains(Subject.NAME).endsWith(": Because of that.");
    assertThat(failure.retryAfterMs()).isEmpty();
    assertThat(call.sent()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "Retry-After, 7, 7000",
    "Retry-After, 0.25, 250",
    "Retry-After, 999999999, 86400000",
    "Retry-After, soon, -1",
    "Retry-After, -5, -1",
    "retry-after-ms, 1500, 1500",
  })
  void saysWhenToTryAgain(String header, String value, long expectedMs) throws Exception {
    Failure failure = subject.fail(slowDown(header, value), FakeCall.whole());

    assertThat(failure.code()).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED);
    assertThat(failure.retryAfterMs().orElse(-1)).isEqualTo(expectedMs);
  }

  private FakeServer.Behaviour slowDown(String header, String value) {
    return exchange -> {
      exchange.getResponseHeaders().set(header, value);
      reply(exchange, 429, dialect.error(429, "Slow down."));
    };
  }

  @Test
  void saysWhenToTryAgain_asADate() throws Exception {
    ZonedDateTime until = ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(600);
    String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(until);

    Failure failure = subject.fail(slowDown("Retry-After", date), FakeCall.whole());

    assertThat(failure.retryAfterMs().orElse(-1)).isBetween(570_000L, 601_000L);
  }

  @Test
  void isUnavailable_whenTheAnswerIsEmpty() throws Exception {
    for (String body : dialect.empty()) {
      Failure failure = subject.fail(replying(200, body), FakeCall.whole());

      assertThat(failure.code()).as(body).isEqualTo(ErrorCode.UNAVAILABLE);
      assertThat(failure.retryable()).as(body).isTrue();
      assertThat(failure.message()).startsWith(Subject.NAME);
    }
    Failure failure = subject.fail(streaming(List.of()), FakeCall.streamed());
    assertThat(failure.message()).isEqualTo("acme sent no answer");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "not json", "[]", "5", "null", "{\"a\": ", "<html>a portal</html>"})
  void isUnavailable_whenTheAnswerIsMalformed(String body) throws Exception {
    Failure whole = subject.fail(replying(200, body), FakeCall.whole());
    assertThat(whole.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(whole.retryable()).isTrue();

    Failure event = subject.fail(streaming(List.of("data: " + body + "\n\n")), FakeCall.streamed());
    assertThat(event.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(event.retryable()).isTrue();
  }

  @Test
  void isUnavailable_whenTheStreamEndsBeforeItsEnd() throws Exception {
    Said open = new Said(List.of("Well, "), "", List.of(), /* counted= */ true);
    FakeCall call = FakeCall.streamed();

    Failure failure = subject.fail(streaming(dialect.events(open)), call);

    assertThat(call.deltas()).containsExactly("Well, ");
    assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(failure.retryable()).isTrue();
    assertThat(failure.message()).isEqualTo("acme's answer ends before its end");
  }

  @Test
  void isUnavailable_whenTheConnectionIsCut() throws Exception {
    byte[] body = dialect.whole(said("Four.")).getBytes(UTF_8);
    Failure failure =
        subject.fail(
            exchange -> {
              exchange.sendResponseHeaders(200, body.length);
              exchange.getResponseBody().write(body, 0, body.length / 2);
              exchange.getResponseBody().flush();
            },
            FakeCall.whole());

    assertThat(failure)
        .isEqualTo(Failure.passing(ErrorCode.UNAVAILABLE, "the connection to acme was cut"));
  }

  @Test
  void isUnavailable_whenTheAnswerHasTenMegabytes() throws Exception {
    String text = "word ".repeat(2 << 20);
    List<String> pieces = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      pieces.add(text.substring(0, text.length() / 40));
    }
    Said endless = new Said(pieces, dialect.reasons().stop(), List.of(), /* counted= */ true);

    Failure whole = subject.fail(replying(200, dialect.whole(said(text))), FakeCall.whole());
    Failure streamed = subject.fail(streaming(dialect.events(endless)), FakeCall.streamed());

    for (Failure failure : List.of(whole, streamed)) {
      assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
      assertThat(failure.retryable()).isFalse();
      assertThat(failure.message()).contains("the answer is longer than 8388608 ");
    }
  }

  @Test
  void isUnavailable_whenTheAnswerIsNotUtf8() throws Exception {
    byte[] whole = dialect.whole(said("Grüße")).getBytes(ISO_8859_1);
    byte[] events = String.join("", dialect.events(said("Grüße"))).getBytes(ISO_8859_1);
    Failure one =
        subject.fail(
            exchange -> {
              exchange.sendResponseHeaders(200, whole.length);
              exchange.getResponseBody().write(whole);
            },
            FakeCall.whole());
    Failure other =
        subject.fail(exchange -> FakeServer.stream(exchange).write(events), FakeCall.streamed());

    for (Failure failure : List.of(one, other)) {
      assertThat(failure)
          .isEqualTo(Failure.passing(ErrorCode.UNAVAILABLE, "acme's answer is not UTF-8"));
    }
  }

  @Test
  void isNamedByItsStatus_whenTheRefusalNeverEnds() throws Exception {
    Failure failure =
        subject.fail(
            exchange -> {
              exchange.sendResponseHeaders(500, /* chunked */ 0);
              FakeServer.awaitHangUp(exchange.getResponseBody(), "x".repeat(1 << 16));
            },
            FakeCall.whole());

    assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
    assertThat(failure.message()).startsWith("acme answered with status 500");
  }

  @Test
  void isNamedByItsStatus_whenTheRefusalStalls() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    Failure failure;
    try {
      failure =
          subject.fail(
              exchange -> {
                exchange.sendResponseHeaders(503, /* chunked */ 0);
                exchange.getResponseBody().write(dialect.error(503, "Busy.").getBytes(UTF_8));
                exchange.getResponseBody().flush();
                done.await();
              },
              FakeCall.whole());
    } finally {
      done.countDown();
    }

    assertThat(failure.message()).isEqualTo("acme answered with status 503: Busy.");
  }

  @Test
  void isTimeout_whenTheStreamStalls() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    Said open = new Said(List.of("Well, "), "", List.of(), /* counted= */ true);
    FakeCall call = new FakeCall(1, /* streaming= */ true, Duration.ofSeconds(2));
    Failure failure;
    try {
      failure =
          subject.fail(
              exchange -> {
                Subject.send(FakeServer.stream(exchange), dialect.events(open));
                done.await();
              },
              call);
    } finally {
      done.countDown();
    }

    assertThat(call.deltas()).containsExactly("Well, ");
    assertThat(failure)
        .isEqualTo(Failure.passing(ErrorCode.TIMEOUT, "acme did not answer in time"));
  }

  @Test
  void closesTheConnection_whenTheCallEnds() throws Exception {
    CountDownLatch hungUp = new CountDownLatch(1);
    Said open = new Said(List.of("Well, "), "", List.of(), /* counted= */ true);
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try (FakeServer server =
        new FakeServer(
            exchange -> {
              OutputStream stream = FakeServer.stream(exchange);
              Subject.send(stream, dialect.events(open));
              FakeServer.awaitHangUp(stream, ": waiting\n\n");
              hungUp.countDown();
            })) {
      FakeCall call = FakeCall.streamed();
      Future<Failure> failure = threads.submit(() -> subject.fail(server, call));
      assertThat(call.deltas().poll(10, TimeUnit.SECONDS)).isEqualTo("Well, ");

      call.end();

      assertThat(hungUp.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(failure.get(10, TimeUnit.SECONDS).code()).isEqualTo(ErrorCode.UNAVAILABLE);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void doesNotFollowARedirection_whichWouldTakeTheKeyAlong() throws Exception {
    try (FakeServer elsewhere = new FakeServer(replying(200, dialect.whole(said("Four."))))) {
      for (int status : new int[] {301, 302, 307, 308}) {
        Failure failure =
            subject.fail(
                exchange -> {
                  exchange.getResponseHeaders().set("Location", elsewhere.url() + "/");
                  reply(exchange, status, "");
                },
                FakeCall.whole());

        assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE);
        assertThat(failure.retryable()).isFalse();
      }
      assertThat(elsewhere.received()).isEmpty();
    }
  }

  @Test
  void isNotSent_whenNobodyListensOrTheCallHasEnded() throws Exception {
    FakeCall refused = FakeCall.whole();
    FakeCall ended = FakeCall.whole();
    ended.end();
    FakeServer closed = new FakeServer(replying(200, "{}"));
    closed.close();

    Failure failure = subject.fail(closed, refused);
    try (FakeServer server = new FakeServer(replying(200, "{}"))) {
      subject.fail(server, ended);
      assertThat(server.received()).isEmpty();
    }

    assertThat(failure).isEqualTo(Failure.passing(ErrorCode.UNAVAILABLE, "acme cannot be reached"));
    assertThat(refused.sent()).isFalse();
    assertThat(ended.sent()).isFalse();
  }

  @Test
  void neverQuotesTheKey_notEvenCutInHalf() throws Exception {
    for (int status : new int[] {400, 401, 429, 500}) {
      for (int padding : new int[] {0, Limits.QUOTED_CHARS_MAX - 10}) {
        String message = "x".repeat(padding) + Subject.KEY + " is wrong";

        Failure failure =
            subject.fail(replying(status, dialect.error(status, message)), FakeCall.whole());

        assertThat(failure.message())
            .doesNotContain(Subject.KEY.substring(0, 9))
            .doesNotContain(Subject.KEY.substring(Subject.KEY.length() - 9));
      }
    }
  }

  @Test
  void isNamedByWhatItSays_whenTheErrorComesInsideAStream() throws Exception {
    Said open = new Said(List.of("So "), "", List.of(), /* counted= */ true);
    List<String> events = new ArrayList<>(dialect.events(open));
    events.add("event: error\ndata: " + dialect.error(429, "Too many.") + "\n\n");
    FakeCall call = FakeCall.streamed();

    Failure failure = subject.fail(streaming(events), call);

    assertThat(call.deltas()).containsExactly("So ");
    assertThat(failure.code()).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED);
    assertThat(failure.retryable()).isTrue();
    assertThat(failure.message()).isEqualTo("acme's quota is used up: Too many.");
  }
}
