// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.llm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.llm.Llm;
import io.agentos.kernel.permission.PermissionLevel;
import io.agentos.kernel.posix.Sys;
import io.agentos.kernel.sandbox.View;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Role;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.testing.LiveReactor;
import io.agentos.kernel.testing.PlayedLlmService;
import io.agentos.kernel.testing.PlayedLlmService.Conversation;
import io.agentos.kernel.testing.Until;
import io.agentos.kernel.wire.Json;
import io.agentos.kernel.wire.SyscallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The kernel's side of docs/contract/llm: THINK writes the lines that the exchanges have, and makes
 * of the answers what a client should get. What the kernel never sends (broken lines, statuses,
 * fields that THINK does not have) is left out; the answers to it come all the same and must be
 * nobody's.
 */
final class GoldenExchangesTest {
  private static final Path FOLDER = Path.of("../docs/contract/llm");
  private static final int FOREIGN_IDS = 1_000_000;

  /** What becomes the line of a THINK; beside op and id. */
  private static final Set<String> FIELDS_OF_THINK =
      Set.of(
          "messages",
          "model",
          "system_instruction",
          "temperature",
          "top_p",
          "presence_penalty",
          "frequency_penalty",
          "seed",
          "stop",
          "max_tokens",
          "thinking_level",
          "tools",
          "tool_choice",
          "response_schema",
          "timeout_ms",
          "stream",
          "caller");

  private final LiveReactor live = new LiveReactor();
  private final PlayedLlmService service = new PlayedLlmService();
  private final Llm llm =
      live.on(
          () ->
              new Llm(
                  live.reactor(),
                  service.config(/* concurrency= */ 100, /* queue= */ 100),
                  (type, about, data) -> {}));
  private final Think think = new Think(llm);

  /** Those under way, by the exchange's id. */
  private final Map<Integer, Asked> asked = new HashMap<>();

  /** What THINK refuses by itself, so that the service never hears of it. */
  private final Set<Integer> refusedHere = new HashSet<>();

  private final Set<Told> gone = new HashSet<>();
  private final List<ObjectNode> early = new ArrayList<>();
  private Optional<Conversation> conversation = Optional.empty();

  GoldenExchangesTest() throws IOException {}

  @AfterEach
  void stop() throws IOException {
    live.on(
        () -> {
          llm.close();
          return true;
        });
    live.close();
    service.close();
  }

  static Stream<Path> exchanges() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList().stream();
    }
  }

  /** What a client is told. */
  private static final class Told implements Syscall.Reply<ObjectNode> {
    final List<String> parts = new ArrayList<>();
    final CompletableFuture<ObjectNode> response = new CompletableFuture<>();
    final CompletableFuture<SyscallException> refusal = new CompletableFuture<>();
    private Runnable onAbandon = () -> {};

    @Override
    public void succeed(ObjectNode answer) {
      response.complete(answer);
    }

    @Override
    public void fail(SyscallException why) {
      refusal.complete(why);
    }

    @Override
    public void part(Object part) {
      parts.add(((Think.Part) part).content());
    }

    @Override
    public void stream(Object part, Runnable more) {
      part(part);
      more.run();
    }

    @Override
    public void onAbandon(Runnable task) {
      onAbandon = task;
    }

    @Override
    public void onTimeout(Duration delay, Runnable task) {
      // The exchanges' own timeouts are the service's to keep; the client here is patient.
    }

    @Override
    public boolean isOpen() {
      return !response.isDone() && !refusal.isDone();
    }
  }

  /** A THINK under way: the id that the kernel gave it, and who waits. */
  private record Asked(int id, Told told) {}

  @ParameterizedTest
  @MethodSource("exchanges")
  void replays(Path file) throws IOException {
    for (JsonNode step : Json.MAPPER.readTree(file.toFile()).get("steps")) {
      if (step.has("send")) {
        send(step.get("send"));
      } else {
        answer(step.get("expect"));
      }
    }
    assertThat(conversation).as("the exchange concerns the kernel").isPresent();
    for (Told client : gone) {
      assertThat(live.on(client::isOpen)).as("a client that went away is told nothing").isTrue();
    }
  }

  private void send(JsonNode line) throws IOException {
    int id = line.path("id").asInt();
    switch (line.path("op").asText()) {
      case "generate" -> {
        if (!asked.containsKey(id) && isOfThink(line)) {
          think(line);
        }
      }
      case "cancel" -> {
        if (asked.containsKey(line.path("target").asInt())) {
          cancel(line);
        }
      }
      default -> {
        // The kernel asks for no status, and knows how to write JSON.
      }
    }
  }

  private static boolean isOfThink(JsonNode line) {
    List<String> names = new ArrayList<>();
    line.fieldNames().forEachRemaining(names::add);
    return line.has("timeout_ms")
        && names.stream()
            .allMatch(n -> n.equals("id") || n.equals("op") || FIELDS_OF_THINK.contains(n));
  }

  private void think(JsonNode line) throws IOException {
    ObjectNode fields = line.deepCopy();
    fields.remove(List.of("id", "op", "caller", "timeout_ms"));
    fields.put("timeout", line.get("timeout_ms").asLong() / 1000.0);
    Told told = new Told();
    live.on(
        () -> {
          try {
            Think.Request request =
                Json.decode(Json.reader(Think.Request.class), Json.encode(fields));
            think.handle(caller(line.get("caller").asText()), request, told);
          } catch (SyscallException refusal) {
            told.fail(refusal);
          }
          return true;
        });
    if (told.refusal.isDone()) {
      refusedHere.add(line.get("id").asInt());
      return;
    }
    JsonNode sent = conversation().read();
    ObjectNode expected = withoutNulls(line).set("id", sent.get("id"));
    if (!expected.has("stream")) {
      expected.put("stream", false);
    }
    long left = sent.get("timeout_ms").asLong();
    assertThat(left).isBetween(1L, expected.get("timeout_ms").asLong());
    expected.set("timeout_ms", sent.get("timeout_ms")); // waiting is part of it
    for (String chosen : List.of("provider", "model")) {
      assertThat(sent.path(chosen).asText()).isNotEmpty();
      if (!line.has(chosen)) {
        expected.set(chosen, sent.get(chosen));
      }
    }
    assertThat(sent).isEqualTo(expected);
    asked.put(line.get("id").asInt(), new Asked(sent.get("id").asInt(), told));
  }

  private static Caller caller(String name) throws IOException {
    return new Caller(
        new AgentId(1),
        Role.OPERATOR,
        "uid 0",
        /* agent= */ null,
        PermissionLevel.MINIMAL.permissions(),
        View.ofHost(Sys.uid(), Sys.gid()),
        name);
  }

  private static ObjectNode withoutNulls(JsonNode line) {
    ObjectNode copy = line.deepCopy();
    copy.properties().removeIf(field -> field.getValue().isNull());
    return copy;
  }

  /** The client goes away. */
  private void cancel(JsonNode line) throws IOException {
    Asked target = Objects.requireNonNull(asked.get(line.get("target").asInt()));
    live.on(
        () -> {
          target.told.onAbandon.run();
          return true;
        });
    gone.add(target.told);
    ObjectNode expected = line.deepCopy();
    JsonNode sent = conversation().read();
    expected.set("id", sent.get("id"));
    expected.put("target", target.id);
    assertThat(sent).isEqualTo(expected);
  }

  private void answer(JsonNode line) throws IOException {
    int id = line.path("id").asInt();
    Asked who = asked.get(id);
    ObjectNode written = line.deepCopy();
    if (who == null) {
      if (refusedHere.contains(id)) {
        assertThat(line.get("code").asText()).isEqualTo("INVALID_REQUEST");
      }
      write(id == 0 ? written : written.put("id", FOREIGN_IDS + id));
      return;
    }
    int partsBefore = live.on(() -> who.told.parts.size());
    write(written.put("id", who.id));
    boolean over = !line.get("type").asText().equals("delta");
    if (over) {
      asked.remove(id);
    }
    if (gone.contains(who.told)) {
      return;
    }
    switch (line.get("type").asText()) {
      case "delta" -> {
        Until.holds("the part came", () -> live.on(() -> who.told.parts.size()) > partsBefore);
        assertThat(live.on(() -> who.told.parts.get(partsBefore)))
            .isEqualTo(line.get("content").asText());
      }
      case "result" -> checkResponse(line, LiveReactor.await(who.told.response));
      default -> checkRefusal(line, LiveReactor.await(who.told.refusal));
    }
  }

  private static void checkResponse(JsonNode line, ObjectNode response) {
    for (String field : List.of("content", "provider", "model", "finish_reason", "usage")) {
      assertThat(response.get(field)).as(field).isEqualTo(line.get(field));
    }
    assertThat(response.path("tool_calls")).isEqualTo(line.path("tool_calls"));
    JsonNode usage = line.get("usage");
    assertThat(response.get("tokens").asInt())
        .isEqualTo(
            usage.get("input").asInt()
                + usage.get("output").asInt()
                + usage.get("thinking").asInt());
    assertThat(response.get("queue_ms").asInt()).isNotNegative();
    assertThat(response.get("latency_ms").asInt()).isNotNegative();
  }

  private static void checkRefusal(JsonNode line, SyscallException refusal) {
    assertThat(refusal.code().name()).isEqualTo(line.get("code").asText());
    assertThat(refusal.sentence()).isEqualTo(line.get("message").asText());
    assertThat(refusal.details().get("retryable")).isEqualTo(line.get("retryable").asBoolean());
    if (line.has("retry_after_ms")) {
      assertThat(refusal.details().get("retry_after_ms"))
          .isEqualTo(line.get("retry_after_ms").asLong());
    }
  }

  /** What the service says before the kernel has started it is said as soon as it has. */
  private void write(ObjectNode line) throws IOException {
    if (conversation.isPresent()) {
      conversation.get().write(line.toString());
    } else {
      early.add(line);
    }
  }

  private Conversation conversation() throws IOException {
    if (conversation.isEmpty()) {
      conversation = Optional.of(service.next());
      for (ObjectNode line : early) {
        conversation.get().write(line.toString());
      }
    }
    return conversation.get();
  }
}
