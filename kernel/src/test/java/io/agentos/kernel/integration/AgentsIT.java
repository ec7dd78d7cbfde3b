// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An agent's life: starting, limits, ends and their reasons, restarts, logs. */
final class AgentsIT {
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

  private static JsonNode spawn(String fields) throws IOException {
    return operator.client().ask(Opcode.SPAWN, "{" + fields + "}");
  }

  private static JsonNode shell(String name, String script, String more) throws IOException {
    return operator
        .client()
        .call(
            Opcode.SPAWN,
            "{\"name\":\""
                + name
                + "\",\"command\":[\"/bin/sh\",\"-c\",\""
                + script
                + "\"]"
                + more.replace('\'', '"')
                + "}");
  }

  @Test
  void tellsIdPidIsolationAndLimits_whenAnAgentStarts() throws IOException {
    JsonNode answer =
        shell(
            "starts",
            "exec sleep 60",
            ",'limits':{'memory':'64M','cpu':0.5,'max_pids':16,'wall_time':60}");
    assertThat(answer.get("success").asBoolean()).as(answer.toString()).isTrue();
    assertThat(answer.get("status").asText()).isEqualTo("running");
    assertThat(Path.of("/proc", answer.get("pid").asText())).exists();
    assertThat(answer.at("/isolation/seccomp").asText()).startsWith("applied");
    assertThat(answer.at("/isolation/net").asText()).startsWith("applied");
    for (String limit : new String[] {"memory", "cpu", "max_pids", "wall_time"}) {
      assertThat(answer.at("/limits/" + limit + "/enforced_by").asText()).as(limit).isNotBlank();
    }
    assertThat(operator.kill("starts").get("killed").asBoolean()).isTrue();
    assertThat(Path.of("/proc", answer.get("pid").asText())).doesNotExist();
  }

  @Test
  void reportsTheExitCode() throws IOException {
    shell("seven", "exit 7", "");
    JsonNode end = operator.await("seven");
    assertThat(end.get("exit_reason").asText()).isEqualTo("exited");
    assertThat(end.get("exit_code").asInt()).isEqualTo(7);
  }

  @Test
  void reportsTheSignal_whenTheAgentIsEndedByOne() throws IOException {
    shell("segv", "kill -SEGV $$", "");
    JsonNode end = operator.await("segv");
    assertThat(end.get("exit_reason").asText()).isEqualTo("signalled");
    assertThat(end.get("signal").asInt()).isEqualTo(11);
  }

  @Test
  void killsWithSigtermAtOnce_whenTheAgentObeys() throws IOException {
    shell("obeys", "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done", "");
    operator.awaitLine("obeys", "ready");
    JsonNode answer = operator.client().ask(Opcode.KILL, "{'name':'obeys','grace':30}");
    assertThat(answer.get("exit_reason").asText()).isEqualTo("killed");
    assertThat(operator.log("obeys")).contains("stdout: bye");
  }

  @Test
  void killsByForce_whenTheAgentIgnoresSigterm_andWhatItLeftBehindToo() throws IOException {
    shell(
        "ignores",
        "trap '' TERM; (setsid sleep 1000 &) ; echo ready; while :; do sleep 1; done",
        "");
    operator.awaitLine("ignores", "ready");
    JsonNode answer = operator.client().ask(Opcode.KILL, "{'name':'ignores','grace':0.2}");
    assertThat(answer.get("killed").asBoolean()).isTrue();
    assertThat(operator.await("ignores").get("signal").asInt()).isEqualTo(9);
  }

  @Test
  void namesOom_whenAnAgentOutgrowsItsMemory() throws IOException {
    spawn(
        "'name':'leaks','command':['/usr/bin/python3','-c','x=[]\\nwhile True: x.append(bytearray(1000000))'],'limits':{'memory':'64M'}");
    JsonNode end = operator.await("leaks");
    assertThat(end.get("exit_reason").asText())
        .as(end.toString() + operator.log("leaks"))
        .isEqualTo("oom");
    assertThat(end.get("detail").asText()).contains("67108864");
  }

  @Test
  void restartsOnFailure_thenGivesUp() throws IOException {
    shell("crashes", "echo run; exit 3", ",'restart_policy':'on-failure','max_restarts':2");
    JsonNode end = operator.await("crashes");
    assertThat(end.get("state").asText()).isEqualTo("failed");
    assertThat(end.get("restarts").asInt()).isEqualTo(2);
    assertThat(operator.log("crashes").split("stdout: run", -1)).hasSize(4);
    assertThat(operator.log("crashes")).contains("given up");
  }

  @Test
  void pausesAndResumes() throws IOException {
    shell("paused", "while :; do :; done", "");
    assertThat(operator.client().ask(Opcode.PAUSE, "{'name':'paused'}").get("paused").asBoolean())
        .isTrue();
    long before = operator.find("paused").get("cpu_ms").asLong();
    assertThat(operator.find("paused").get("state").asText()).isEqualTo("paused");
    assertThat(operator.client().ask(Opcode.PAUSE, "{'name':'paused'}").get("code").asText())
        .isEqualTo("INVALID_REQUEST");
    assertThat(operator.find("paused").get("cpu_ms").asLong() - before).isLessThan(50);
    assertThat(operator.client().ask(Opcode.RESUME, "{'name':'paused'}").get("resumed").asBoolean())
        .isTrue();
    while (operator.find("paused").get("cpu_ms").asLong() < before + 100) {
      Thread.onSpinWait();
    }
    operator.kill("paused");
  }

  @Test
  void refusesASecondAgentOfTheSameName_untilTheFirstHasEnded() throws IOException {
    shell("twin", "exec sleep 60", "");
    assertThat(shell("twin", "true", "").get("code").asText()).isEqualTo("ALREADY_EXISTS");
    operator.kill("twin");
    assertThat(shell("twin", "exit 0", "").get("success").asBoolean()).isTrue();
    operator.await("twin");
  }

  @Test
  void refusesASecondKill_sayingHowItEnded() throws IOException {
    shell("dead", "exit 0", "");
    operator.await("dead");
    JsonNode answer = operator.client().ask(Opcode.KILL, "{'name':'dead'}");
    assertThat(answer.get("code").asText()).isEqualTo("NOT_FOUND");
    assertThat(answer.get("error").asText()).contains("ended already", "exited");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'name':'b1','script':'/nowhere/x.py'|NOT_FOUND",
        "'name':'b2','script':'/tmp'|INVALID_REQUEST",
        "'name':'b3','script':'relative.py'|INVALID_REQUEST",
        "'name':'b4'|INVALID_REQUEST",
        "'command':['/bin/true']|INVALID_REQUEST",
        "'name':'a/b','command':['/bin/true']|INVALID_REQUEST",
        "'name':'../b','command':['/bin/true']|INVALID_REQUEST",
        "'name':'a\\u0000','command':['/bin/true']|INVALID_REQUEST",
        "'name':'','command':['/bin/true']|INVALID_REQUEST",
        "'name':'b5','command':[]|INVALID_REQUEST",
        "'name':'b6','command':['/nowhere/program']|INVALID_REQUEST",
        "'name':'b7','command':['/bin/true'],'limits':{'memory':0}|INVALID_REQUEST",
        "'name':'b8','command':['/bin/true'],'limits':{'memory':-1}|INVALID_REQUEST",
        "'name':'b9','command':['/bin/true'],'limits':{'memory':'lots'}|INVALID_REQUEST",
        "'name':'b10','command':['/bin/true'],'limits':{'cpu':0}|INVALID_REQUEST",
        "'name':'b11','command':['/bin/true'],'limits':{'max_pids':0}|INVALID_REQUEST",
        "'name':'b12','command':['/bin/true'],'limits':{'memroy':'64M'}|INVALID_REQUEST",
        "'name':'b13','command':['/bin/true'],'restart_policy':'sometimes'|INVALID_REQUEST",
        "'name':'b14','command':['/bin/true'],'env':{'A=B':'x'}|INVALID_REQUEST",
        "'name':'b15','command':['/bin/true'],'permissions':{'level':'god'}|INVALID_REQUEST",
        "'name':'b16','command':['/bin/true'],'mounts':[{'source':'/nowhere','target':'/x'}]|NOT_FOUND",
        "'name':'b17','command':['/bin/true'],'mounts':[{'source':'/tmp','target':'/proc'}]|INVALID_REQUEST",
      })
  void refusesABadSpawn_namingWhatIsWrong(String fields, String code) throws IOException {
    JsonNode answer = spawn(fields.replace("\\u0000", "\\u0000"));
    assertThat(answer.get("success").asBoolean()).as(answer.toString()).isFalse();
    assertThat(answer.get("code").asText()).as(answer.toString()).isEqualTo(code);
    assertThat(answer.get("error").asText()).hasSizeGreaterThan(20);
  }

  @Test
  void refusesAName_ofTenKilobytes() throws IOException {
    JsonNode answer = shell("n".repeat(10_000), "true", "");
    assertThat(answer.get("code").asText()).isEqualTo("INVALID_REQUEST");
    assertThat(answer.get("error").asText()).hasSizeLessThan(300);
  }

  @Test
  void startsAnAgentWhoseLimitsAreLargerThanTheHost() throws IOException {
    JsonNode answer =
        shell("huge", "exit 0", ",'limits':{'memory':'1000T','cpu':1000,'max_pids':4000000}");
    assertThat(answer.get("success").asBoolean()).as(answer.toString()).isTrue();
    operator.await("huge");
  }

  @ParameterizedTest
  @ValueSource(strings = {"KILL", "WAIT", "PAUSE", "RESUME", "LOGS"})
  void saysNotFound_whenThereIsNoSuchAgent(String call) throws IOException {
    Opcode opcode = Opcode.valueOf(call);
    assertThat(operator.client().ask(opcode, "{'id':999999}").get("code").asText())
        .isEqualTo("NOT_FOUND");
    assertThat(operator.client().ask(opcode, "{'name':'nobody'}").get("code").asText())
        .isEqualTo("NOT_FOUND");
    assertThat(operator.client().ask(opcode, "{'id':-1}").get("code").asText())
        .isEqualTo("NOT_FOUND");
    assertThat(operator.client().ask(opcode, "{}").get("code").asText())
        .isEqualTo("INVALID_REQUEST");
  }

  @Test
  void timesOutAWait_andTheAgentLivesOn() throws IOException {
    shell("long", "exec sleep 60", "");
    assertThat(
            operator
                .client()
                .ask(Opcode.WAIT, "{'name':'long','timeout':0.05}")
                .get("code")
                .asText())
        .isEqualTo("TIMEOUT");
    operator.kill("long");
  }

  @Test
  void runsAScriptFromItsFolder_andHidesSecretsBesideIt() throws IOException {
    Path folder = Files.createDirectory(kernel.folder().resolve("project"));
    Files.writeString(folder.resolve(".env"), "KEY=secret");
    Files.writeString(folder.resolve("helper.py"), "word = 'imported'");
    Files.writeString(
        folder.resolve("main.py"),
        "import helper, os\nprint(helper.word, repr(open('/agent/.env').read()), os.getcwd())");
    JsonNode answer = spawn("'name':'script','script':'" + folder.resolve("main.py") + "'");
    assertThat(answer.get("success").asBoolean()).as(answer.toString()).isTrue();
    operator.await("script");
    assertThat(operator.log("script")).contains("imported '' /workspace");
  }

  @Test
  void givesTheAgentNoVariableOfTheKernels() throws IOException {
    shell("env", "env", ",'env':{'MINE':'1'}");
    operator.await("env");
    assertThat(operator.log("env"))
        .contains("MINE=1", "AGENTOS_AGENT_NAME=env")
        .doesNotContain("AGENTOS_STATE_DIR", "MAVEN", "JAVA");
  }

  @Test
  void keepsAFloodOfOutputBounded() throws IOException {
    shell(
        "floods",
        "head -c 20000000 /dev/zero | tr '\\\\0' 'x' | fold -w 1000; echo; echo last",
        "");
    assertThat(operator.await("floods").get("exit_code").asInt()).isZero();
    assertThat(operator.log("floods")).endsWith("stdout: last\nkernel: exited with code 0\n");
    long stored = 0;
    try (Stream<Path> files = Files.list(kernel.folder().resolve("state/logs"))) {
      for (Path file : files.filter(f -> f.toString().contains("floods")).toList()) {
        stored += Files.size(file);
      }
    }
    assertThat(stored).isBetween(1L, 5L << 20);
  }
}
