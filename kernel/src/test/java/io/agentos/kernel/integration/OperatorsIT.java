// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.posix.Sys;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.Procs;
import io.agentos.kernel.testing.Until;
import io.agentos.kernel.wire.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Who may come in by the operators' socket, and what as. Other users can be played by root only; a
 * plain user's kernel is tested with its own.
 */
final class OperatorsIT {
  private static final int NOBODY = 65534;
  private static final int GROUP = 4242;

  /** One call by a user of that machine; prints the answer, or why there is none. */
  private static final String CLIENT =
      """
      import json, socket, struct, sys
      path, opcode, payload = sys.argv[1], int(sys.argv[2]), sys.argv[3].encode()
      s = socket.socket(socket.AF_UNIX)
      s.settimeout(30)
      try:
          s.connect(path)
          s.sendall(struct.pack('<IIBQ', 0x41474E54, 0, opcode, len(payload)) + payload)
          head = b''
          while len(head) < 17:
              more = s.recv(17 - len(head))
              if not more:
                  raise ConnectionResetError()
              head += more
          size, data = struct.unpack('<IIBQ', head)[3], b''
          while len(data) < size:
              data += s.recv(size - len(data))
          print(data.decode())
      except OSError as error:
          print(json.dumps({'refused': type(error).__name__}))
      """;

  private KernelProcess kernel;

  /** Replaced by the test's own. */
  @BeforeEach
  void startAny() throws IOException {
    kernel = KernelProcess.start();
  }

  @AfterEach
  void stop() throws IOException {
    kernel.close();
  }

  private void start(String toml) throws IOException {
    kernel.close();
    Path folder = KernelProcess.newFolder();
    Path config = Files.writeString(folder.resolve("agentos.toml"), toml);
    kernel = KernelProcess.startIn(folder, Map.of(), List.of(), "--config", config.toString());
  }

  private JsonNode call(String groups, Opcode opcode, Map<String, ?> request) throws Exception {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("setpriv", "--reuid", "" + NOBODY, "--regid", "" + NOBODY));
    command.addAll(groups.isEmpty() ? List.of("--clear-groups") : List.of("--groups", groups));
    command.addAll(List.of("/usr/bin/python3", "-c", CLIENT, kernel.socket().toString()));
    command.add(String.valueOf(opcode.number()));
    command.add(new String(Operator.json(request), StandardCharsets.UTF_8));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return Json.MAPPER.readTree(said);
  }

  private JsonNode asNobody(Opcode opcode, Map<String, ?> request) throws Exception {
    return call("", opcode, request);
  }

  private String audited() throws IOException {
    try (Operator operator = new Operator(kernel)) {
      return operator.call(Opcode.GET_AUDIT_LOG, Map.of()).toString();
    }
  }

  @Test
  void areTheKernelsOwnUserAndRoot_whateverTheFileSays() throws IOException {
    start("[operators.users." + Sys.uid() + "]\nrole = 'observer'\n");
    try (Operator operator = new Operator(kernel)) {
      assertThat(operator.call(Opcode.HELLO, Map.of()).get("role").asText()).isEqualTo("operator");
      int id = operator.puppet("own", Map.of());
      Expect.success(operator.call(Opcode.KILL, Map.of("id", id, "grace", 0)));
    }
    assertThat(audited()).contains("uid " + Sys.uid());
  }

  @Test
  void areNobodyElse_byDefault() throws Exception {
    start("");
    if (Procs.isRoot()) {
      assertThat(asNobody(Opcode.LIST, Map.of()).get("refused").asText())
          .isEqualTo("PermissionError");
    }
    assertThat(Files.getPosixFilePermissions(kernel.socket()).toString()).doesNotContain("OTHERS");
  }

  @Test
  void onlyLook_asObservers() throws Exception {
    start("[operators.users." + NOBODY + "]\nrole = 'observer'\n");
    if (!Procs.isRoot()) {
      return;
    }
    assertThat(asNobody(Opcode.HELLO, Map.of()).get("role").asText()).isEqualTo("observer");
    assertThat(asNobody(Opcode.LIST, Map.of()).isArray()).isTrue();
    Expect.success(asNobody(Opcode.LLM_STATUS, Map.of()));
    Expect.success(asNobody(Opcode.GET_AUDIT_LOG, Map.of()));
    Path victim = Files.writeString(kernel.folder().resolve("victim"), "kept");
    List<Opcode> changing =
        List.of(
            Opcode.SPAWN,
            Opcode.KILL,
            Opcode.PAUSE,
            Opcode.RESUME,
            Opcode.EXEC,
            Opcode.WRITE,
            Opcode.READ,
            Opcode.THINK,
            Opcode.HTTP,
            Opcode.SET_PERMS,
            Opcode.SEND,
            Opcode.BROADCAST,
            Opcode.REGISTER,
            Opcode.RECV);
    for (Opcode opcode : changing) {
      Expect.refusal(
          asNobody(opcode, Map.of("path", victim.toString(), "content", "changed")),
          "PERMISSION_DENIED",
          opcode.name(),
          "uid " + NOBODY,
          "observer");
    }
    assertThat(victim).hasContent("kept");
    Until.holds("it is written down", () -> audited().contains("uid " + NOBODY));
  }

  @Test
  void giveNoMoreThanTheirLevel_asMembersOfTheGroup() throws Exception {
    start(
        "[operators]\ngroup = '"
            + (Procs.isRoot() ? GROUP : Sys.gid())
            + "'\nlevel = 'standard'\n");
    if (!Procs.isRoot()) {
      return;
    }
    String member = String.valueOf(GROUP);
    assertThat(asNobody(Opcode.LIST, Map.of()).get("refused").asText())
        .isEqualTo("PermissionError");
    assertThat(call(member, Opcode.LIST, Map.of()).isArray()).isTrue();
    Expect.refusal(
        call(member, Opcode.SPAWN, Map.of("name", "x", "command", List.of("/bin/true"))),
        "PERMISSION_DENIED",
        "can_spawn");
    try (Operator operator = new Operator(kernel)) {
      Map<String, Object> wider =
          Map.of("agent_id", operator.puppet("narrow", Map.of()), "level", "unrestricted");
      Expect.refusal(call(member, Opcode.SET_PERMS, wider), "PERMISSION_DENIED", "widen");
      Expect.success(operator.call(Opcode.SET_PERMS, wider));
    }
    Expect.refusal(
        call(member, Opcode.READ, Map.of("path", "/etc/shadow")),
        "PERMISSION_DENIED",
        "/etc/shadow");
  }

  @Test
  void areRefusedAndWrittenDown_whenTheyAreOthers() throws Exception {
    start("[operators.users.12345]\nrole = 'operator'\n");
    if (!Procs.isRoot()) {
      return;
    }
    assertThat(asNobody(Opcode.LIST, Map.of()).has("refused")).isTrue();
    Until.holds(
        "the refusal is written down",
        () -> audited().contains("connect") && audited().contains("uid " + NOBODY));
  }
}
