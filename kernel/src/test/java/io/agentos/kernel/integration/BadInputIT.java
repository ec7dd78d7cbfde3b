// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.Procs;
import io.agentos.kernel.testing.SandboxedAgent;
import io.agentos.kernel.testing.WireClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What makes no sense, to a kernel of a user without privileges: the right code, a sentence that
 * helps, and a bystander who notices nothing.
 */
final class BadInputIT {
  private static final Pattern KNOWN_FIELDS = Pattern.compile("known here: ([a-z_, ]+)");

  /** One of each kind of JSON, and of numbers those at the ends. */
  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "{}",
          "[]",
          "[null]",
          "[[]]",
          "{\"x\":null}",
          "\"\"",
          "\"x\"",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "0",
          "-1",
          "1.5",
          "1e400",
          "9223372036854775808");

  private static KernelProcess kernel;
  private static Operator operator;
  private static SandboxedAgent agent;
  private static WireClient bystander;

  @BeforeAll
  static void start() throws IOException {
    kernel = KernelProcess.start(Map.of(), Procs.unprivileged());
    operator = new Operator(kernel);
    agent = SandboxedAgent.start(kernel, operator, "subject", Map.of());
    bystander = kernel.connect();
  }

  @AfterAll
  static void stop() throws IOException {
    bystander.close();
    agent.close();
    operator.close();
    kernel.close();
  }

  @AfterEach
  void theBystanderNoticesNothing() throws IOException {
    Expect.success(bystander.ask(Opcode.HELLO, "{}"));
    assertThat(operator.find("subject").get("state").asText()).isEqualTo("running");
  }

  @Test
  void knowsNoCallButThoseOfTheTable() throws IOException {
    for (int number = 0; number < 256; number++) {
      if (Opcode.find(number) == null) {
        bystander.send(number, "{\"path\":\"/x\"}".getBytes(StandardCharsets.UTF_8));
        WireClient.Answer answer = bystander.receive();
        assertThat(answer.opcode()).isEqualTo(number);
        Expect.refusal(answer.json(), "UNKNOWN_SYSCALL", String.format("0x%02X", number));
      }
    }
  }

  /**
   * Every field of every call with every kind of value, alone and beside what the call needs: an
   * answer, and never one that calls it a bug of the kernel.
   */
  @ParameterizedTest
  @EnumSource(
      value = Opcode.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"NOOP", "EXIT", "HELLO"})
  void answersWhateverAFieldHolds(Opcode opcode) throws IOException {
    try (WireClient client = kernel.connect()) {
      for (String field : fieldsOf(client, opcode)) {
        if (opcode == Opcode.RECV && field.equals("wait")) {
          continue; // true means as long as it takes
        }
        for (String value : VALUES) {
          for (String needed : needs(opcode)) {
            String request = "{" + needed + "\"" + field + "\":" + value + "}";
            JsonNode answer = client.call(opcode, request);
            while (answer.path("partial").asBoolean()) {
              answer = client.receive().json();
            }
            String code = answer.path("code").asText();
            assertThat(code).as("%s %s: %s", opcode, request, answer).isNotEqualTo("INTERNAL");
            if (!code.isEmpty()) {
              Expect.refusal(answer, code);
            }
          }
        }
      }
    }
  }

  /** The refusal of an unknown field names those that there are. */
  private static List<String> fieldsOf(WireClient client, Opcode opcode) throws IOException {
    JsonNode refusal = client.ask(opcode, "{'no_such_field':1}");
    Expect.refusal(refusal, "INVALID_REQUEST", "no_such_field");
    Matcher known = KNOWN_FIELDS.matcher(refusal.get("error").asText());
    return known.find() ? List.of(known.group(1).split(", ")) : List.of();
  }

  /** Enough for the call to get past its first check; none of it does any harm or takes time. */
  private static List<String> needs(Opcode opcode) {
    String enough =
        switch (opcode) {
          case READ -> "\"path\":\"/etc/hostname\",";
          case WRITE -> "\"path\":\"/nowhere/x\",\"content\":\"x\",";
          case EXEC -> "\"argv\":[\"/bin/true\"],";
          case SPAWN -> "\"name\":\"spawned\",\"command\":[\"/bin/true\"],";
          case WAIT -> "\"id\":" + agent.id() + ",\"timeout\":0.001,";
          case PAUSE, RESUME, KILL -> "\"name\":\"nobody\",";
          case LOGS -> "\"name\":\"nobody\",";
          case SEND -> "\"to\":999999,\"message\":1,";
          case GET_PERMS -> "";
          case SET_PERMS -> "\"agent_id\":999999,";
          case HTTP -> "\"url\":\"http://127.0.0.1:1/\",";
          case THINK -> "\"prompt\":\"hello\",\"timeout\":0.001,";
          default -> "";
        };
    return enough.isEmpty() ? List.of("") : List.of("", enough);
  }

  @ParameterizedTest
  @ValueSource(strings = {"KILL", "WAIT", "PAUSE", "RESUME"})
  void refusesAnAgentToDoItToItself(String call) throws IOException {
    Opcode opcode = Opcode.valueOf(call);
    Expect.refusal(agent.call(opcode, Map.of("id", agent.id())), "INVALID_REQUEST", "to itself");
    Expect.refusal(
        agent.call(opcode, Map.of("name", agent.name())), "INVALID_REQUEST", "to itself");
  }

  @Test
  void killsOnce_whenManyKillAtOnce() throws IOException {
    operator.sleeper("condemned", Map.of());
    List<WireClient> killers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      killers.add(kernel.connect());
    }
    byte[] request = Operator.json(Map.of("name", "condemned", "grace", 0));
    for (WireClient killer : killers) {
      killer.send(Opcode.KILL.number(), request);
    }
    for (WireClient killer : killers) {
      JsonNode answer = killer.receive().json();
      if (!answer.path("killed").asBoolean()) {
        Expect.refusal(answer, "NOT_FOUND", "ended already", "killed");
      }
      killer.close();
    }
    Expect.refusal(operator.kill("condemned"), "NOT_FOUND", "ended already");
    assertThat(operator.await("condemned").get("exit_reason").asText()).isEqualTo("killed");
  }

  @Test
  void startsOneOfThem_whenManyOfOneNameAreSpawnedAtOnce() throws IOException {
    List<WireClient> spawners = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      spawners.add(kernel.connect());
    }
    byte[] request =
        Operator.json(Map.of("name", "same", "command", List.of("/bin/sleep", "1000")));
    for (WireClient spawner : spawners) {
      spawner.send(Opcode.SPAWN.number(), request);
    }
    int started = 0;
    for (WireClient spawner : spawners) {
      JsonNode answer = spawner.receive().json();
      if (answer.get("success").asBoolean()) {
        started++;
      } else {
        Expect.refusal(answer, "ALREADY_EXISTS", "\"same\"", "kill it");
      }
      spawner.close();
    }
    assertThat(started).isEqualTo(1);
    operator.kill("same");
  }

  @Test
  void refusesANameThatSomeoneRegistered() throws IOException {
    try (WireClient registered = kernel.connect()) {
      Expect.success(registered.ask(Opcode.REGISTER, "{'name':'taken'}"));
      JsonNode answer =
          operator.call(Opcode.SPAWN, Map.of("name", "taken", "command", List.of("/bin/true")));
      Expect.refusal(answer, "ALREADY_EXISTS", "\"taken\"");
    }
  }

  @Test
  void refusesAScriptThatItMayNotRead() throws IOException {
    Path script = Files.writeString(kernel.folder().resolve("private.py"), "print(1)");
    Files.setPosixFilePermissions(script, Set.of());
    Map<String, String> request = Map.of("name", "reader", "script", script.toString());
    Expect.refusal(
        operator.call(Opcode.SPAWN, request), "PERMISSION_DENIED", script.toString(), "read");
    Files.delete(script);
    Expect.refusal(operator.call(Opcode.SPAWN, request), "NOT_FOUND", "does not exist");
  }

  @Test
  void refusesAScriptInAFolderThatItMayNotEnter() throws IOException {
    Path folder = Files.createDirectory(kernel.folder().resolve("closed"));
    Path script = Files.writeString(folder.resolve("x.py"), "print(1)");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("---------"));
    JsonNode answer =
        operator.call(Opcode.SPAWN, Map.of("name", "reader", "script", script.toString()));
    assertThat(answer.get("code").asText()).isIn("NOT_FOUND", "PERMISSION_DENIED");
    Expect.refusal(answer, answer.get("code").asText(), script.toString());
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  /** A refused spawn leaves its name free and no process, socket, folder or log behind. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'command':['/no/such/program']|INVALID_REQUEST|No such file",
        "'command':['/etc/hostname']|INVALID_REQUEST|/etc/hostname",
        "'command':['/workspace']|INVALID_REQUEST|ermission denied",
        "'command':['/bin/true'],'cwd':'/no/such/folder'|UNAVAILABLE|/no/such/folder",
        "'command':['/bin/true'],'workspace':'/no/such/folder'|NOT_FOUND|/no/such/folder",
        "'command':['/bin/true'],'workspace':'/etc/passwd'|NOT_FOUND|no folder",
        "'command':['/bin/true','a\\u0000b']|INVALID_REQUEST|NUL",
        "'command':['/bin/true'],'env':{'A':'x\\u0000y'}|INVALID_REQUEST|env",
        "'command':['/bin/true'],'env':{'AGENTOS_SOCKET':'/x'}|INVALID_REQUEST|AGENTOS_*",
        "'command':['/bin/true'],'limits':{'cpu':-0.5}|INVALID_REQUEST|cpu",
        "'command':['/bin/true'],'limits':{'cpu':1,'cpu_quota':1000}|INVALID_REQUEST|not both",
        "'command':['/bin/true'],'limits':{'max_pids':-3}|INVALID_REQUEST|max_pids",
        "'command':['/bin/true'],'limits':{'wall_time':0}|INVALID_REQUEST|wall_time",
        "'command':['/bin/true'],'limits':{'wall_time':-1}|INVALID_REQUEST|wall_time",
        "'command':['/bin/true'],'limits':{'nofile':1}|INVALID_REQUEST|nofile",
        "'command':['/bin/true'],'limits':{'memory':'99999999999T'}|INVALID_REQUEST|larger than any",
        "'command':['/bin/true'],'limits':{'memory':'8M','memory_high':'9M'}|INVALID_REQUEST|memory_high",
        "'command':['/bin/true'],'max_restarts':-1|INVALID_REQUEST|max_restarts",
        "'command':['/bin/true'],'restart_window':0|INVALID_REQUEST|restart_window",
        "'command':['/bin/true'],'script':'/etc/hostname'|INVALID_REQUEST|exactly one",
        "'command':['/bin/true'],'mounts':[{'source':'/tmp','target':'x'}]|INVALID_REQUEST|absolute",
        "'command':['/bin/true'],'mounts':[{'source':'/tmp','target':'/x','mode':'rwx'}]|INVALID_REQUEST|ro or rw",
        "'command':['/bin/true'],'permissions':{'network':['a/b']}|INVALID_REQUEST|network",
        "'command':['/bin/true'],'permissions':{'filesystem':{'read':['x']}}|INVALID_REQUEST|start with",
        "'command':['/bin/true'],'permissions':{'max_exec_time_ms':0}|INVALID_REQUEST|max_exec_time_ms",
      })
  void refusesASpawnAndLeavesNothing(String fields, String code, String word) throws IOException {
    List<Path> before = left();
    JsonNode answer = operator.client().ask(Opcode.SPAWN, "{'name':'refused'," + fields + "}");
    Expect.refusal(answer, code, word);
    assertThat(left()).as("sockets and folders").isEqualTo(before);
    assertThat(Procs.withArgument("/no/such/program")).isEmpty();
  }

  private static List<Path> left() throws IOException {
    try (Stream<Path> agents = Files.list(kernel.folder().resolve("run/agents"))) {
      return agents.sorted().toList();
    }
  }
}
