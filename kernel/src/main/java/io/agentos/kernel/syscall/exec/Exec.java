// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.exec;

import io.agentos.kernel.base.Limits;
import io.agentos.kernel.exec.CommandRun;
import io.agentos.kernel.exec.Commands;
import io.agentos.kernel.exec.Utf8Stream;
import io.agentos.kernel.sandbox.ResourceLimits;
import io.agentos.kernel.sandbox.SandboxProcess;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.LimitsRequest;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.SyscallException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs a command with the caller's rights and answers with its output and exit code. */
public final class Exec implements Syscall.Deferred<Exec.Request, Exec.Response> {
  private static final String SHELL = "/bin/sh";

  /** What execve takes as one argument. */
  private static final int LONGEST_LINE = 128 * 1024;

  private final Commands commands;

  public Exec(Commands commands) {
    this.commands = commands;
  }

  /**
   * {@code command}: a line for /bin/sh; or {@code argv}. {@code timeout} in seconds, default 30.
   * {@code limits}: {@code memory} and {@code max_pids} of this command, within the agent's.
   */
  public record Request(
      @Nullable String command,
      @Nullable List<String> argv,
      @Nullable String cwd,
      @Nullable Map<String, String> env,
      @Nullable String stdin,
      @Nullable Double timeout,
      @Nullable LimitsRequest limits,
      @Nullable Boolean stream) {}

  /**
   * Output and end; {@code success} is whether the exit code is 0. Bytes that are no UTF-8 become
   * U+FFFD. {@code exitCode} is 128 + signal for a command that one ended.
   */
  public record Response(
      boolean success,
      String stdout,
      String stderr,
      int exitCode,
      @Nullable Integer signal,
      boolean timedOut,
      boolean oom,
      boolean truncated,
      Usage usage) {}

  /** Memory in bytes, times in milliseconds. */
  public record Usage(long cpuMs, long memoryPeak, long wallMs) {}

  /** A part of a stream: which one, and the text. */
  public record Part(String stream, String data) {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public void handle(Caller caller, Request request, Reply<Response> reply)
      throws SyscallException {
    List<String> argv = argv(caller, request);
    byte[] stdin =
        request.stdin() == null ? new byte[0] : request.stdin().getBytes(StandardCharsets.UTF_8);
    Map<String, String> environment = environment(request);
    Commands.Command command =
        new Commands.Command(
            argv,
            cwd(request),
            environment,
            stdin,
            timeout(caller, request.timeout()),
            limits(request.limits()),
            Limits.EXEC_OUTPUT_BYTES);
    CommandRun run =
        commands.start(
            caller.agent(), command, new Answer(reply, Boolean.TRUE.equals(request.stream())));
    reply.onAbandon(run::cancel);
  }

  private static List<String> argv(Caller caller, Request request) throws SyscallException {
    if ((request.command() == null) == (request.argv() == null)) {
      throw SyscallException.invalid(
          "EXEC needs exactly one of command (a shell line) and argv (a list of words)");
    }
    String reason;
    List<String> argv;
    if (request.command() != null) {
      if (request.command().length() >= LONGEST_LINE) {
        throw SyscallException.invalid(
            "command must be shorter than "
                + LONGEST_LINE
                + " characters; put a longer one into a file");
      }
      reason = caller.permissions().commands().whyNot(request.command());
      argv = List.of(SHELL, "-c", request.command());
    } else {
      argv = request.argv() == null ? List.of() : request.argv();
      if (argv.isEmpty() || argv.get(0).isEmpty() || argv.size() > Limits.ARGUMENTS) {
        throw SyscallException.invalid(
            "argv must hold a program and at most " + Limits.ARGUMENTS + " words");
      }
      reason = caller.permissions().commands().whyNotArguments(argv);
    }
    if (reason != null) {
      throw SyscallException.denied(reason);
    }
    if (request.command() != null) {
      caller.learned().addLine(request.command());
    } else {
      caller.learned().addArguments(argv);
    }
    if (argv.stream().anyMatch(word -> word.indexOf('\0') >= 0)) {
      throw SyscallException.invalid("a command must not hold a NUL");
    }
    return argv;
  }

  private static @Nullable String cwd(Request request) throws SyscallException {
    if (request.cwd() != null
        && (!request.cwd().startsWith("/") || request.cwd().indexOf('\0') >= 0)) {
      throw SyscallException.invalid("cwd must be an absolute path");
    }
    return request.cwd();
  }

  private static Map<String, String> environment(Request request) throws SyscallException {
    Map<String, String> env = request.env() == null ? Map.of() : request.env();
    for (Map.Entry<String, String> entry : env.entrySet()) {
      if (!entry.getKey().matches("[A-Za-z_][A-Za-z0-9_]*")
          || entry.getValue() == null
          || entry.getValue().indexOf('\0') >= 0) {
        throw SyscallException.invalid("env holds a name or value that no environment can hold");
      }
    }
    if (env.size() > Limits.ENVIRONMENT_ENTRIES) {
      throw SyscallException.invalid(
          "env has more than " + Limits.ENVIRONMENT_ENTRIES + " entries");
    }
    return env;
  }

  private static Duration timeout(Caller caller, @Nullable Double seconds) throws SyscallException {
    if (seconds != null && !(seconds > 0 && seconds <= Limits.EXEC_TIME_LONGEST.toSeconds())) {
      throw SyscallException.invalid(
          "timeout must be above 0 and at most "
              + Limits.EXEC_TIME_LONGEST.toSeconds()
              + " seconds");
    }
    long millis =
        seconds == null ? Limits.EXEC_TIME.toMillis() : Math.max(1, Math.round(seconds * 1000));
    return Duration.ofMillis(Math.min(millis, caller.permissions().maxExecTimeMs()));
  }

  private static ResourceLimits limits(@Nullable LimitsRequest request) throws SyscallException {
    if (request == null) {
      return ResourceLimits.NONE;
    }
    ResourceLimits limits = request.check();
    ResourceLimits own =
        new ResourceLimits(limits.memoryBytes(), null, null, limits.maxPids(), null, null);
    if (!limits.equals(own)) {
      throw SyscallException.invalid(
          "limits of a command are memory and max_pids; for its time there is timeout");
    }
    return own;
  }

  private static final class Answer implements CommandRun.Listener {
    private final Reply<Response> reply;
    private final boolean streams;
    private final Utf8Stream[] texts = {new Utf8Stream(), new Utf8Stream()};

    Answer(Reply<Response> reply, boolean streams) {
      this.reply = reply;
      this.streams = streams;
    }

    @Override
    public boolean streams() {
      return streams;
    }

    @Override
    public void output(SandboxProcess.Stream stream, byte[] bytes, Runnable more) {
      reply.stream(
          new Part(stream.name().toLowerCase(Locale.ROOT), texts[stream.ordinal()].feed(bytes)),
          more);
    }

    @Override
    public void failed(SandboxProcess.Failure failure) {
      ErrorCode code =
          failure.stage().equals("exec") || failure.stage().equals("chdir")
              ? ErrorCode.NOT_FOUND
              : ErrorCode.UNAVAILABLE;
      reply.fail(
          new SyscallException(
              code,
              "the command could not be started: " + failure.text(),
              Map.of("stage", failure.stage(), "errno", failure.errno())));
    }

    @Override
    public void ended(CommandRun.Result result) {
      flush();
      SandboxProcess.Exit exit = result.exit();
      int code = exit.signal() == 0 ? exit.code() : 128 + exit.signal();
      reply.succeed(
          new Response(
              code == 0,
              text(result.stdout()),
              text(result.stderr()),
              code,
              exit.signal() == 0 ? null : exit.signal(),
              result.timedOut(),
              result.outOfMemory(),
              result.truncated(),
              new Usage(
                  Math.max(result.used().cpuMillis(), exit.cpuMillis()),
                  Math.max(result.used().peakBytes(), exit.maxRssBytes()),
                  result.wallMillis())));
    }

    private void flush() {
      for (SandboxProcess.Stream stream : SandboxProcess.Stream.values()) {
        String rest = texts[stream.ordinal()].finish();
        if (!rest.isEmpty()) {
          reply.part(new Part(stream.name().toLowerCase(Locale.ROOT), rest));
        }
      }
    }

    private static String text(byte[] bytes) {
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
