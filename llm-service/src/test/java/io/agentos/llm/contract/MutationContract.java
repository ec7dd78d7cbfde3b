// SPDX-License-Identifier: MIT
package io.agentos.llm.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.base.Json;
import io.agentos.llm.provider.Provider;
import io.agentos.llm.testing.FakeCall;
import io.agentos.llm.testing.FakeServer;
import io.agentos.llm.testing.Requests;
import io.agentos.llm.wire.ErrorCode;
import io.agentos.llm.wire.FailureException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A good answer in which every value in turn is replaced by every wrong kind of value. */
@Timeout(60)
abstract class MutationContract {
  private static final List<String> JUNK =
      List.of("null", "true", "-1", "1e400", "\"\"", "\"x\"", "[]", "{}", "[[5]]", "{\"x\": null}");

  private final Dialect dialect;
  private final Subject subject;
  private final AtomicReference<String> body = new AtomicReference<>("");

  MutationContract(Dialect dialect) {
    this.dialect = dialect;
    this.subject = new Subject(dialect);
  }

  private Dialect.Said said() {
    return new Dialect.Said(
        List.of("Adding."),
        dialect.reasons().tools(),
        List.of(new Dialect.Called("c1", "add", "{\"a\": 1}")),
        /* counted= */ true);
  }

  @Test
  void endsInAnAnswerOrInUnavailable() throws Exception {
    try (FakeServer server =
        new FakeServer(exchange -> FakeServer.reply(exchange, 200, String.valueOf(body.get())))) {
      Provider provider = subject.provider(server.url());
      List<String> mutants = mutants(dialect.whole(said()));
      assertThat(mutants).hasSizeGreaterThan(100);
      for (String mutant : mutants) {
        ask(provider, mutant, FakeCall.whole());
      }
    }
  }

  @Test
  void endsInAnAnswerOrInUnavailable_inAStreamToo() throws Exception {
    List<String> events = dialect.events(said());
    try (FakeServer server =
        new FakeServer(
            exchange ->
                Subject.send(FakeServer.stream(exchange), List.of(String.valueOf(body.get()))))) {
      Provider provider = subject.provider(server.url());
      for (int i = 0; i < events.size(); i++) {
        String event = events.get(i);
        int start = event.indexOf('{');
        if (start < 0) {
          continue;
        }
        for (String mutant : mutants(event.substring(start))) {
          List<String> changed = new ArrayList<>(events);
          changed.set(i, event.substring(0, start) + mutant + "\n\n");
          ask(provider, String.join("", changed), FakeCall.streamed());
        }
      }
    }
  }

  private void ask(Provider provider, String mutant, FakeCall call) {
    body.set(mutant);
    try {
      provider.generate(Requests.prompt("hi"), call);
    } catch (FailureException e) {
      assertThat(e.failure().code()).as(mutant).isEqualTo(ErrorCode.UNAVAILABLE);
    } catch (RuntimeException e) {
      throw new AssertionError(mutant, e);
    }
  }

  private static List<String> mutants(String good) throws IOException {
    List<String> mutants = new ArrayList<>();
    JsonNode root = Json.mapper().readTree(good);
    collect(root, root, mutants);
    return mutants;
  }

  private static void collect(JsonNode root, JsonNode node, List<String> mutants)
      throws IOException {
    if (node instanceof ObjectNode object) {
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      for (String name : names) {
        JsonNode good = object.get(name);
        for (String junk : JUNK) {
          object.set(name, Json.mapper().readTree(junk));
          mutants.add(root.toString());
        }
        object.set(name, good);
        collect(root, good, mutants);
      }
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        JsonNode good = array.get(i);
        for (String junk : JUNK) {
          array.set(i, Json.mapper().readTree(junk));
          mutants.add(root.toString());
        }
        array.set(i, good);
        collect(root, good, mutants);
      }
    }
  }
}
