// SPDX-License-Identifier: MIT
package io.agentos.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.SandboxedAgent;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** An agent that puts secrets where the audit log looks: none of them gets into it. */
final class AuditSecretsIT {
  private static final String CONFIGURED = "cfg/7f3a91+c2d4e5b6a8";
  private static final String SHAPED = "shp-0011aabbccddeeff";

  @Test
  void holdsNoSecret_howeverItIsWritten() throws IOException {
    Path folder = KernelProcess.newFolder();
    Path toml =
        Files.writeString(
            folder.resolve("agentos.toml"),
            "[secrets.one]\nenv = \"ONE\"\ndomains = [\"example.com\"]\n");
    try (KernelProcess kernel =
            KernelProcess.startIn(
                folder, Map.of("ONE", CONFIGURED), List.of(), "--config", toml.toString());
        Operator operator = new Operator(kernel);
        SandboxedAgent agent = SandboxedAgent.start(kernel, operator, "careless", Map.of())) {
      int calls = 0;
      for (String line : lines()) {
        assertThat(agent.call(Opcode.EXEC, Map.of("command", ": " + line)).has("exit_code"))
            .isTrue();
        agent.call(Opcode.EXEC, Map.of("command", "sudo " + line)); // refused, with a reason
        agent.call(Opcode.EXEC, Map.of("argv", List.of("echo", line, line)));
        agent.call(Opcode.WRITE, Map.of("path", "/workspace/" + line, "content", SHAPED));
        agent.call(Opcode.READ, Map.of("path", "/etc/" + line));
        calls += 4;
      }
      for (String url : List.of("http://user:%s@x.invalid/", "http://x.invalid/?token=%s")) {
        agent.call(Opcode.HTTP, Map.of("url", url.formatted(SHAPED)));
        agent.call(Opcode.HTTP, Map.of("url", url.formatted(CONFIGURED)));
      }
      agent.call(Opcode.HTTP, Map.of("url", "http://x.invalid/bot" + CONFIGURED + "/send"));
      String export = Cli.on(kernel.socket(), "audit", "--all", "--json").out();
      assertThat(export.lines().count()).isGreaterThan(calls);
      assertThat(export).contains("***");
      assertClean(export);
      assertClean(answers(operator));
      assertClean(kernel.log());
      try (Stream<Path> files = Files.list(folder.resolve("state"))) {
        for (Path file : files.filter(f -> f.toString().contains("audit.db")).toList()) {
          assertClean(Files.readString(file, StandardCharsets.ISO_8859_1));
        }
      }
      assertThat(Cli.on(kernel.socket(), "audit", "verify").code()).isZero();
    }
  }

  private static List<String> lines() {
    return List.of(
        "curl -H 'Authorization: Bearer " + SHAPED + "' x",
        "curl -u user:" + SHAPED + " x",
        "tool --password " + SHAPED,
        "TOKEN=" + SHAPED + " ./run",
        "git clone https://user:" + SHAPED + "@example.com/x.git",
        "echo " + CONFIGURED,
        "echo " + URLEncoder.encode(CONFIGURED, StandardCharsets.UTF_8),
        "echo " + base64(CONFIGURED),
        // Where a sentence is cut after 80 characters, and an entry after 1000.
        "echo " + "x".repeat(60) + CONFIGURED,
        "echo " + "x".repeat(985) + CONFIGURED);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static String answers(Operator operator) throws IOException {
    JsonNode answer = operator.call(Opcode.GET_AUDIT_LOG, Map.of("limit", 1000));
    return answer.toString();
  }

  private static void assertClean(String what) {
    assertThat(what)
        .doesNotContain(SHAPED, SHAPED.substring(0, 8))
        .doesNotContain(CONFIGURED, CONFIGURED.substring(0, 8))
        .doesNotContain(URLEncoder.encode(CONFIGURED, StandardCharsets.UTF_8))
        .doesNotContain(base64(CONFIGURED).substring(0, 12));
  }
}
