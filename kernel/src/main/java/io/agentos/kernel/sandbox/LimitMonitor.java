// SPDX-License-Identifier: MIT
package io.agentos.kernel.sandbox;

import io.agentos.kernel.reactor.Reactor;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Enforces memory and CPU limits where the host has no controllers: one thread that samples each
 * agent's processes, kills a tree that outgrew its memory, and freezes one that ran ahead of its
 * CPU share until time has caught up. Where a controller holds the memory it ends agents that
 * thrash at their limit.
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

  /** Between looks for memory that is no process's. */
  private static final long FILES_NANOS = 200_000_000;

  private final Reactor reactor;
  private final Map<SandboxProcess, Target> targets = new ConcurrentHashMap<>();
  private final Thread thread = new Thread(this::run, "limit-monitor");
  private final MemoryFiles.Gauge memoryFiles = new MemoryFiles.Gauge();
  private long nextFilesNanos = System.nanoTime();
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
    final @Nullable Thrashing thrashing;
    final Map<SandboxProcess, Command> commands = new ConcurrentHashMap<>();
    volatile long peakBytes;
    long fileBytes = -1;
    long nextSampleNanos = System.nanoTime();
    long nextThrashingNanos = nextSampleNanos;
    volatile long cpuUsedMicros;
    long allowanceMicros;
    long allowanceAtNanos = System.nanoTime();
    boolean throttled;
    boolean killed;

    Target(
        ResourceLimits limits,
        ProcessTree tree,
        SandboxProcess process,
        Freezer freezer,
        @Nullable Thrashing thrashing,
        Runnable onOom) {
      this.limits = limits;
      this.thrashing = thrashing;
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

  /**
   * @param limits those that no controller holds
   * @param thrashing when a controller holds the memory
   */
  void add(
      ResourceLimits limits,
      ProcessTree tree,
      SandboxProcess process,
      Freezer freezer,
      @Nullable Thrashing thrashing,
      Runnable onOom) {
    targets.put(process, new Target(limits, tree, process, freezer, thrashing, onOom));
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

  /** Stops watching; what was seen in use, 0 of what was not measured. */
  Enforcement.Used remove(SandboxProcess process) {
    Target target = targets.remove(process);
    return target == null
        ? new Enforcement.Used(0, 0)
        : new Enforcement.Used(target.peakBytes, target.cpuUsedMicros / 1000);
  }

  private void run() {
    while (!stopped) {
      long now = System.nanoTime();
      long next = now + Thrashing.SAMPLE_MILLIS * 1_000_000L;
      measureFiles(now);
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

  /** Memory that is no process's takes a search, which is only made when there is some. */
  private void measureFiles(long now) {
    if (nextFilesNanos - now > 0) {
      return;
    }
    nextFilesNanos = now + FILES_NANOS;
    boolean moved = memoryFiles.moved();
    for (Target target : targets.values()) {
      if (target.limits.memoryBytes() != null && (moved || target.fileBytes < 0)) {
        target.fileBytes = MemoryFiles.bytes(target.tree);
      }
    }
  }

  /** Milliseconds until the next look. */
  private long sample(Target target) {
    if (target.killed) {
      return Thrashing.SAMPLE_MILLIS;
    }
    long wait = Thrashing.SAMPLE_MILLIS;
    if (target.thrashing != null) {
      checkThrashing(target, target.thrashing);
    }
    if (target.limits.memoryBytes() != null) {
      wait = Math.min(wait, checkMemory(target, target.limits.memoryBytes()));
    }
    if (target.limits.cpuCores() != null && !target.killed) {
      wait = Math.min(wait, checkCpu(target, target.limits.cpuCores()));
    }
    return wait;
  }

  private void checkThrashing(Target target, Thrashing thrashing) {
    long now = System.nanoTime();
    if (target.nextThrashingNanos - now > 0) {
      return;
    }
    target.nextThrashingNanos = now + Thrashing.SAMPLE_MILLIS * 1_000_000L;
    if (thrashing.sample() && !endCommand(target)) {
      kill(target);
    }
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
    if (used + Math.max(0, target.fileBytes) <= limit) {
      return used + Math.max(0, target.fileBytes);
    }
    target.fileBytes = MemoryFiles.bytes(target.tree);
    if (processes.size() <= 1 && target.fileBytes == 0) {
      return used;
    }
    long proportional = 0;
    long mapped = 0;
    for (String process : processes) {
      proportional += ProcessUsage.proportionalBytes(process);
      mapped += ProcessUsage.proportionalSharedBytes(process);
    }
    return proportional + Math.max(0, target.fileBytes - mapped);
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
    // Less than before when they are all gone but not yet reported.
    long used = Math.max(target.cpuUsedMicros, target.tree.cpuMicros());
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
