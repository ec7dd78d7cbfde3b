// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An agent's limits hold whatever enforces them, however it goes about it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LimitsIT {
  private static final String MEMORY = "48M";

  private static final Map<String, String> HOARDERS =
      Map.of(
          "itself",
          "x = []\nwhile len(x) < 300: x.append(bytearray(b'x' * 1_000_000))",
          "children",
          """
          import os
          for _ in range(40):
              if os.fork() == 0:
                  x = b'y' * 8_000_000
                  break
          """,
          "tmp",
          "f = open('/tmp/f', 'wb')\nfor _ in range(60): f.write(b'x' * 1_000_000)\nf.flush()",
          "shm",
          "f = open('/dev/shm/f', 'wb')\nfor _ in range(60): f.write(b'x' * 1_000_000)\nf.flush()",
          "unlinked",
          """
          import os
          f = open('/tmp/f', 'wb')
          os.unlink('/tmp/f')
          for _ in range(60): f.write(b'x' * 1_000_000)
          f.flush()
          """,
          "memfd",
          """
          import os
          fd = os.memfd_create('m')
          for _ in range(200): os.write(fd, b'x' * 1_000_000)
          """,
          "hidden",
          """
          import mmap, os
          fd = os.memfd_create('m')
          for _ in range(100): os.write(fd, b'x' * 1_000_000)
          shared = mmap.mmap(-1, 8_000_000)
          shared.write(b'y' * 8_000_000)
          for _ in range(12):
              if os.fork() == 0:
                  sum(shared[0::4096])
                  break
          """,
          "mapped",
          """
          import mmap
          m = mmap.mmap(-1, 200_000_000)
          for i in range(0, len(m), 4096): m[i] = 1
          """);

  private KernelProcess kernel;
  private Operator operator;

  /** Words before the kernel's command. */
  List<String> prefix() {
    return List.of();
  }

  @BeforeAll
  void start() throws IOException {
    kernel = KernelProcess.start(Map.of(), prefix());
    operator = new Operator(kernel);
  }

  @AfterAll
  void stop() throws IOException {
    operator.close();
    kernel.close();
  }

  private JsonNode runTillItEnds(String name, String program, Map<String, ?> limits)
      throws IOException {
    operator.python(name, program, Map.of("limits", limits));
    return operator.await(name);
  }

  @ParameterizedTest
  @CsvSource({"itself", "children", "tmp", "shm", "unlinked", "memfd", "hidden", "mapped"})
  void endsAnAgentForItsMemory_howeverItHoldsIt(String way) throws IOException {
    int bystander = operator.sleeper("beside-" + way, Map.of());
    String hold = HOARDERS.get(way) + "\nimport time\ntime.sleep(600)\n";
    JsonNode end = runTillItEnds(way, hold, Map.of("memory", MEMORY));
    assertThat(end.get("exit_reason").asText())
        .as("%s %s", end, operator.log(way))
        .isEqualTo("oom");
    assertThat(operator.find("beside-" + way).get("id").asInt()).isEqualTo(bystander);
    operator.kill("beside-" + way);
  }

  /** What is in a file and mapped besides is memory once, also by many. */
  @Test
  void doesNotCountWhatIsSharedTwice() throws IOException {
    String share =
        """
        import mmap, os, time
        fd = os.memfd_create('m')
        os.ftruncate(fd, 40_000_000)
        m = mmap.mmap(fd, 40_000_000)
        for i in range(0, len(m), 4096): m[i] = 1
        for _ in range(4):
            if os.fork() == 0:
                sum(m[0::4096])
                time.sleep(600)
        time.sleep(2)
        os._exit(0)
        """;
    JsonNode end = runTillItEnds("shares", share, Map.of("memory", "128M"));
    assertThat(end.get("exit_reason").asText()).as("%s", end).isEqualTo("exited");
  }

  @Test
  void endsAnAgentAtItsWallTime() throws IOException {
    JsonNode end = runTillItEnds("late", "import time\ntime.sleep(600)", Map.of("wall_time", 0.3));
    assertThat(end.get("exit_reason").asText()).isEqualTo("wall_time");
  }

  @Test
  void holdsTheCpuShare_ofManyThatSpin() throws IOException {
    String spin = "import os\nfor _ in range(3): os.fork()\nwhile True: pass";
    JsonNode end = runTillItEnds("spins", spin, Map.of("cpu", 0.25, "wall_time", 5));
    double share = end.at("/usage/cpu_ms").asDouble() / end.at("/usage/wall_ms").asDouble();
    assertThat(share).as("%s", end).isBetween(0.1, 0.25 * 1.2);
  }

  @Test
  void letsAForkBombGetNoFurtherThanItsLimit() throws IOException {
    String bomb =
        """
        import os, time
        made = 0
        try:
            while True:
                if os.fork() == 0:
                    time.sleep(600)
                made += 1
        except OSError as refused:
            print(made, flush=True)
        """;
    JsonNode end = runTillItEnds("bomb", bomb, Map.of("max_pids", 20));
    assertThat(end.get("exit_reason").asText()).as("%s", end).isEqualTo("exited");
    int made = Integer.parseInt(operator.log("bomb").replaceAll("(?s).*stdout: (\\d+).*", "$1"));
    assertThat(made).isBetween(1, 20);
  }
}
