// SPDX-License-Identifier: MIT
package io.agentos.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentos.cli.client.Fields;
import io.agentos.cli.client.Json;
import io.agentos.cli.local.Folders;
import io.agentos.kernel.testing.KernelProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code agentos run}, as a process that people interrupt and kill. */
final class RunIT {
  private static final String STUBBORN =
      """
      import signal, time
      signal.signal(signal.SIGTERM, lambda *_: print('no', flush=True))
      print('up', flush=True)
      while True: time.sleep(600)
      """;
  private static final String SLEEPER = "import time\nprint('up', flush=True)\ntime.sleep(600)\n";

  @TempDir Path folder;
  private Path home;
  private Path temporary;

  @BeforeEach
  void install() throws IOException {
    home = TestHome.in(folder);
    temporary = Files.createDirectory(folder.resolve("tmp"));
  }

  @AfterEach
  void uninstall() throws IOException {
    Folders.delete(home);
  }

  private String script(String program) throws IOException {
    Path scripts = Files.createDirectories(folder.resolve("scripts"));
    return Files.writeString(scripts.resolve("agent.py"), program).toString();
  }

  private CliProcess run(Map<String, String> environment, String... words) throws IOException {
    String[] all = new String[words.length + 1];
    all[0] = "run";
    System.arraycopy(words, 0, all, 1, words.length);
    return CliProcess.start(home, temporary, environment, all);
  }

  private void assertNothingIsLeft() throws IOException {
    try (Stream<Path> files = Files.list(temporary)) {
      assertThat(files.filter(file -> file.getFileName().toString().startsWith("agentos-")))
          .isEmpty();
    }
  }

  @Nested
  final class OnAKernelOfItsOwn {
    /** No kernel is found in any of the usual places. */
    private final Map<String, String> nowhere =
        Map.of("XDG_RUNTIME_DIR", "/nonexistent", "AGENTOS_SOCKET", "");

    @Test
    void hasTheAgentsOutputAndExitCode_andLeavesNothing() throws Exception {
      String program =
          "import sys\nprint('out', sys.argv[1:])\nprint('err', file=sys.stderr)\nsys.exit(7)\n";
      try (CliProcess run = run(nowhere, script(program), "--cpu", "x y")) {
        assertThat(run.code()).as(run.errors()).isEqualTo(7);
        assertThat(run.lines()).containsExactly("out ['--cpu', 'x y']");
        assertThat(run.errors()).isEqualTo("err\n");
      }
      assertNothingIsLeft();
    }

    @Test
    void endsTheAgent_onCtrlC() throws Exception {
      try (CliProcess run = run(nowhere, script(SLEEPER))) {
        assertThat(run.line()).isEqualTo("up");
        run.interrupt();

        assertThat(run.code()).as(run.errors()).isEqualTo(143);
        assertThat(run.errors()).contains("Ctrl-C again to kill it", "killed on request");
      }
      assertNothingIsLeft();
    }

    @Test
    void killsAnAgentThatRefusesToEnd_onTheSecondCtrlC() throws Exception {
      try (CliProcess run = run(nowhere, script(STUBBORN))) {
        assertThat(run.line()).isEqualTo("up");
        run.interrupt();
        assertThat(run.line()).isEqualTo("no");
        long begun = System.nanoTime();
        run.interrupt();

        assertThat(run.code()).as(run.errors()).isEqualTo(137);
        assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun)).isLessThan(4);
      }
      assertNothingIsLeft();
    }

    @Test
    void leavesNothing_whenItIsKilledItself() throws Exception {
      try (CliProcess run = run(nowhere, script(SLEEPER))) {
        assertThat(run.line()).isEqualTo("up");
        List<ProcessHandle> started = run.process().descendants().toList();
        assertThat(started).isNotEmpty();
        run.process().destroyForcibly();

        for (ProcessHandle process : started) {
          process.onExit().get(30, TimeUnit.SECONDS);
        }
      }
      assertNothingIsLeft();
    }

    @Test
    void passesUtf8Through_whateverTheLocale() throws Exception {
      Map<String, String> posix =
          Map.of("XDG_RUNTIME_DIR", "/nonexistent", "AGENTOS_SOCKET", "", "LC_ALL", "POSIX");
      try (CliProcess run = run(posix, script("print('äöü \\U0001F680')\n"))) {
        assertThat(run.lines()).containsExactly("äöü \uD83D\uDE80");
      }
    }
  }

  @Nested
  final class OnARunningKernel {
    @Test
    void printsTheAnswersOfTheKernelAsJsonLines() throws Exception {
      try (KernelProcess kernel = KernelProcess.start();
          CliProcess run =
              run(
                  Map.of("AGENTOS_SOCKET", kernel.socket().toString()),
                  "--json",
                  "--name",
                  "one",
                  script("print('hello')\n"))) {
        assertThat(run.code()).as(run.errors()).isZero();
        List<String> lines = run.lines();
        Fields spawned = Fields.of(Json.parse(lines.get(0)));
        Fields entry = Fields.of(Json.parse(lines.get(1)));
        Fields end = Fields.of(Json.parse(lines.get(lines.size() - 1)));
        assertThat(spawned.text("name")).isEqualTo("one");
        assertThat(entry.text("line")).isEqualTo("hello");
        assertThat(end.text("exit_reason")).isEqualTo("exited");
      }
    }

    @Test
    void namesTheLimitThatEndedTheAgent() throws Exception {
      try (KernelProcess kernel = KernelProcess.start();
          CliProcess run =
              run(
                  Map.of("AGENTOS_SOCKET", kernel.socket().toString()),
                  "--timeout",
                  "0.5",
                  script(SLEEPER))) {
        assertThat(run.code()).as(run.errors()).isEqualTo(143);
        assertThat(run.errors()).contains("wall_time limit");
      }
    }

    @Test
    void endsTheAgent_whenNobodyReadsItsOutput() throws Exception {
      String program = "while True: print('line', flush=True)\n";
      try (KernelProcess kernel = KernelProcess.start();
          CliProcess run =
              run(Map.of("AGENTOS_SOCKET", kernel.socket().toString()), script(program))) {
        assertThat(run.line()).isEqualTo("line");
        run.process().getInputStream().close();

        assertThat(run.code()).as(run.errors()).isEqualTo(143);
      }
    }

    @Test
    void isRefused_whenTheKernelThatIsMeantDoesNotRun() throws Exception {
      Path none = folder.resolve("none");
      try (CliProcess run =
          run(Map.of("AGENTOS_SOCKET", none.toString()), script("print('hello')\n"))) {
        assertThat(run.code()).as(run.errors()).isEqualTo(1);
        assertThat(run.errors()).contains("no kernel is running at " + none);
      }
    }
  }
}
