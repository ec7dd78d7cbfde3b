// SPDX-License-Identifier: MIT
package io.agentos.llm.gemini;

import static io.agentos.llm.gemini.GeminiFixture.provider;
import static io.agentos.llm.testing.FakeGemini.event;
import static io.agentos.llm.testing.FakeGemini.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.agentos.llm.testing.FakeCall;
import io.agentos.llm.testing.FakeGemini;
import io.agentos.llm.testing.Requests;
import io.agentos.llm.wire.Answer;
import io.agentos.llm.wire.ErrorCode;
import io.agentos.llm.wire.FailureException;
import io.agentos.llm.wire.FinishReason;
import io.agentos.llm.wire.Usage;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Answers that come in pieces. */
@Timeout(30)
final class GeminiStreamTest {
  @Test
  void isPutTogetherFromItsPieces() throws Exception {
    try (FakeGemini server =
        new FakeGemini(
            exchange -> {
              OutputStream stream = FakeGemini.stream(exchange);
              event(stream, text("Grüße ", ""));
              event(stream, text("an alle", ""));
              event(
                  stream,
                  "{\"candidates\": [{\"content\": {\"parts\": [{\"functionCall\": {\"id\": \"c1\","
                      + " \"name\": \"wave\", \"args\": {}}}]}, \"finishReason\": \"STOP\"}],"
                      + " \"usageMetadata\": {\"promptTokenCount\": 9,"
                      + " \"candidatesTokenCount\": 8, \"thoughtsTokenCount\": 7}}");
            })) {
      FakeCall call = FakeCall.streamed();

      Answer answer = provider(server).generate(Requests.prompt("hi"), call);

      assertThat(call.deltas()).containsExactly("Grüße ", "an alle");
      assertThat(answer.content()).isEqualTo("Grüße an alle");
      assertThat(answer.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
      assertThat(answer.toolCalls()).hasSize(1);
      assertThat(answer.usage()).isEqualTo(new Usage(9, 8, 7, 0));
      assertThat(server.received().get(0).target())
          .isEqualTo("/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse");
    }
  }

  @Test
  void handsOutEachPieceBeforeTheNextOneIsSent() throws Exception {
    FakeCall call = FakeCall.streamed();
    try (FakeGemini server =
        new FakeGemini(
            exchange -> {
              OutputStream stream = FakeGemini.stream(exchange);
              for (String word : new String[] {"one", "two", "three"}) {
                event(stream, text(word, ""));
                // The next event is sent only once this one has come out at the other end.
                assertThat(call.deltas().poll(10, TimeUnit.SECONDS)).isEqualTo(word);
              }
              event(stream, text("four", "STOP"));
            })) {
      Answer answer = provider(server).generate(Requests.prompt("hi"), call);

      assertThat(answer.content()).isEqualTo("onetwothreefour");
    }
  }

  @Test
  void isUnderstood_whenLinesAndCommentsAreAsTheStandardAllows() throws Exception {
    String events =
        ": a comment\n\nevent: message\ndata:"
            + text("a", "")
            + "\n\n\n: another\n\n"
            + "data: "
            + text("b", "STOP");
    try (FakeGemini server =
        new FakeGemini(exchange -> FakeGemini.stream(exchange).write(events.getBytes(UTF_8)))) {
      FakeCall call = FakeCall.streamed();

      assertThat(provider(server).generate(Requests.prompt("hi"), call).content()).isEqualTo("ab");
      assertThat(call.deltas()).containsExactly("a", "b");
    }
  }

  @Test
  void isUnavailable_whenTheConnectionIsCutBetweenPieces() throws Exception {
    try (FakeGemini server =
        new FakeGemini(
            exchange -> {
              exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
              exchange.sendResponseHeaders(200, 100_000);
              event(exchange.getResponseBody(), text("So ", ""));
            })) {
      FakeCall call = FakeCall.streamed();

      var thrown =
          catchThrowableOfType(
              FailureException.class, () -> provider(server).generate(Requests.prompt("hi"), call));

      assertThat(call.deltas()).containsExactly("So ");
      assertThat(thrown.failure().code()).isEqualTo(ErrorCode.UNAVAILABLE);
      assertThat(thrown.failure().retryable()).isTrue();
    }
  }

  @Test
  void isUnavailable_whenTheStreamEndsWithoutAReason() throws Exception {
    try (FakeGemini server =
        new FakeGemini(exchange -> event(FakeGemini.stream(exchange), text("So ", "")))) {
      var thrown =
          catchThrowableOfType(
              FailureException.class,
              () -> provider(server).generate(Requests.prompt("hi"), FakeCall.streamed()));

      assertThat(thrown.failure().code()).isEqualTo(ErrorCode.UNAVAILABLE);
      assertThat(thrown.failure().message()).isEqualTo("gemini's answer ends before its end");
    }
  }

  @Test
  void stops_whenTheCallEndsBetweenPieces() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try (FakeGemini server =
        new FakeGemini(
            exchange -> {
              event(FakeGemini.stream(exchange), text("So ", ""));
              done.await();
            })) {
      FakeCall call = FakeCall.streamed();
      Future<FailureException> thrown =
          threads.submit(
              () ->
                  catchThrowableOfType(
                      FailureException.class,
                      () -> provider(server).generate(Requests.prompt("hi"), call)));
      assertThat(call.deltas().poll(10, TimeUnit.SECONDS)).isEqualTo("So ");

      call.end();

      assertThat(thrown.get(10, TimeUnit.SECONDS)).isNotNull();
      done.countDown();
    } finally {
      threads.shutdownNow();
    }
  }
}
