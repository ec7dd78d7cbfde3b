// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.Until;
import io.agentos.kernel.testing.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** One place at the provider, and many who want it. */
final class ThinkFairnessIT {
  private static final int CALLS = 6;

  /** Answers in the order they came. */
  private final List<String> order = Collections.synchronizedList(new ArrayList<>());

  private final List<Thread> readers = new ArrayList<>();

  @Test
  void letsNobodyWaitBehindAllCallsOfAnother() throws Exception {
    Path folder = KernelProcess.newFolder();
    Path script =
        Files.writeString(
            folder.resolve("script.json"),
            "{\"default\": {\"content\": \"x\", \"delay_ms\": 150}}");
    Path config =
        Files.writeString(folder.resolve("agentos.toml"), "[scheduler]\nconcurrency = 1\n");
    Map<String, String> environment = Map.of("AGENTOS_LLM_SCRIPT", script.toString());
    try (KernelProcess kernel =
            KernelProcess.startIn(folder, environment, List.of(), "--config", config.toString());
        Operator operator = new Operator(kernel)) {
      Expect.success(operator.call(Opcode.THINK, Map.of("prompt", "warm up")));
      int greedy = operator.puppet("greedy", Map.of());
      int modest = operator.puppet("modest", Map.of());
      for (int i = 0; i < CALLS; i++) {
        think(kernel, greedy, "greedy");
      }
      Until.holds("all are queued", () -> calls(operator, greedy) == CALLS);
      think(kernel, modest, "modest");
      for (Thread reader : readers) {
        reader.join();
      }
      assertThat(order).hasSize(CALLS + 1);
      assertThat(order.indexOf("modest")).as("%s", order).isLessThan(CALLS - 1);
    }
  }

  private void think(KernelProcess kernel, int agent, String name) throws IOException {
    WireClient client = kernel.connectAs(agent);
    client.send(Opcode.THINK.number(), Operator.json(Map.of("prompt", "x")));
    Thread reader = new Thread(() -> record(client, name));
    reader.start();
    readers.add(reader);
  }

  private void record(WireClient client, String name) {
    try (client) {
      Expect.success(client.receive().json());
      order.add(name);
    } catch (IOException e) {
      order.add(e.toString());
    }
  }

  private static int calls(Operator operator, int agent) throws IOException {
    return operator
        .call(Opcode.GET_PERMS, Map.of("agent_id", agent))
        .at("/permissions/llm/calls_made")
        .asInt();
  }
}
