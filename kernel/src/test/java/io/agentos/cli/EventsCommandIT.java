// SPDX-License-Identifier: MIT
package io.agentos.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.Until;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code agentos events} against a real kernel. */
final class EventsCommandIT {
  private KernelProcess kernel;

  @BeforeEach
  void start() throws IOException {
    kernel = KernelProcess.start();
  }

  @AfterEach
  void stop() throws IOException {
    kernel.close();
  }

  @Test
  void showsWhatHappens_untilItIsInterrupted(@TempDir Path folder) throws Exception {
    Map<String, String> here = Map.of("AGENTOS_SOCKET", kernel.socket().toString());
    try (CliProcess events = CliProcess.start(Path.of(".."), folder, here, "events", "agent.*");
        Operator operator = new Operator(kernel)) {
      Until.holds("it listens", () -> events.errors().contains("listening"));
      operator.spawn("ends", List.of("/bin/true"), Map.of());
      assertThat(events.line()).contains("agent.started", "\"name\":\"ends\"");
      assertThat(events.line())
          .contains("agent.ended", "\"exit_reason\":\"exited\"", "\"exit_code\":0");
      events.interrupt();
      assertThat(events.code()).isEqualTo(130);
    }
  }

  @Test
  void refusesWhatIsNoType() {
    Cli.Result wrong = Cli.on(kernel.socket(), "events", "Agent.Ended");
    assertThat(wrong.code()).isEqualTo(1);
    assertThat(wrong.err()).contains("event_types must be types such as agent.ended");
  }
}
