// SPDX-License-Identifier: MIT
package io.agentos.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentos.cli.client.Fields;
import io.agentos.cli.client.Json;
import io.agentos.kernel.testing.KernelProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each command against a real kernel. */
final class CommandsIT {
  private static final String SLEEPER = "import time\nprint('up', flush=True)\ntime.sleep(600)\n";

  @TempDir static Path folder;
  private static KernelProcess kernel;
  private String name;

  @BeforeAll
  static void start() throws IOException {
    kernel = KernelProcess.start();
  }

  @AfterAll
  static void stop() throws IOException {
    kernel.close();
  }

  @BeforeEach
  void name(TestInfo test) {
    name = test.getTestMethod().orElseThrow().getName();
  }

  private static Cli.Result agentos(String command, String... words) {
    return Cli.on(kernel.socket(), command, words);
  }

  private static Fields json(Cli.Result result) throws IOException {
    return Fields.of(Json.parse(result.out()));
  }

  /** Starts an agent under this test's name. */
  private Fields spawn(String program, String... options) throws IOException {
    Path script = Files.writeString(folder.resolve(name + ".py"), program);
    String[] words = new String[options.length + 2];
    words[0] = "--json";
    System.arraycopy(options, 0, words, 1, options.length);
    words[words.length - 1] = script.toString();
    Cli.Result result = agentos("spawn", words);
    assertThat(result.code()).as(result.err()).isZero();
    return json(result);
  }

  @Test
  void spawnSaysWhatEnforcesEachLimit() throws IOException {
    Path script = Files.writeString(folder.resolve(name + ".py"), SLEEPER);

    Cli.Result result =
        agentos("spawn", "--memory", "64M", "--cpu", "0.5", "--pids", "8", script.toString());

    assertThat(result.code()).isZero();
    assertThat(result.out())
        .containsPattern(name + " is running as pid \\d+")
        .containsPattern("cpu 0.5, enforced by \\S+")
        .containsPattern("memory 67108864, enforced by \\S+")
        .containsPattern("max_pids 8, enforced by \\S+");
    agentos("kill", "--grace", "0", name);
  }

  @Test
  void aNameThatNobodyChoseGivesWay() throws IOException {
    spawn(SLEEPER);
    spawn(SLEEPER);

    Cli.Result list = agentos("ps");

    assertThat(list.out()).contains(name + " ", name + "-2 ");
    assertThat(agentos("kill", "--grace", "0", name, name + "-2").code()).isZero();
  }

  @Test
  void aNameThatWasChosenDoesNot() throws IOException {
    spawn(SLEEPER, "--name", name);
    Path script = folder.resolve(name + ".py");

    Cli.Result second = agentos("spawn", "--name", name, script.toString());

    assertThat(second.code()).isEqualTo(1);
    assertThat(second.err()).contains("is alive");
    agentos("kill", "--grace", "0", name);
  }

  @Test
  void psShowsTheLiving_andAllThoseWhoEnded() throws IOException {
    spawn(SLEEPER);

    assertThat(agentos("ps").out()).startsWith("ID").contains(name).contains("running");
    agentos("kill", "--grace", "0", name);
    assertThat(agentos("ps").out()).doesNotContain(name);
    assertThat(agentos("ps", "--all").out()).contains(name).contains("killed 137");
  }

  @Test
  void psPrintsTheKernelsOwnFieldsAsJson() throws IOException {
    spawn(SLEEPER);

    List<Fields> rows = Fields.list(Json.parse(agentos("ps", "--json").out()));

    assertThat(rows)
        .filteredOn(row -> row.text("name").equals(name))
        .singleElement()
        .satisfies(row -> assertThat(row.flag("running")).isTrue())
        .satisfies(row -> assertThat(row.whole("pid")).isPositive());
    agentos("kill", "--grace", "0", name);
  }

  @Test
  void killTellsHowTheAgentEnded() throws IOException {
    long id = spawn(SLEEPER).whole("id");

    Cli.Result result = agentos("kill", "--json", "--signal", "9", String.valueOf(id));

    assertThat(json(result).flag("killed")).isTrue();
    assertThat(json(result).whole("agent_id")).isEqualTo(id);
  }

  @Test
  void waitHasTheAgentsExitCode() throws IOException {
    spawn("import sys\nsys.exit(7)\n");

    Cli.Result result = agentos("wait", name);

    assertThat(result.code()).isEqualTo(7);
    assertThat(result.out()).startsWith(name + ": exited with code 7");
    assertThat(json(agentos("wait", "--json", name)).whole("exit_code")).isEqualTo(7);
  }

  @Test
  void waitFails_whenTheTimeIsOver() throws IOException {
    spawn(SLEEPER);

    Cli.Result result = agentos("wait", "--timeout", "0.1", name);

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("still running");
    agentos("kill", "--grace", "0", name);
  }

  @Test
  void pauseAndResumeAreSeenInTheState() throws IOException {
    spawn(SLEEPER);

    assertThat(agentos("pause", name).code()).isZero();
    assertThat(agentos("ps").out()).contains("paused");
    assertThat(agentos("pause", name).err()).contains("only one that is running");
    assertThat(agentos("resume", name).code()).isZero();
    assertThat(agentos("ps").out()).doesNotContain("paused");
    agentos("kill", "--grace", "0", name);
  }

  @Test
  void logsKeepsTheStreamsApart() throws IOException {
    spawn("import sys\nprint('to out')\nprint('to err', file=sys.stderr)\n");
    agentos("wait", name);

    Cli.Result result = agentos("logs", name);

    assertThat(result.out()).isEqualTo("to out\n");
    assertThat(result.err()).contains("to err\n").contains("agentos: exited with code 0");
  }

  @Test
  void logsShowsTheLastLinesOnly_whenAskedTo() throws IOException {
    spawn("for i in range(50): print(i)\n");
    agentos("wait", name);

    Cli.Result result = agentos("logs", "-n", "3", "--json", name);

    assertThat(result.out().lines().map(CommandsIT::parse).map(entry -> entry.text("line")))
        .containsExactly("48", "49", "exited with code 0");
  }

  @Test
  void logsFollowsUntilTheAgentHasEnded() throws IOException {
    spawn("import time\nprint('one', flush=True)\ntime.sleep(0.5)\nprint('two')\n");

    Cli.Result result = agentos("logs", "--follow", name);

    assertThat(result.out()).isEqualTo("one\ntwo\n");
  }

  @Test
  void logsPutsTheTimeBeforeEachLine_whenAskedTo() throws IOException {
    spawn("print('hello')\n");
    agentos("wait", name);

    assertThat(agentos("logs", "-t", name).out()).matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3} hello\n");
  }

  @Test
  void execHasTheCommandsOutputAndExitCode() {
    Cli.Result result = agentos("exec", "--", "/bin/sh", "-c", "echo out; echo err >&2; exit 4");

    assertThat(result).isEqualTo(new Cli.Result(4, "out\n", "err\n"));
  }

  @Test
  void execPassesDirectoryAndEnvironment() {
    Cli.Result result =
        agentos("exec", "--cwd", "/usr", "--env", "A=b c", "sh", "-c", "pwd; echo \"$A\"");

    assertThat(result.out()).isEqualTo("/usr\nb c\n");
  }

  @Test
  void execEndsTheCommand_whenTheTimeIsOver() {
    Cli.Result result = agentos("exec", "--timeout", "0.2", "sleep", "600");

    assertThat(result.code()).isEqualTo(137);
    assertThat(result.err()).contains("its time was over");
  }

  @Test
  void execPrintsTheWholeAnswerAsJson() throws IOException {
    Fields answer = json(agentos("exec", "--json", "echo", "hi"));

    assertThat(answer.text("stdout")).isEqualTo("hi\n");
    assertThat(answer.flag("success")).isTrue();
  }

  @Test
  void thinkPrintsTheAnswer() throws IOException {
    assertThat(agentos("think", "what is 2+2?").out()).contains("what is 2+2?");
    assertThat(agentos("think", "--stream", "what is 2+2?").out()).endsWith("what is 2+2?\n");
    assertThat(agentos("think", "--stop", " You", "--stop", "2+2", "--top-p", "0.5", "2+2?").out())
        .isEqualTo("[offline] No model is connected.\n");
    assertThat(agentos("think", "--top-p", "2", "2+2?").err()).contains("top_p must be 0 to 1");
    Fields answer = json(agentos("think", "--json", "--temperature", "0.5", "what is 2+2?"));
    assertThat(answer.text("provider")).isEqualTo("offline");
    assertThat(answer.whole("tokens")).isPositive();
  }

  @Test
  void thinkTakesAPicture() throws IOException {
    byte[] png =
        Base64.getDecoder()
            .decode(
                "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");
    Path picture = Files.write(folder.resolve("dot.PNG"), png);

    assertThat(agentos("think", "--image", picture.toString(), "what is it?").code()).isZero();
    assertThat(agentos("think", "--image", "/etc/passwd", "what is it?").err())
        .contains("no picture by its name");
    assertThat(agentos("think", "--image", folder + "/none.png", "what is it?").err())
        .contains("does not exist");
  }

  @Test
  void sendReachesAnAgent_andItsAnswerReachesRecv() throws IOException {
    spawn(
        """
        from agentos import AgentOSClient
        with AgentOSClient() as client:
            message = client.recv(wait=30)['messages'][0]
            print(message['from_name'], message['message'])
        """);

    Cli.Result sent = agentos("send", "--as", "operator-x", name, "{\"n\": 1}");

    assertThat(sent.out()).contains("delivered to " + name);
    assertThat(agentos("logs", "-f", name).out()).isEqualTo("operator-x {'n': 1}\n");
  }

  @Test
  void recvShowsWhatIsSentToItsName() throws IOException {
    spawn(
        """
        import time
        from agentos import AgentOSClient, NotFound
        with AgentOSClient() as client:
            while True:
                try:
                    client.send('mailbox-of-test', 'hello')
                    break
                except NotFound:
                    time.sleep(0.05)
        """);

    Cli.Result received = agentos("recv", "--as", "mailbox-of-test", "--wait", "30");

    assertThat(received.out()).isEqualTo(name + ": hello\n");
    assertThat(received.err()).contains("as mailbox-of-test");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "read|/workspace/a|0|allowed: the read paths [/workspace/**",
        "read|/workspace/../etc/shadow|1|denied: read of /etc/shadow is refused by this agent's blocked pattern",
        "write|/agent/x|1|denied: write to /agent/x is outside",
        "exec|ls; sudo reboot|1|denied: command \"sudo reboot\" is refused",
        "http|https://example.com/a|1|denied: host example.com port 443 is not among",
      })
  void permsExplainsWhichRuleWouldDecide(String call, String target, int code, String said)
      throws IOException {
    String agent = "explained-" + target.hashCode();
    Path script = Files.writeString(folder.resolve("explained.py"), SLEEPER);
    agentos("spawn", "--name", agent, script.toString());
    Cli.Result result = agentos("perms", "explain", agent, call, target);
    assertThat(result.out()).as(result.err()).startsWith(said);
    assertThat(result.code()).isEqualTo(code);
    agentos("kill", "--grace", "0", agent);
  }

  @Test
  void permsExplainsOnlyWhatMakesSense() throws IOException {
    spawn(SLEEPER);
    assertThat(agentos("perms", "explain", name, "read", "relative").err())
        .contains("absolute path");
    assertThat(agentos("perms", "explain", name, "dance", "/x").err())
        .contains("read, write, exec, http");
    agentos("kill", "--grace", "0", name);
  }

  @Test
  void permsShowsAndChanges() throws IOException {
    spawn(SLEEPER);

    assertThat(agentos("perms", name).out()).contains("level=sandboxed\n", "can_exec=true\n");
    Cli.Result changed =
        agentos("perms", "--json", name, "set", "can_exec=false", "filesystem.write=/tmp/**");
    assertThat(json(changed).object("permissions").flag("can_exec")).isFalse();
    assertThat(agentos("perms", name, "get").out())
        .contains("can_exec=false\n", "filesystem.write=/tmp/**\n");
    agentos("kill", "--grace", "0", name);
  }

  private static Fields parse(String line) {
    try {
      return Fields.of(Json.parse(line));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"kill", "wait", "pause", "resume", "logs", "perms"})
  void anAgentThatIsNotThereIsNamed(String command) throws IOException {
    Cli.Result result = agentos(command, "--json", "nobody-at-all");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).startsWith("agentos: there is no agent \"nobody-at-all\"");
    assertThat(json(result).flag("success")).isFalse();
    assertThat(json(result).text("error")).contains("nobody-at-all");
  }

  @Test
  void aRefusalIsPrintedAsTheKernelGaveIt() throws IOException {
    Cli.Result result = agentos("spawn", "--json", "/nowhere/agent.py");

    assertThat(result.code()).isEqualTo(1);
    assertThat(json(result).text("code")).isEqualTo("NOT_FOUND");
    assertThat(result.err()).isEqualTo("agentos: script /nowhere/agent.py does not exist\n");
  }

  @Test
  void withoutAKernelEachCommandSaysWhatToDo() throws IOException {
    Path none = folder.resolve("no-kernel");

    Cli.Result result = Cli.on(none, "ps", "--json");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("no kernel is running at " + none).contains("agentos daemon");
    assertThat(json(result).text("code")).isEqualTo("UNAVAILABLE");
  }
}
