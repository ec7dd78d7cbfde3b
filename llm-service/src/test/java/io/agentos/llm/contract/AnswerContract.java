// SPDX-License-Identifier: MIT
package io.agentos.llm.contract;

import static io.agentos.llm.contract.Subject.send;
import static io.agentos.llm.contract.Subject.streaming;
import static io.agentos.llm.testing.FakeServer.replying;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.llm.base.Json;
import io.agentos.llm.contract.Dialect.Called;
import io.agentos.llm.contract.Dialect.Said;
import io.agentos.llm.testing.FakeCall;
import io.agentos.llm.testing.FakeServer;
import io.agentos.llm.wire.Answer;
import io.agentos.llm.wire.FinishReason;
import io.agentos.llm.wire.ToolCall;
import io.agentos.llm.wire.Usage;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every provider does when all is well: the same, whatever its format. */
@Timeout(30)
abstract class AnswerContract {
  private static final List<String> PIECES = List.of("Grüße ", "an 🐕 ", "alle.");
  private static final List<Called> CALLS =
      List.of(
          new Called("c1", "add", "{\"a\":1,\"b\":[2,{\"c\":null}],\"ü\":\"🐕\"}"),
          new Called("c2", "look", "{}"));

  private final Dialect dialect;
  private final Subject subject;

  AnswerContract(Dialect dialect) {
    this.dialect = dialect;
    this.subject = new Subject(dialect);
  }

  private Said text() {
    return new Said(PIECES, dialect.reasons().stop(), List.of(), /* counted= */ true);
  }

  @Test
  void isWholeAndCounted() throws Exception {
    FakeCall call = FakeCall.whole();

    Answer answer = subject.ask(replying(200, dialect.whole(text())), call);

    assertThat(answer.content()).isEqualTo("Grüße an 🐕 alle.");
    assertThat(answer.finishReason()).isEqualTo(FinishReason.STOP);
    assertThat(answer.model()).isEqualTo(Subject.MODEL);
    assertThat(answer.usage()).isEqualTo(new Usage(100, 7, 30, 64));
    assertThat(answer.toolCalls()).isEmpty();
    assertThat(call.deltas()).isEmpty();
    assertThat(call.sent()).isTrue();
  }

  @Test
  void isTheSameInPieces() throws Exception {
    FakeCall call = FakeCall.streamed();

    Answer answer = subject.ask(streaming(dialect.events(text())), call);

    assertThat(answer.content()).isEqualTo("Grüße an 🐕 alle.");
    assertThat(call.deltas()).containsExactlyElementsOf(PIECES);
    assertThat(answer.finishReason()).isEqualTo(FinishReason.STOP);
    assertThat(answer.usage()).isEqualTo(new Usage(100, 7, 30, 64));
  }

  @Test
  void comesAtOnce_notWithTheNextPiece() throws Exception {
    CountDownLatch read = new CountDownLatch(1);
    List<String> events = dialect.events(text());
    int first = 0;
    while (!events.get(first).contains("Grüße")) {
      first++;
    }
    int next = first + 1;
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try (FakeServer server =
        new FakeServer(
            exchange -> {
              OutputStream stream = FakeServer.stream(exchange);
              send(stream, events.subList(0, next));
              read.await();
              send(stream, events.subList(next, events.size()));
            })) {
      FakeCall call = FakeCall.streamed();
      Future<Answer> answer = threads.submit(() -> subject.ask(server, call));

      assertThat(call.deltas().poll(10, TimeUnit.SECONDS)).isEqualTo("Grüße ");
      read.countDown();

      assertThat(answer.get(10, TimeUnit.SECONDS).content()).endsWith("alle.");
    } finally {
      threads.shutdownNow();
    }
  }

  private void checkCalls(Answer answer) throws Exception {
    assertThat(answer.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
    assertThat(answer.toolCalls())
        .extracting(ToolCall::id, ToolCall::name)
        .containsExactly(tuple("c1", "add"), tuple("c2", "look"));
    for (int i = 0; i < CALLS.size(); i++) {
      assertThat((JsonNode) answer.toolCalls().get(i).arguments())
          .isEqualTo(Json.mapper().readTree(CALLS.get(i).arguments()));
    }
  }

  @Test
  void hasTheCallsOfTools() throws Exception {
    Said calls = new Said(List.of(), dialect.reasons().tools(), CALLS, /* counted= */ true);
    Said both = new Said(PIECES, dialect.reasons().tools(), CALLS, /* counted= */ true);

    checkCalls(subject.ask(replying(200, dialect.whole(calls)), FakeCall.whole()));
    checkCalls(subject.ask(streaming(dialect.events(calls)), FakeCall.streamed()));
    Answer answer = subject.ask(streaming(dialect.events(both)), FakeCall.streamed());
    checkCalls(answer);
    assertThat(answer.content()).isEqualTo("Grüße an 🐕 alle.");
  }

  @Test
  void saysWhyItEnds_alsoWhenTheReasonIsNotKnown() throws Exception {
    Map<String, FinishReason> reasons =
        Map.of(
            dialect.reasons().stop(),
            FinishReason.STOP,
            dialect.reasons().length(),
            FinishReason.LENGTH,
            dialect.reasons().safety(),
            FinishReason.SAFETY,
            "a_reason_of_the_future",
            FinishReason.OTHER);
    for (Map.Entry<String, FinishReason> reason : reasons.entrySet()) {
      Said said = new Said(PIECES, reason.getKey(), List.of(), /* counted= */ false);

      Answer whole = subject.ask(replying(200, dialect.whole(said)), FakeCall.whole());
      Answer pieces = subject.ask(streaming(dialect.events(said)), FakeCall.streamed());

      assertThat(whole.finishReason()).as(reason.getKey()).isEqualTo(reason.getValue());
      assertThat(pieces.finishReason()).as(reason.getKey()).isEqualTo(reason.getValue());
    }
  }

  @Test
  void mayBeEmpty_whenTheReasonExplainsIt() throws Exception {
    for (String reason : List.of(dialect.reasons().length(), dialect.reasons().safety())) {
      Said said = new Said(List.of(), reason, List.of(), /* counted= */ true);

      Answer whole = subject.ask(replying(200, dialect.whole(said)), FakeCall.whole());
      Answer pieces = subject.ask(streaming(dialect.events(said)), FakeCall.streamed());

      assertThat(whole.content()).isEmpty();
      assertThat(pieces.content()).isEmpty();
      assertThat(pieces.usage().output()).isEqualTo(7);
    }
  }

  @Test
  void countsNothing_whenTheProviderDoesNot() throws Exception {
    Said said = new Said(PIECES, dialect.reasons().stop(), List.of(), /* counted= */ false);

    Answer whole = subject.ask(replying(200, dialect.whole(said)), FakeCall.whole());
    Answer pieces = subject.ask(streaming(dialect.events(said)), FakeCall.streamed());

    assertThat(whole.usage()).isEqualTo(new Usage(0, 0, 0, 0));
    assertThat(pieces.usage()).isEqualTo(new Usage(0, 0, 0, 0));
  }

  @Test
  void isAskedForWithEverythingThatTheRequestHas() throws Exception {
    try (FakeServer server = new FakeServer(replying(200, dialect.whole(text())))) {
      subject.provider(server.url()).generate(FullRequest.prompt(), FakeCall.whole());

      FakeServer.Received received = server.received().get(0);
      assertThat(received.body()).isEqualTo(dialect.fullRequest());
      assertThat(received.headers().getFirst(dialect.keyHeader()))
          .isEqualTo(dialect.keyValue(Subject.KEY));
      assertThat(received.target()).doesNotContain(Subject.KEY);
    }
  }
}
