// SPDX-License-Identifier: MIT
package io.agentos.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentos.cli.client.Json;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

final class AgentOptionsTest {
  private static AgentOptions parse(String... words) {
    AgentOptions options = new AgentOptions();
    new CommandLine(options).setStopAtPositional(true).parseArgs(words);
    return options;
  }

  private static String request(String... words) throws IOException {
    return Json.text(parse(words).request());
  }

  @Test
  void saysNothingThatWasNotAskedFor() throws IOException {
    assertThat(request("/srv/agent.py"))
        .isEqualTo("{\"name\":\"agent\",\"script\":\"/srv/agent.py\"}");
  }

  @Test
  void makesTheScriptAbsolute() throws IOException {
    assertThat(request("sub/../agent.py"))
        .contains("\"script\":\"" + Path.of("agent.py").toAbsolutePath() + "\"");
  }

  @Test
  void leavesWhatFollowsTheScriptToTheAgent() throws IOException {
    assertThat(request("--cpu", "0.5", "/a.py", "--cpu", "-x", "y"))
        .contains("\"args\":[\"--cpu\",\"-x\",\"y\"]")
        .contains("\"limits\":{\"cpu\":0.5}");
  }

  @Test
  void passesEveryLimit() throws IOException {
    assertThat(
            request(
                "--memory=256M", "--cpu=2", "--pids=64", "--timeout=1.5", "--nofile=99", "/a.py"))
        .contains(
            "\"limits\":{\"memory\":\"256M\",\"cpu\":2.0,\"max_pids\":64,"
                + "\"wall_time\":1.5,\"nofile\":99}");
  }

  @Test
  void passesEnvironmentAndMounts() throws IOException {
    assertThat(
            request(
                "--env",
                "A=1",
                "--env",
                "B=x=y",
                "--mount",
                "/srv:/data",
                "--mount",
                "/o:/p:rw",
                "/a.py"))
        .contains("\"env\":{\"A\":\"1\",\"B\":\"x=y\"}")
        .contains("\"source\":\"/srv\"", "\"target\":\"/data\"", "\"mode\":\"ro\"")
        .contains("\"source\":\"/o\"", "\"target\":\"/p\"", "\"mode\":\"rw\"");
  }

  @Test
  void passesFoldersInMemorySystemCallsAndVariables() throws IOException {
    assertThat(
            request(
                "--tmpfs",
                "/scratch",
                "--tmpfs",
                "/big:1G",
                "--allow-syscall",
                "ptrace",
                "--env-pass",
                "PATH",
                "/a.py"))
        .contains("\"target\":\"/scratch\"", "\"mode\":\"tmpfs\"", "\"size\":\"64M\"")
        .contains("\"target\":\"/big\"", "\"size\":\"1G\"")
        .contains("\"allow_syscalls\":[\"ptrace\"]", "\"PATH\":\"" + System.getenv("PATH"));
    assertThatThrownBy(() -> request("--env-pass", "NOT_SET_ANYWHERE", "/a.py"))
        .hasMessageContaining("NOT_SET_ANYWHERE");
    assertThatThrownBy(() -> request("--tmpfs", "/a:1:2", "/a.py"))
        .hasMessageContaining("DST:SIZE");
  }

  @Test
  void passesSandboxNetworkAndRestart() throws IOException {
    assertThat(
            request(
                "--no-sandbox",
                "--network",
                "host",
                "--restart",
                "always",
                "--max-restarts",
                "2",
                "/a.py"))
        .contains("\"sandboxed\":false", "\"network\":\"host\"")
        .contains("\"restart_policy\":\"always\"", "\"max_restarts\":2");
  }

  @Test
  void joinsLevelAndPermissions() throws IOException {
    assertThat(request("--level", "standard", "--permissions", "{\"can_exec\":false}", "/a.py"))
        .contains("\"permissions\":{\"level\":\"standard\",\"can_exec\":false}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/srv", "a:b:c:d", "/a:/b:wx"})
  void refusesAMountOfAnotherForm(String mount) {
    assertThatThrownBy(() -> request("--mount", mount, "/a.py"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("SRC:DST");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "can_exec", "{\"a\":"})
  void refusesPermissionsThatAreNoObject(String permissions) {
    assertThatThrownBy(() -> request("--permissions", permissions, "/a.py"))
        .hasMessageContaining("a JSON object");
  }

  @ParameterizedTest
  @CsvSource({
    "/x/agent.py, agent",
    "/x/my agent!.py, my-agent-",
    "/x/.hidden, hidden",
    "/x/ümläut.py, ml-ut",
    "/x/...., agent",
    "/x/tool, tool"
  })
  void namesAnAgentAfterItsScript(Path script, String name) {
    assertThat(AgentOptions.defaultName(script)).isEqualTo(name);
  }
}
