// SPDX-License-Identifier: MIT
package io.agentos.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The LLM's door on the host: how a program finds it, and how much it may ask. */
final class HostDoorIT {
  private static final String ASK =
      "curl -s $OPENAI_BASE_URL/chat/completions -H \"Authorization: Bearer $OPENAI_API_KEY\""
          + " -H 'Content-Type: application/json'"
          + " -d '{\"model\": \"default\", \"messages\": [{\"role\": \"user\", \"content\": \"hello\"}]}'";

  /** A kernel with a door, and what asks it. */
  private static final class Host implements AutoCloseable {
    final KernelProcess kernel;
    final Operator operator;

    Host(String configuration) throws IOException {
      int port;
      try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        port = free.getLocalPort();
      }
      Path folder = KernelProcess.newFolder();
      String text = "[door]\nlisten = \"127.0.0.1:" + port + "\"\n" + configuration;
      Path config = Files.writeString(folder.resolve("agentos.toml"), text);
      kernel = KernelProcess.startIn(folder, Map.of(), List.of(), "--config", config.toString());
      operator = new Operator(kernel);
    }

    String llm(String... words) {
      return Cli.on(kernel.socket(), "llm", words).out();
    }

    /** What a shell prints that has done as {@code agentos llm door} says. */
    String shell(String line) throws Exception {
      Process shell =
          new ProcessBuilder("/bin/sh", "-c", "eval \"$1\"\n" + line, "sh", llm("door"))
              .redirectErrorStream(true)
              .start();
      String out = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(shell.waitFor(30, TimeUnit.SECONDS)).isTrue();
      return out;
    }

    @Override
    public void close() throws IOException {
      operator.close();
      kernel.close();
    }
  }

  @Test
  void aShellIsToldAllThatAProgramNeeds_butNotTheToken() throws Exception {
    try (Host host = new Host("")) {
      String token = host.shell("printf %s \"$OPENAI_API_KEY\"");

      assertThat(token).hasSize(64);
      assertThat(host.shell(ASK)).contains("\"object\":\"chat.completion\"", "You said: hello");
      assertThat(host.llm("door")).contains("export OPENAI_BASE_URL='http://127.0.0.1:");
      assertThat(host.llm("door") + host.llm("door", "--json") + host.llm("--json"))
          .doesNotContain(token)
          .contains("\"base_url\"", "\"token_file\"");
      assertThat(host.llm()).contains("programs of this host ask at http://127.0.0.1:");
    }
  }

  @Test
  void itsQuotaHoldsForAllThatComeInByIt_andForNobodyElse() throws Exception {
    try (Host host = new Host("max_calls = 2\n")) {

      assertThat(host.shell(ASK + "\n" + ASK)).doesNotContain("error");
      assertThat(host.shell(ASK)).contains("insufficient_quota", "quota of 2 LLM calls is used up");
      Expect.success(host.operator.call(Opcode.THINK, Map.of("prompt", "x")));
      assertThat(host.llm()).contains("door (");
    }
  }

  @Test
  void itsTokensAreBoundedToo() throws Exception {
    try (Host host = new Host("max_tokens = 30\n")) {

      assertThat(host.shell(ASK)).contains("insufficient_quota", "only 30 tokens are left");
    }
  }

  @Test
  void aBudgetCanBeItsOwn() throws Exception {
    try (Host host = new Host("[scheduler.budgets.host]\nagents = \"door\"\nmax_calls = 1\n")) {

      Expect.success(host.operator.call(Opcode.THINK, Map.of("prompt", "x")));
      assertThat(host.shell(ASK)).contains("You said: hello");
      assertThat(host.shell(ASK)).contains("insufficient_quota", "the budget \\\"host\\\"");
      Expect.success(host.operator.call(Opcode.THINK, Map.of("prompt", "x")));
    }
  }
}
