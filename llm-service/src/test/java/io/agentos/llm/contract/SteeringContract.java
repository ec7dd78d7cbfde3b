// SPDX-License-Identifier: MIT
package io.agentos.llm.contract;

import static io.agentos.llm.contract.Subject.streaming;
import static io.agentos.llm.testing.FakeServer.replying;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.base.Json;
import io.agentos.llm.contract.Dialect.Said;
import io.agentos.llm.testing.FakeCall;
import io.agentos.llm.testing.FakeServer;
import io.agentos.llm.testing.Requests;
import io.agentos.llm.wire.Answer;
import io.agentos.llm.wire.ErrorCode;
import io.agentos.llm.wire.FailureException;
import io.agentos.llm.wire.FinishReason;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a request may ask of the answer to come, in every provider's own words. */
@Timeout(30)
abstract class SteeringContract {
  private final Dialect dialect;
  private final Subject subject;

  SteeringContract(Dialect dialect) {
    this.dialect = dialect;
    this.subject = new Subject(dialect);
  }

  private Said said(String text) {
    return new Said(List.of(text), dialect.reasons().stop(), List.of(), /* counted= */ true);
  }

  private static ObjectNode withTool() {
    ObjectNode request = Requests.generate(1, "hi");
    request.withArray("tools").addObject().put("name", "add");
    return request;
  }

  private JsonNode sent(ObjectNode request) throws Exception {
    try (FakeServer server = new FakeServer(replying(200, dialect.whole(said("ok"))))) {
      subject.provider(server.url()).generate(Requests.prompt(request), FakeCall.whole());
      return server.received().get(0).body();
    }
  }

  @Test
  void saysWhetherToolsAreCalled() throws Exception {
    Dialect.Words words = dialect.words();
    Map<String, String> choices =
        Map.of("auto", words.auto(), "none", words.none(), "required", words.required());
    for (Map.Entry<String, String> choice : choices.entrySet()) {
      JsonNode body = sent(withTool().put("tool_choice", choice.getKey()));

      assertThat(body.at(words.choicePointer()))
          .as(choice.getKey())
          .isEqualTo(Json.mapper().readTree(choice.getValue()));
    }
    assertThat(sent(withTool()).at(words.choicePointer()).isMissingNode()).isTrue();
  }

  @Test
  void mayBeEmpty_whenItBeganWithWhatItWasToStopAt() throws Exception {
    String reason =
        dialect.words().stopped().isEmpty() ? dialect.reasons().stop() : dialect.words().stopped();
    Said nothing = new Said(List.of(), reason, List.of(), /* counted= */ true);
    ObjectNode request = Requests.generate(1, "hi");
    request.withArray("stop").add("\n");

    for (boolean pieces : List.of(true, false)) {
      FakeServer.Behaviour behaviour =
          pieces ? streaming(dialect.events(nothing)) : replying(200, dialect.whole(nothing));
      try (FakeServer server = new FakeServer(behaviour)) {
        Answer answer =
            subject
                .provider(server.url())
                .generate(
                    Requests.prompt(request), pieces ? FakeCall.streamed() : FakeCall.whole());

        assertThat(answer.content()).isEmpty();
        assertThat(answer.finishReason()).isEqualTo(FinishReason.STOP);
      }
    }
  }

  @Test
  void carriesPenalties_orSaysThatItCannot() throws Exception {
    for (String field : List.of("presence_penalty", "frequency_penalty")) {
      ObjectNode request = Requests.generate(1, "hi").put(field, -0.5);
      FakeCall call = FakeCall.whole();
      try (FakeServer server = new FakeServer(replying(200, dialect.whole(said("ok"))))) {
        FailureException failed =
            catchThrowableOfType(
                FailureException.class,
                () -> subject.provider(server.url()).generate(Requests.prompt(request), call));

        if (failed == null) {
          assertThat(server.received().get(0).body().findValue(camel(field)).asDouble())
              .isEqualTo(-0.5);
        } else {
          assertThat(dialect.kind()).isEqualTo("anthropic");
          assertThat(failed.failure().code()).isEqualTo(ErrorCode.UNSUPPORTED);
          assertThat(failed.failure().message()).isEqualTo("acme can't be asked with " + field);
          assertThat(server.received()).isEmpty();
          assertThat(call.sent()).isFalse();
        }
      }
    }
  }

  private String camel(String field) {
    return dialect.kind().equals("gemini") ? field.replace("_p", "P") : field;
  }
}
