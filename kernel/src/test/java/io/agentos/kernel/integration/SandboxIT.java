// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.Procs;
import io.agentos.kernel.testing.SandboxedAgent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What no list of commands can catch is held by the sandbox: an agent whose permissions are
 * unrestricted gets no further than its workspace.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SandboxIT {
  private KernelProcess kernel;
  private Operator operator;
  private SandboxedAgent agent;
  private Path bystander = Path.of("");

  /** Words before the kernel's command. */
  List<String> prefix() {
    return List.of();
  }

  @BeforeAll
  void start() throws IOException {
    kernel = KernelProcess.start(Map.of(), prefix());
    operator = new Operator(kernel);
    Map<String, ?> everything = Map.of("permissions", Map.of("level", "unrestricted"));
    agent = SandboxedAgent.start(kernel, operator, "prisoner", everything);
    bystander = Files.writeString(kernel.folder().resolve("bystander"), "untouched");
    bystander.toFile().setWritable(true, false);
  }

  @AfterAll
  void stop() throws IOException {
    agent.close();
    operator.close();
    kernel.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rm -r FILE",
        "r\"\"m -fr FILE; /bin/rm FILE",
        "echo 'rm FILE' | base64 | base64 -d | sh",
        "python3 -c 'import os; os.remove(\"FILE\")'",
        "python3 -c 'open(\"FILE\", \"w\").write(\"x\")'",
        "cd / && cd ..; cd ../../../.. ; echo x > .FILE",
        "ln -s FILE link; echo x > link",
        "ln FILE hard && echo x > hard",
        "ln /usr/bin/env hard",
        "mkdir -p m && mount -t tmpfs none m",
        "mount --bind / m",
        "unshare -Ur true",
        "unshare -m true",
        "chroot / true",
        "nsenter -t 1 -m true",
        "mknod disk b 8 0",
        "echo x > /proc/sysrq-trigger",
        "echo x > /proc/sys/kernel/core_pattern",
        "echo 1 > /sys/fs/cgroup/cgroup.procs",
        "cat /etc/shadow",
        "cat /proc/kcore | head -c 1",
        "ls /root /home /var",
        "cat /proc/KERNEL/environ",
        "kill -9 KERNEL",
        "touch /usr/x",
        "touch /etc/x",
        "touch /run/x",
        "touch /x",
        "dmesg",
        "hostname other",
        "date -s 2000-01-01",
        "su -c true",
        "python3 -c 'import os; os.setuid(0)'",
        "python3 -c 'import socket; socket.create_connection((\"1.1.1.1\", 53), 2)'",
        "python3 -c 'import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)'",
        "python3 -c 'import ctypes, sys; sys.exit(ctypes.CDLL(None).ptrace(16, 1, 0, 0) == -1)'",
      })
  void getsNoFurtherThanItsWorkspace(String attempt) throws IOException {
    String line =
        attempt
            .replace("FILE", bystander.toString())
            .replace("KERNEL", String.valueOf(kernel.pid()));
    JsonNode answer = agent.call(Opcode.EXEC, Map.of("command", line, "timeout", 20));
    boolean failed = !answer.path("success").asBoolean() || !stderr(answer).isEmpty();
    assertThat(failed).as("%s: %s", line, answer).isTrue();
    assertThat(bystander).hasContent("untouched");
    assertThat(Path.of("/usr/x")).doesNotExist();
    assertThat(ProcessHandle.of(kernel.pid())).isPresent();
    assertThat(operator.find("prisoner").get("state").asText()).isEqualTo("running");
  }

  private static String stderr(JsonNode answer) {
    return answer.path("stderr").asText();
  }

  @Test
  void seesOnlyItsOwnProcesses() throws IOException {
    assertThat(Integer.parseInt(agent.shell("ls /proc | grep -c '^[0-9]'").trim()))
        .as("at most its first process, itself, this shell, ls and grep")
        .isLessThanOrEqualTo(5);
    assertThat(agent.shell("cat /proc/*/cmdline | tr '\\0' ' '"))
        .doesNotContain("java", "agentos-kernel");
  }

  @Test
  void isASystemOfItsOwn() throws IOException {
    assertThat(agent.shell("hostname")).isEqualTo("prisoner\n");
    assertThat(agent.shell("ls -A /").split("\n"))
        .isSubsetOf(
            "agent",
            "bin",
            "dev",
            "etc",
            "lib",
            "lib32",
            "lib64",
            "libx32",
            "opt",
            "proc",
            "run",
            "sbin",
            "tmp",
            "usr",
            "workspace");
    assertThat(agent.shell("cat /etc/passwd | wc -l").trim()).isEqualTo("2");
    assertThat(agent.shell("df /tmp /dev/shm | tail -n 2 | awk '{print $2}'").trim())
        .as("bounded: 64 MiB each")
        .isEqualTo("65536\n65536");
    String own = Procs.link(operator.find("prisoner").get("pid").asLong(), "ns/pid");
    assertThat(own).isNotEqualTo(Procs.link(kernel.pid(), "ns/pid"));
  }
}
