// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.WireClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** LOGS: each line once, in order, with its stream and number, within every bound. */
final class LogsIT {
  private static final int MANY = 40_000;

  private static KernelProcess kernel;
  private static Operator operator;

  @BeforeAll
  static void start() throws IOException {
    kernel = KernelProcess.start();
    operator = new Operator(kernel);
  }

  @AfterAll
  static void stop() throws IOException {
    operator.close();
    kernel.close();
  }

  /** Runs a program to its end. */
  private static void run(String name, String program) throws IOException {
    operator.python(name, program, Map.of());
    operator.await(name);
  }

  private static JsonNode logs(String name, Map<String, ?> more) throws IOException {
    Map<String, Object> fields = new HashMap<>(more);
    fields.put("name", name);
    return operator.call(Opcode.LOGS, fields);
  }

  private static List<String> lines(JsonNode answer) {
    List<String> lines = new ArrayList<>();
    Expect.success(answer).get("entries").forEach(entry -> lines.add(entry.get("line").asText()));
    return lines;
  }

  @Test
  void givesTheLastLines_numberedAndTimed() throws IOException {
    run("counts", "for i in range(250): print(i)");
    assertThat(lines(logs("counts", Map.of()))).hasSize(100).contains("249").doesNotContain("150");
    assertThat(lines(logs("counts", Map.of("lines", 3))))
        .containsExactly("248", "249", "exited with code 0");
    assertThat(lines(logs("counts", Map.of("lines", 0)))).isEmpty();
    JsonNode all = logs("counts", Map.of("lines", 10_000)).get("entries");
    assertThat(all).hasSize(251);
    long before = 0;
    for (JsonNode entry : all) {
      assertThat(entry.get("seq").asLong()).isEqualTo(before + 1);
      assertThat(entry.get("time").asLong()).isBetween(1_600_000_000_000L, 4_000_000_000_000L);
      before = entry.get("seq").asLong();
    }
    assertThat(all.get(0).get("stream").asText()).isEqualTo("stdout");
    assertThat(all.get(250).get("stream").asText()).isEqualTo("kernel");
    for (int lines : new int[] {-1, Limits.LOG_LINES_MOST + 1}) {
      Expect.refusal(logs("counts", Map.of("lines", lines)), "INVALID_REQUEST", "lines", "10000");
    }
  }

  @Test
  void givesLinesSinceAMoment() throws IOException {
    operator.python(
        "pausing",
        "import os\nprint('before')\nwhile not os.path.exists('/workspace/go'): pass\nprint('after')",
        Map.of());
    operator.awaitLine("pausing", "before");
    JsonNode first = logs("pausing", Map.of()).at("/entries/0/time");
    double since = (first.asLong() + 1) / 1000.0;
    int id = operator.find("pausing").get("id").asInt();
    String go = kernel.folder().resolve("state/workspaces/" + id + "-pausing/go").toString();
    while (System.currentTimeMillis() <= first.asLong() + 1) {
      Thread.onSpinWait();
    }
    Expect.success(operator.call(Opcode.WRITE, Map.of("path", go, "content", "")));
    operator.await("pausing");
    assertThat(lines(logs("pausing", Map.of("since", since))))
        .containsExactly("after", "exited with code 0");
    assertThat(lines(logs("pausing", Map.of("since", 1e11)))).isEmpty();
    assertThat(lines(logs("pausing", Map.of("since", -5)))).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {16_383, 16_384, 16_385, 50_000})
  void cutsALongLine_losingNothing(int length) throws IOException {
    run("long-" + length, "print('é' + 'x' * " + (length - 2) + ")\nprint('next')");
    List<String> lines = lines(logs("long-" + length, Map.of()));
    assertThat(lines).hasSize((length + Limits.LOG_LINE_BYTES - 1) / Limits.LOG_LINE_BYTES + 2);
    assertThat(String.join("", lines))
        .isEqualTo("é" + "x".repeat(length - 2) + "next" + "exited with code 0");
  }

  @Test
  void showsBytesOfEveryKind() throws IOException {
    run(
        "odd",
        "import os\nos.write(1, b'a\\0b\\xffc\\r\\n\\n\\x1b[31mred\\n')\nos.write(2, b'no line end')");
    JsonNode entries = logs("odd", Map.of()).get("entries");
    assertThat(lines(logs("odd", Map.of())))
        .containsExactlyInAnyOrder(
            "a\0b\uFFFDc", "", "\u001b[31mred", "no line end", "exited with code 0");
    assertThat(entries.findValuesAsText("stream")).contains("stderr").endsWith("kernel");
  }

  /** Control characters are six bytes each in an answer. */
  @Test
  void keepsAnAnswerWithinItsBound_whateverTheLines() throws IOException {
    run("escapes", "import os\nfor i in range(200): os.write(1, b'\\x01' * 16000 + b'\\n')");
    JsonNode answer = Expect.success(logs("escapes", Map.of("lines", 10_000)));
    assertThat(answer.get("entries")).isNotEmpty();
    assertThat(answer.toString()).hasSizeLessThan(Limits.DEFAULT_MAX_PAYLOAD);
    assertThat(lines(answer)).endsWith("exited with code 0");
  }

  /** What a follower got: how many lines, how many it was told it missed; it checks the numbers. */
  private static final class Reader {
    int lines;
    int skipped;
    private long last;

    /** Takes a part; whether more follow. */
    boolean take(JsonNode part) {
      Expect.success(part);
      int missing = part.path("skipped").asInt();
      skipped += missing;
      for (JsonNode entry : part.get("entries")) {
        assertThat(entry.get("seq").asLong()).isEqualTo(last + 1 + missing);
        last = entry.get("seq").asLong();
        missing = 0;
        lines++;
      }
      return part.path("partial").asBoolean();
    }

    void takeAll(WireClient client) throws IOException {
      while (take(client.receive().json())) {}
    }
  }

  private static WireClient follow(String name, Map<String, ?> more) throws IOException {
    Map<String, Object> fields = new HashMap<>(more);
    fields.put("name", name);
    fields.put("follow", true);
    fields.put("lines", 10_000);
    WireClient client = kernel.connect();
    client.send(Opcode.LOGS.number(), Operator.json(fields));
    return client;
  }

  /** Starts an agent that prints as soon as it is told to {@link #go}. */
  private static int printer(String name, int count) throws IOException {
    String program =
        "import os\nprint('ready')\nwhile not os.path.exists('/workspace/go'): pass\n"
            + "for i in range("
            + count
            + "): print('line', i)";
    int id = operator.python(name, program, Map.of());
    operator.awaitLine(name, "ready");
    return id;
  }

  private static void go(String name, int id) throws IOException {
    String path = kernel.folder().resolve("state/workspaces/" + id + "-" + name + "/go").toString();
    Expect.success(operator.call(Opcode.WRITE, Map.of("path", path, "content", "")));
  }

  @Test
  void followsToTheEnd_everyLineOnce_forEachFollower() throws IOException {
    int id = printer("followed", 3000);
    try (WireClient one = follow("followed", Map.of());
        WireClient two = follow("followed", Map.of())) {
      Reader first = new Reader();
      assertThat(first.take(one.receive().json())).as("while it lives there is more").isTrue();
      go("followed", id);
      first.takeAll(one);
      Reader second = new Reader();
      second.takeAll(two);
      assertThat(first.lines + first.skipped).isEqualTo(3002);
      assertThat(second.lines + second.skipped).isEqualTo(3002);
    }
    try (WireClient late = follow("followed", Map.of())) {
      Reader reader = new Reader();
      reader.takeAll(late);
      assertThat(reader.lines).as("after the end: all of it, and done").isEqualTo(3002);
    }
  }

  /** A slow follower costs the kernel a bounded window, and is told what it missed. */
  @Test
  void tellsASlowFollowerWhatItMissed() throws IOException {
    int id = printer("flooding", MANY);
    try (WireClient slow = follow("flooding", Map.of())) {
      Reader reader = new Reader();
      reader.take(slow.receive().json());
      go("flooding", id);
      assertThat(operator.await("flooding").get("exit_code").asInt()).isZero();
      reader.takeAll(slow);
      assertThat(reader.lines + reader.skipped).isEqualTo(MANY + 2);
      assertThat(reader.skipped).isPositive();
    }
  }

  @Test
  void holdsTheAgentsOutput_forAnOperatorThatAsksForEveryLine() throws IOException {
    int id = printer("held", MANY);
    try (WireClient holder = follow("held", Map.of("hold", true))) {
      Reader reader = new Reader();
      reader.take(holder.receive().json());
      go("held", id);
      JsonNode waited = operator.call(Opcode.WAIT, Map.of("name", "held", "timeout", 0.5));
      Expect.refusal(waited, "TIMEOUT", "running");
      reader.takeAll(holder);
      assertThat(reader.skipped).isZero();
      assertThat(reader.lines).isEqualTo(MANY + 2);
    }
  }

  @Test
  void letsTheAgentGoOn_whenTheHolderGoesAway() throws IOException {
    int id = printer("released", MANY);
    try (WireClient holder = follow("released", Map.of("hold", true))) {
      holder.receive();
      go("released", id);
      Expect.refusal(
          operator.call(Opcode.WAIT, Map.of("name", "released", "timeout", 0.3)), "TIMEOUT");
    }
    assertThat(operator.await("released").get("exit_code").asInt()).isZero();
  }

  @Test
  void letsNoAgentHold_andNoneFollowWithoutEnd() throws IOException {
    int id = operator.puppet("self", Map.of());
    List<WireClient> followers = new ArrayList<>();
    try (WireClient client = kernel.connectAs(id)) {
      Expect.refusal(
          client.ask(Opcode.LOGS, "{'name':'self','follow':true,'hold':true}"),
          "PERMISSION_DENIED",
          "operator");
      for (int i = 0; i < Limits.FOLLOWERS_PER_AGENT; i++) {
        WireClient follower = kernel.connectAs(id);
        follower.send(Opcode.LOGS.number(), Operator.json(Map.of("id", id, "follow", true)));
        Expect.success(follower.receive().json());
        followers.add(follower);
      }
      Expect.refusal(
          client.ask(Opcode.LOGS, "{'name':'self'}"), "RESOURCE_EXHAUSTED", "share", "LOGS");
      Expect.success(operator.call(Opcode.LOGS, Map.of("name", "self")));
    }
    for (WireClient follower : followers) {
      follower.close();
    }
    operator.kill("self");
  }

  @Test
  void goesOnAcrossRestarts() throws IOException {
    operator.python(
        "reborn",
        "import os, sys\nprint('run')\nfirst = not os.path.exists('/workspace/x')\nopen('/workspace/x', 'w').close()\nsys.exit(3 if first else 0)",
        Map.of("restart_policy", "on-failure"));
    try (WireClient follower = follow("reborn", Map.of())) {
      Reader reader = new Reader();
      reader.takeAll(follower);
      assertThat(reader.lines).isEqualTo(4);
    }
    assertThat(lines(logs("reborn", Map.of())))
        .containsExactly("run", "exited with code 3", "run", "exited with code 0");
  }
}
