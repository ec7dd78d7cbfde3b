// SPDX-License-Identifier: MIT
package io.agentos.kernel.sandbox;

import io.agentos.kernel.reactor.Reactor;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Enforces memory and CPU limits where the host has no controllers: one thread that samples each
 * agent's processes, kills a tree that outgrew its memory, and freezes one that ran ahead of its
 * CPU share until time has caught up.
 *
 * <p>Samples come every {@value #FASTEST_MILLIS} to {@value #SLOWEST_MILLIS} ms, sooner the closer
 * an agent is to its limit: a process can touch about {@value #GROWTH_BYTES_PER_MILLI} bytes of
 * fresh memory a millisecond.
 */
public final class LimitMonitor implements AutoCloseable {
  private static final int FASTEST_MILLIS = 5;
  private static final int SLOWEST_MILLIS = 100;
  private static final long GROWTH_BYTES_PER_MILLI = 4_000_000;

  /**
   * Between looks at the CPU time of an agent that used some, or none; what it runs over meanwhile
   * it pays back.
   */
  private static final int BUSY_MILLIS = 10;

  private static final int IDLE_MILLIS = 50;

  /** A tool call that was killed must have given its memory back by then. */
  private static final long LONGEST_DYING_NANOS = 500_000_000;

  /** How far ahead of its share an agent may run before it is frozen: the length of a burst. */
  private static final long BURST_MICROS = 20_000;

  private final Reactor reactor;
  private final Map<SandboxProcess, Target> targets = new ConcurrentHashMap<>();
  private final Thread thread = new Thread(this::run, "limit-monitor");
  private volatile boolean stopped;

  public LimitMonitor(Reactor reactor) {
    this.reactor = reactor;
    thread.setDaemon(true);
    thread.start();
  }

  private static final class Target {
    final ResourceLimits limits;
    final ProcessTree tree;
    final SandboxProcess process;
    final Freezer freezer;
    final Runnable onOom;
    final Map<SandboxProcess, Command> commands = new ConcurrentHashMap<>();
    volatile long peakBytes;
    long nextSampleNanos;
    long cpuUsedMicros;
    long allowanceMicros;
    long allowanceAtNanos = System.nanoTime();
    boolean throttled;
    boolean killed;

    Target(
        ResourceLimits limits,
        ProcessTree tree,
        SandboxProcess process,
        Freezer freezer,
        Runnable onOom) {
      this.limits = limits;
      this.tree = tree;
      this.process = process;
      this.freezer = freezer;
      this.onOom = onOom;
      this.cpuUsedMicros = tree.cpuMicros();
    }
  }

  /**
   * A tool call inside an agent: it is ended before the agent is when the agent has no memory left.
   */
  private static final class Command {
    final ProcessTree tree;
    final SandboxProcess process;
    final Runnable onOom;
    long killedAtNanos;

    Command(ProcessTree tree, SandboxProcess process, Runnable onOom) {
      this.tree = tree;
      this.process = process;
      this.onOom = onOom;
    }

    long residentBytes() {
      return tree.processes().stream().mapToLong(ProcessUsage::residentBytes).sum();
    }
  }

  void add(
      ResourceLimits limits,
      ProcessTree tree,
      SandboxProcess process,
      Freezer freezer,
      Runnable onOom) {
    targets.put(process, new Target(limits, tree, process, freezer, onOom));
    LockSupport.unpark(thread);
  }

  /** Nothing happens if the agent's memory is not watched here. */
  void addCommand(SandboxProcess agent, SandboxProcess process, ProcessTree tree, Runnable onOom) {
    Target target = targets.get(agent);
    if (target != null) {
      target.commands.put(process, new Command(tree, process, onOom));
    }
  }

  void removeCommand(SandboxProcess agent, SandboxProcess process) {
    Target target = targets.get(agent);
    if (target != null) {
      target.commands.remove(process);
    }
  }

  /** Stops watching; the most memory that was seen in use, 0 if none was measured. */
  long remove(SandboxProcess process) {
    Target target = targets.remove(process);
    return target == null ? 0 : target.peakBytes;
  }

  private void run() {
    while (!stopped) {
      long now = System.nanoTime();
      long next = now + SLOWEST_MILLIS * 1_000_000L;
      for (Target target : targets.values()) {
        if (target.nextSampleNanos - now <= 0) {
          target.nextSampleNanos = now + sample(target) * 1_000_000L;
        }
        next = Math.min(next, target.nextSampleNanos);
      }
      LockSupport.parkNanos(
          this, targets.isEmpty() ? Long.MAX_VALUE : Math.max(1, next - System.nanoTime()));
    }
  }

  /** Milliseconds until the next look. */
  private long sample(Target target) {
    if (target.killed) {
      return SLOWEST_MILLIS;
    }
    long wait = SLOWEST_MILLIS;
    if (target.limits.memoryBytes() != null) {
      wait = Math.min(wait, checkMemory(target, target.limits.memoryBytes()));
    }
    if (target.limits.cpuCores() != null && !target.killed) {
      wait = Math.min(wait, checkCpu(target, target.limits.cpuCores()));
    }
    return wait;
  }

  private long checkMemory(Target target, long limit) {
    long used = memory(target, limit);
    target.peakBytes = Math.max(target.peakBytes, used);
    if (used > limit) {
      if (endCommand(target)) {
        return FASTEST_MILLIS;
      }
      // Once more, as a command may have ended between that look and this one.
      if (memory(target, limit) > limit) {
        kill(target);
        return SLOWEST_MILLIS;
      }
    }
    return Math.max(
        FASTEST_MILLIS, Math.min(SLOWEST_MILLIS, (limit - used) / GROWTH_BYTES_PER_MILLI));
  }

  /** Shared pages are counted once; that is only looked at closely when it matters. */
  private static long memory(Target target, long limit) {
    List<String> processes = target.tree.processes();
    long used = processes.stream().mapToLong(ProcessUsage::residentBytes).sum();
    return used > limit && processes.size() > 1
        ? processes.stream().mapToLong(ProcessUsage::proportionalBytes).sum()
        : used;
  }

  /**
   * Ends the largest tool call; false when there is none whose end could help, also when one was
   * ended and its memory does not come back.
   */
  private boolean endCommand(Target target) {
    Optional<Command> largest =
        target.commands.values().stream().max(Comparator.comparingLong(Command::residentBytes));
    if (largest.isEmpty()) {
      return false;
    }
    Command command = largest.get();
    long now = System.nanoTime();
    if (command.killedAtNanos == 0) {
      command.killedAtNanos = now;
      reactor.post(command.onOom);
      command.tree.kill(command.process);
    }
    return now - command.killedAtNanos < LONGEST_DYING_NANOS;
  }

  private void kill(Target target) {
    target.killed = true;
    reactor.post(
        () -> {
          target.onOom.run();
          target.process.kill();
        });
    // No further allocation while the reactor gets round to it; SIGKILL reaches frozen processes
    // too.
    target.freezer.set(Freezer.Reason.OUT_OF_MEMORY, true);
  }

  private long checkCpu(Target target, double cores) {
    long now = System.nanoTime();
    long used = target.tree.cpuMicros();
    target.allowanceMicros +=
        Math.round((now - target.allowanceAtNanos) / 1000.0 * cores)
            - (used - target.cpuUsedMicros);
    target.allowanceMicros = Math.min(target.allowanceMicros, Math.round(BURST_MICROS * cores));
    target.allowanceAtNanos = now;
    boolean idle = used == target.cpuUsedMicros;
    target.cpuUsedMicros = used;
    boolean throttle = target.allowanceMicros < 0;
    if (throttle != target.throttled) {
      target.throttled = throttle;
      target.freezer.set(Freezer.Reason.THROTTLED, throttle);
    }
    if (throttle) {
      long catchUp = Math.round(-target.allowanceMicros / cores / 1000);
      return Math.max(1, Math.min(SLOWEST_MILLIS, catchUp));
    }
    return idle ? IDLE_MILLIS : BUSY_MILLIS;
  }

  @Override
  public void close() {
    stopped = true;
    LockSupport.unpark(thread);
  }
}
