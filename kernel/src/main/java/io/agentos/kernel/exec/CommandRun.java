// SPDX-License-Identifier: MIT
package io.agentos.kernel.exec;

import io.agentos.kernel.reactor.Reactor;
import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.reactor.Timers;
import io.agentos.kernel.sandbox.Enforcement;
import io.agentos.kernel.sandbox.SandboxProcess;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One command from launch to end: gathers its output up to a bound, ends it at its deadline. */
@ReactorConfined
public final class CommandRun implements SandboxProcess.Observer {
  /**
   * Who asked for the command; hears first of output (if it wants it at once), then of the end or
   * the failure.
   */
  public interface Listener {
    /** Whether output is wanted as it comes; else it is gathered. */
    boolean streams();

    /** Output as it comes; {@code more} asks for the next chunk. */
    void output(SandboxProcess.Stream stream, byte[] bytes, Runnable more);

    void failed(SandboxProcess.Failure failure);

    void ended(Result result);
  }

  /** How it went; {@code wallMillis} since it was asked for. */
  public record Result(
      byte[] stdout,
      byte[] stderr,
      boolean truncated,
      boolean timedOut,
      boolean outOfMemory,
      SandboxProcess.Exit exit,
      Enforcement.Used used,
      long wallMillis) {}

  private final Reactor reactor;
  private final Commands.Command command;
  private final Listener listener;
  private final Commands.Place place;
  private final Capture[] captures;
  private final long begunNanos = System.nanoTime();
  private @Nullable SandboxProcess process;
  private SandboxProcess.@Nullable Failure failure;
  private Timers.@Nullable Timer deadline;
  private boolean timedOut;
  private boolean cancelled;

  CommandRun(Reactor reactor, Commands.Command command, Listener listener, Commands.Place place) {
    this.reactor = reactor;
    this.command = command;
    this.listener = listener;
    this.place = place;
    this.captures =
        new Capture[] {new Capture(command.outputBytes()), new Capture(command.outputBytes())};
  }

  /** Ends the command and all it started; its result is still reported. */
  public void cancel() {
    cancelled = true;
    if (process != null) {
      place.kill(process);
    }
  }

  @Override
  public void launched(SandboxProcess launched) {
    process = launched;
    deadline = reactor.schedule(command.timeout(), this::expire);
    if (cancelled) {
      place.kill(launched);
    }
  }

  private void expire() {
    timedOut = true;
    cancel();
  }

  @Override
  public void started(int pid, int initPid, Map<String, String> layers) {
    place.started(Objects.requireNonNull(process), pid);
  }

  @Override
  public void failed(SandboxProcess.Failure why) {
    failure = why;
    if (process == null) {
      place.ended();
      listener.failed(why);
    }
  }

  @Override
  public void output(SandboxProcess.Stream stream, byte[] bytes) {
    SandboxProcess source = Objects.requireNonNull(process);
    if (listener.streams()) {
      listener.output(stream, bytes, () -> source.resumeOutput(stream));
    } else {
      captures[stream.ordinal()].add(bytes);
      source.resumeOutput(stream);
    }
  }

  @Override
  public void ended(SandboxProcess.Exit exit) {
    if (deadline != null) {
      deadline.cancel();
    }
    Enforcement.Used used = place.ended();
    if (failure != null) {
      listener.failed(failure);
      return;
    }
    long wallMillis = (System.nanoTime() - begunNanos) / 1_000_000;
    boolean truncated = captures[0].truncated() || captures[1].truncated();
    listener.ended(
        new Result(
            captures[0].bytes(),
            captures[1].bytes(),
            truncated,
            timedOut,
            place.outOfMemory(),
            exit,
            used,
            wallMillis));
  }
}
