// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentos.kernel.base.Limits;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.Until;
import io.agentos.kernel.testing.WireClient;
import io.agentos.kernel.wire.Frame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Half-sent frames are not held for ever. Waits most of its time, so it runs beside others. */
@Execution(ExecutionMode.CONCURRENT)
final class SlowClientsIT {
  @Test
  void closesThoseWhoNeverFinishAFrame_andNobodyElse() throws IOException {
    try (KernelProcess kernel = KernelProcess.start();
        WireClient idle = kernel.connect();
        WireClient waiting = kernel.connect();
        WireClient half = kernel.connect();
        WireClient header = kernel.connect();
        WireClient dripping = kernel.connect()) {
      int waitingId = waiting.ask(Opcode.HELLO, "{}").get("agent_id").asInt();
      waiting.send(Opcode.RECV.number(), Operator.json(Map.of("wait", true)));
      ByteBuffer whole = WireClient.header(Frame.MAGIC, Opcode.NOOP.number(), 1 << 20);
      header.write(whole.duplicate().limit(5));
      half.write(whole.duplicate());
      half.write(ByteBuffer.allocate(1000));
      dripping.write(whole.duplicate());
      Until.holds(
          "the one that drips is closed",
          2 * Limits.FRAME_TIME.toSeconds(),
          () -> !takes(dripping));
      assertThat(half.isEnded()).isTrue();
      assertThat(header.isEnded()).isTrue();
      assertThat(kernel.log()).contains("left a frame unfinished");
      Expect.success(idle.ask(Opcode.HELLO, "{}"));
      Map<String, ?> message = Map.of("to", waitingId, "message", "still there");
      Expect.success(Operator.call(idle, Opcode.SEND, message));
      assertThat(waiting.receive().json().at("/messages/0/message").asText())
          .isEqualTo("still there");
    }
  }

  /** One more byte of a frame that will never be whole. */
  private static boolean takes(WireClient client) {
    try {
      client.write(ByteBuffer.allocate(1));
      return true;
    } catch (IOException closed) {
      return false;
    }
  }
}
