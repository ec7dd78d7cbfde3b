// SPDX-License-Identifier: MIT
package io.agentos.kernel.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentos.kernel.agent.NetworkMode;
import io.agentos.kernel.agent.RestartPolicy;
import io.agentos.kernel.permission.PermissionLevel;
import io.agentos.kernel.permission.PermissionSpec;
import io.agentos.kernel.permission.Permissions;
import io.agentos.kernel.syscall.agent.SpawnRequest;
import io.agentos.kernel.testing.KernelProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class McpServersTest {
  @TempDir private Path folder;

  private List<McpServers.Server> load(String toml) throws IOException {
    Path file = Files.writeString(folder.resolve("agentos.toml"), toml);
    KernelConfig.Options options = new KernelConfig.Options(file, null, null, null);
    return KernelConfig.load(KernelProcess.home(), Map.of(), options).mcpServers();
  }

  @Test
  void thereAreNone_unlessTheFileHasSome() throws IOException {
    assertThat(load("")).isEmpty();
    assertThat(load("[mcp]\nservers = {}")).isEmpty();
  }

  @Test
  void allDefaults_areTheLeastThatIsOfUse() throws IOException {
    SpawnRequest request =
        load("[mcp.servers.a]\ncommand = ['/bin/server', '-v']").get(0).request();
    assertThat(request.name()).isEqualTo("mcp-a");
    assertThat(request.command()).endsWith("--cwd", "/workspace", "--", "/bin/server", "-v");
    assertThat(request.cwd()).isEqualTo("/");
    assertThat(request.sandboxed()).isTrue();
    assertThat(request.network()).isNull();
    assertThat(request.restartPolicy()).isEqualTo(RestartPolicy.When.ON_FAILURE);
    PermissionSpec asked = Objects.requireNonNull(request.permissions());
    Permissions granted = Permissions.grant(asked, PermissionLevel.SANDBOXED);
    assertThat(granted.level()).isEqualTo("minimal");
    assertThat(granted.canThink()).isFalse();
  }

  @Test
  void allFields() throws IOException {
    List<McpServers.Server> servers =
        load(
            """
            [mcp.servers.b]
            command = ["server"]
            args = ["more"]
            cwd = "/srv"
            env = { TOKEN = "secret", PYTHONPATH = "/srv/lib" }
            network = true
            workspace = "/data"
            restart_policy = "always"
            max_restarts = 9
            restart_window = 1.5
            limits = { memory = "256M", cpu = 0.5 }
            permissions = { level = "sandboxed" }
            [[mcp.servers.b.mounts]]
            source = "/a"
            target = "/b"
            [mcp.servers.a]
            command = ["server"]
            """);
    assertThat(servers)
        .extracting(McpServers.Server::key)
        .containsExactly("mcp.servers.b", "mcp.servers.a");
    SpawnRequest request = servers.get(0).request();
    assertThat(request.command())
        .endsWith("--cwd", "/srv", "--setenv", "PYTHONPATH=/srv/lib", "--", "server");
    assertThat(request.args()).containsExactly("more");
    assertThat(request.env()).isEqualTo(Map.of("TOKEN", "secret"));
    assertThat(request.network()).isEqualTo(NetworkMode.HOST);
    assertThat(request.workspace()).isEqualTo("/data");
    assertThat(request.restartPolicy()).isEqualTo(RestartPolicy.When.ALWAYS);
    assertThat(request.maxRestarts()).isEqualTo(9);
    assertThat(request.restartWindow()).isEqualTo(1.5);
    assertThat(request.mounts()).hasSize(1);
    assertThat(request.limits()).isNotNull();
  }

  @Test
  void oneMayAskTheLlmAsOpenAiIsAsked_ifTheFileSaysSo() throws IOException {
    String table = "[mcp.servers.a]\ncommand = ['x']\n";
    assertThat(load(table).get(0).request().openai()).isNull();
    assertThat(load(table + "openai = true").get(0).request().openai()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[mcp.servers.a]\\nwords = ['x']|mcp.servers.a|unknown field words",
        "[mcp.servers.a]\\ncommand = ['x']\\nlimits = { memroy = 5 }|mcp.servers.a|limits.memroy",
        "[mcp.servers.a]\\ncommand = ['x']\\nlimits = { memory = 'lots' }|mcp.servers.a|limits.memory",
        "[mcp.servers.a]\\ncommand = 'x'|mcp.servers.a|command",
        "[mcp.servers.a]\\ncommand = []|mcp.servers.a|command",
        "[mcp.servers.a]\\nnetwork = true|mcp.servers.a|command",
        "[mcp.servers.a]\\ncommand = ['x']\\nsandboxed = false|mcp.servers.a|sandboxed",
        "[mcp.servers.a]\\nscript = '/x.py'|mcp.servers.a|script",
        "[mcp.servers.a]\\ncommand = ['x']\\nname = 'b'|mcp.servers.a|name",
        "[mcp.servers.a]\\ncommand = ['x']\\nrestart_policy = 'often'|mcp.servers.a|often",
        "[mcp.servers.a]\\ncommand = ['x']\\npermissions = { level = 'god' }|mcp.servers.a|god",
        "[mcp.servers.a]\\ncommand = ['x']\\npermissions = { network = ['a..b'] }|mcp.servers.a|permissions",
        "[mcp.servers.'a/b']\\ncommand = ['x']|mcp.servers.a/b|mcp-a/b",
        "[mcp.servers]\\na = 5|mcp.servers.a|table",
        "[mcp]\\nservers = 5|mcp.servers|tables",
        "[mcp.server.a]\\ncommand = ['x']|mcp.server|mcp.servers",
        "mcp = 5|mcp|unknown key",
      })
  void refusesWhatIsWrong_namingTheTableAndTheField(String toml, String table, String field) {
    assertThatThrownBy(() -> load(toml.replace("\\n", "\n")))
        .isInstanceOf(BootException.class)
        .hasMessageContaining(table)
        .hasMessageContaining(field)
        .hasMessageContaining("agentos.toml");
  }
}
