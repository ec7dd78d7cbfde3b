// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.client.Answer;
import io.agentos.cli.client.Fields;
import io.agentos.cli.client.KernelClient;
import io.agentos.cli.client.Op;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a command through the kernel, as an agent's EXEC does. */
@Command(
    name = "exec",
    description = "Run a command through the kernel, as the kernel's own user.",
    footer = {"", "The exit code is the command's, or 128 + the signal that ended it."})
final class ExecCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private KernelOptions kernel;

  @Parameters(paramLabel = "CMD", arity = "1..*", description = "The program and its arguments.")
  private List<String> words = new ArrayList<>();

  @Option(names = "--cwd", paramLabel = "DIR", description = "Where it runs (default: /).")
  private @Nullable String cwd;

  @Option(names = "--env", paramLabel = "K=V", description = "Set a variable; repeatable.")
  private Map<String, String> environment = new LinkedHashMap<>();

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "End it after so long (default 30).")
  private @Nullable Double timeout;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    try (KernelClient client = kernel.connect()) {
      if (kernel.json) {
        Answer answer = client.call(Op.EXEC, request(), KernelClient.PATIENT);
        out.println(answer.json());
        return (int) answer.fields().whole("exit_code");
      }
      Map<String, Object> request = request();
      request.put("stream", true);
      Fields end = client.stream(Op.EXEC, request, KernelClient.PATIENT, this::print).fields();
      if (end.flag("timed_out")) {
        spec.commandLine().getErr().println("agentos: ended, as its time was over (--timeout)");
      }
      return (int) end.whole("exit_code");
    }
  }

  private Map<String, Object> request() {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("argv", words);
    if (cwd != null) {
      request.put("cwd", cwd);
    }
    if (!environment.isEmpty()) {
      request.put("env", environment);
    }
    if (timeout != null) {
      request.put("timeout", timeout);
    }
    return request;
  }

  private void print(Answer part) {
    boolean toError = part.fields().text("stream").equals("stderr");
    PrintWriter to = toError ? spec.commandLine().getErr() : spec.commandLine().getOut();
    to.print(part.fields().text("data"));
    to.flush();
  }
}
