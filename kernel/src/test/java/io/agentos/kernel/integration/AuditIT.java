// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.SandboxedAgent;
import io.agentos.kernel.testing.WireClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the kernel decides is written down, whole and in order, and changes to it show. */
final class AuditIT {
  private KernelProcess kernel;
  private Operator operator;

  @BeforeEach
  void start() throws IOException {
    kernel = KernelProcess.start();
    operator = new Operator(kernel);
  }

  @AfterEach
  void stop() throws IOException {
    operator.close();
    kernel.close();
  }

  private List<JsonNode> entries(Map<String, ?> request) throws IOException {
    List<JsonNode> found = new ArrayList<>();
    operator.call(Opcode.GET_AUDIT_LOG, request).get("entries").forEach(found::add);
    return found;
  }

  private JsonNode last(String category) throws IOException {
    List<JsonNode> found = entries(Map.of("category", category, "limit", 1));
    assertThat(found).as(category).hasSize(1);
    return found.get(0);
  }

  @Test
  void writesDownWhatChangesSomething_beforeItIsAnswered() throws IOException {
    try (SandboxedAgent agent = SandboxedAgent.start(kernel, operator, "busy", Map.of())) {
      assertThat(last("spawn").get("subject").asText()).isEqualTo("busy");
      agent.call(Opcode.WRITE, Map.of("path", "/workspace/a", "content", "the content"));
      JsonNode written = last("write");
      assertThat(written.get("decision").asText()).isEqualTo("allowed");
      assertThat(written.get("subject").asText()).isEqualTo("/workspace/a");
      assertThat(written.get("agent").asText()).isEqualTo("busy");
      assertThat(written.toString()).doesNotContain("the content");
      agent.shell("echo one; echo two");
      assertThat(last("exec").get("subject").asText()).isEqualTo("echo one; echo two");
      operator.call(
          Opcode.SET_PERMS,
          Map.of("agent_id", agent.id(), "permissions", Map.of("can_exec", false)));
      assertThat(last("set_perms").get("subject").asText()).isEqualTo(String.valueOf(agent.id()));
      agent.call(Opcode.EXEC, Map.of("command", "echo three"));
      JsonNode denied = last("exec");
      assertThat(denied.get("decision").asText()).isEqualTo("denied");
      assertThat(denied.get("reason").asText()).contains("PERMISSION_DENIED", "can_exec");
    }
    assertThat(last("kill").get("decision").asText()).isEqualTo("allowed");
  }

  @Test
  void namesTheRuleThatDenied() throws IOException {
    try (SandboxedAgent agent =
        SandboxedAgent.start(
            kernel,
            operator,
            "nosy",
            Map.of(
                "permissions",
                Map.of(
                    "level",
                    "standard",
                    "filesystem",
                    Map.of("blocked", List.of("/workspace/closed")))))) {
      Files.writeString(agent.workspace().resolve("closed"), "");
      agent.call(Opcode.READ, Map.of("path", "/workspace/closed"));
      agent.call(Opcode.EXEC, Map.of("command", "true; sudo reboot"));
      agent.call(Opcode.HTTP, Map.of("url", "http://user:secret@169.254.169.254/x?key=secret"));
    }
    List<JsonNode> denied = entries(Map.of("decision", "denied"));
    assertThat(denied).extracting(e -> e.get("category").asText()).contains("read", "exec");
    assertThat(denied.toString()).contains("/workspace/closed", "blocked command \\\"sudo\\\"");
    assertThat(entries(Map.of()).toString()).contains("169.254.169.254").doesNotContain("secret");
  }

  @Test
  void doesNotWriteDownWhatOnlyLooks() throws IOException {
    operator.call(Opcode.LIST, Map.of());
    operator.call(Opcode.READ, Map.of("path", "/etc/hostname"));
    assertThat(entries(Map.of())).isEmpty();
  }

  @Test
  void showsAnAgentItsOwnEntriesOnly() throws IOException {
    try (SandboxedAgent agent = SandboxedAgent.start(kernel, operator, "curious", Map.of())) {
      agent.shell("true");
      JsonNode own = agent.call(Opcode.GET_AUDIT_LOG, Map.of());
      assertThat(own.get("entries")).hasSize(1);
      JsonNode others = agent.call(Opcode.GET_AUDIT_LOG, Map.of("agent_id", agent.id() + 1));
      Expect.refusal(others, "PERMISSION_DENIED");
    }
  }

  /** Not a row is lost that was answered, at whichever moment the kernel dies. */
  @Test
  void keepsWhatItAnswered_whenItIsKilled() throws IOException {
    int answered = 0;
    try (WireClient client = kernel.connect()) {
      for (; answered < 50; answered++) {
        Operator.call(
            client, Opcode.WRITE, Map.of("path", kernel.folder() + "/f" + answered, "content", ""));
      }
    }
    Path log = kernel.folder().resolve("state/audit.db");
    kernel.process().destroyForcibly().onExit().join();
    assertThat(count(log)).isEqualTo(answered);
  }

  private static int count(Path log) throws IOException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + log);
        Statement statement = connection.createStatement()) {
      return statement.executeQuery("SELECT count(*) FROM entries").getInt(1);
    } catch (SQLException e) {
      throw new IOException(e);
    }
  }
}
