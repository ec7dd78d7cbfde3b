// SPDX-License-Identifier: MIT
package io.agentos.llm.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.testing.FakeCall;
import io.agentos.llm.testing.Requests;
import io.agentos.llm.wire.Answer;
import io.agentos.llm.wire.ErrorCode;
import io.agentos.llm.wire.FailureException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the golden exchanges leave out. */
final class OfflineProviderTest {
  private static OfflineProvider scripted(Path directory, String script) throws Exception {
    return new OfflineProvider(
        ScriptReader.read(Files.writeString(directory.resolve("s.yaml"), script)));
  }

  @Test
  void givesTheSameAnswerToTheSameCall() throws FailureException {
    OfflineProvider provider = new OfflineProvider(OfflineScript.EMPTY);

    Answer once = provider.generate(Requests.prompt("hi"), FakeCall.numbered(1));
    Answer again = provider.generate(Requests.prompt("hi"), FakeCall.numbered(9));

    assertThat(once).isEqualTo(again);
    assertThat(once.model()).isEqualTo("offline-1");
  }

  @Property(tries = 500)
  void saysOneLineAboutAnything(@ForAll String text) throws FailureException {
    Answer answer =
        new OfflineProvider(OfflineScript.EMPTY).generate(Requests.prompt(text), FakeCall.whole());

    assertThat(answer.content()).startsWith("[offline] ").doesNotContain("\n");
    assertThat(answer.content().length()).isLessThan(250);
    assertThat(answer.usage().input()).isPositive();
  }

  @Property(tries = 500)
  void streamsExactlyTheContent(@ForAll String text) throws FailureException {
    FakeCall call = FakeCall.streamed();

    Answer answer = new OfflineProvider(OfflineScript.EMPTY).generate(Requests.prompt(text), call);

    assertThat(String.join("", call.deltas())).isEqualTo(answer.content());
  }

  @Test
  void cutsTheHeadBetweenCharactersOfTwoUnits() throws FailureException {
    Answer answer =
        new OfflineProvider(OfflineScript.EMPTY)
            .generate(Requests.prompt("\uD83D\uDE00".repeat(100)), FakeCall.whole());

    assertThat(answer.content()).endsWith("\uD83D\uDE00".repeat(80) + "...");
  }

  @Test
  void fillsInGroupsThatExistAndLeavesOtherDollarsAlone(@TempDir Path directory) throws Exception {
    OfflineProvider provider =
        scripted(directory, "rules: [{match: '(a)(x)?(b)', content: '$0 $1 <$2> $3 $4 $ $x $'}]");

    Answer answer = provider.generate(Requests.prompt("-ab-"), FakeCall.whole());

    assertThat(answer.content()).isEqualTo("ab a <> b $4 $ $x $");
  }

  @Test
  void looksAtTheToolsResultThatTheConversationEndsWith(@TempDir Path directory) throws Exception {
    OfflineProvider provider =
        scripted(
            directory,
            "rules: [{match: add, tool_result: '(\\d+)', content: 'It is $0 of $1'},"
                + " {tool_result: '(\\d+)', content: 'It is $1'},"
                + " {match: add, tool_calls: [{name: add, arguments: {a: 1}}]}]");
    ObjectNode conversation = Requests.generate(1, "please add");
    Answer first = provider.generate(Requests.prompt(conversation), FakeCall.whole());
    toolAnswered(conversation, "call-1", "sum 42");
    Answer second = provider.generate(Requests.prompt(conversation), FakeCall.whole());
    Requests.message(conversation, "user", "thanks");
    toolAnswered(conversation, "call-2", "sum 7");
    Answer third = provider.generate(Requests.prompt(conversation), FakeCall.whole());
    Requests.message(conversation, "user", "add again");
    Answer fourth = provider.generate(Requests.prompt(conversation), FakeCall.whole());

    assertThat(first.toolCalls()).hasSize(1);
    assertThat(second.content()).isEqualTo("It is add of $1");
    assertThat(third.content()).isEqualTo("It is 7");
    assertThat(fourth.toolCalls()).hasSize(1);
  }

  @Test
  void endsBeforeTheFirstTextToStopAt(@TempDir Path directory) throws Exception {
    OfflineProvider provider =
        scripted(
            directory,
            "rules: [{content: \"Action: look\\nObservation: none\","
                + " tool_calls: [{name: look, arguments: {}}]}]");
    ObjectNode request = Requests.generate(1, "go");
    request.withArray("stop").add("none").add("\nObservation:");
    FakeCall call = FakeCall.streamed();

    Answer answer = provider.generate(Requests.prompt(request), call);

    assertThat(answer.content()).isEqualTo("Action: look");
    assertThat(String.join("", call.deltas())).isEqualTo("Action: look");
    assertThat(answer.toolCalls()).isEmpty();
    assertThat(answer.usage().output()).isEqualTo(3);
    request.putArray("stop").add("Action");
    assertThat(provider.generate(Requests.prompt(request), FakeCall.whole()).content()).isEmpty();
    request.putArray("stop").add("absent");
    assertThat(provider.generate(Requests.prompt(request), FakeCall.whole()).toolCalls())
        .hasSize(1);
  }

  @Test
  void passesOverRulesThatTheChoiceOfToolsForbids(@TempDir Path directory) throws Exception {
    OfflineProvider provider =
        scripted(
            directory,
            "rules: [{tool_calls: [{name: add, arguments: {}}]},"
                + " {tool_calls: [{name: look, arguments: {}}]}, {content: said}]");
    ObjectNode request = Requests.generate(1, "go");
    request.withArray("tools").addObject().put("name", "look");

    request.put("tool_choice", "none");
    Answer none = provider.generate(Requests.prompt(request), FakeCall.whole());
    request.put("tool_choice", "required");
    Answer required = provider.generate(Requests.prompt(request), FakeCall.whole());
    request.putObject("tool_choice").put("name", "look");
    Answer named = provider.generate(Requests.prompt(request), FakeCall.whole());

    assertThat(none.content()).isEqualTo("said");
    assertThat(required.toolCalls().get(0).name()).isEqualTo("add");
    assertThat(named.toolCalls().get(0).name()).isEqualTo("look");
  }

  @Test
  void refusesAChoiceThatTheScriptHasNoAnswerTo() {
    OfflineProvider provider = new OfflineProvider(OfflineScript.EMPTY);
    ObjectNode request = Requests.generate(1, "go").put("tool_choice", "required");
    request.withArray("tools").addObject().put("name", "look");

    FailureException failed =
        catchThrowableOfType(
            FailureException.class,
            () -> provider.generate(Requests.prompt(request), FakeCall.whole()));

    assertThat(failed.failure().code()).isEqualTo(ErrorCode.UNSUPPORTED);
    assertThat(failed.failure().message()).contains("offline", "tool_choice");
  }

  private static void toolAnswered(ObjectNode conversation, String call, String text) {
    Requests.message(conversation, "assistant", "")
        .putArray("tool_calls")
        .addObject()
        .put("id", call)
        .put("name", "add")
        .putObject("arguments");
    Requests.message(conversation, "tool", text).put("tool_call_id", call);
  }

  @Test
  @Timeout(30)
  void stopsMatching_whenTheCallEnds(@TempDir Path directory) throws Exception {
    OfflineProvider provider = scripted(directory, "rules: [{match: '(x+x+)+y', content: never}]");
    FakeCall call = FakeCall.whole();
    ExecutorService threads = Executors.newSingleThreadExecutor();
    try {
      Future<FailureException> thrown =
          threads.submit(
              () ->
                  catchThrowableOfType(
                      FailureException.class,
                      () -> provider.generate(Requests.prompt("x".repeat(5_000)), call)));

      call.end();

      assertThat(thrown.get(20, TimeUnit.SECONDS).failure().code()).isEqualTo(ErrorCode.CANCELLED);
    } finally {
      threads.shutdownNow();
    }
  }
}
