// SPDX-License-Identifier: MIT
package io.agentos.kernel.sandbox;

import io.agentos.kernel.reactor.Reactor;
import java.util.List;
import java.util.Map;
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

  void add(
      ResourceLimits limits,
      ProcessTree tree,
      SandboxProcess process,
      Freezer freezer,
      Runnable onOom) {
    targets.put(process, new Target(limits, tree, process, freezer, onOom));
    LockSupport.unpark(thread);
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
    List<String> processes = target.tree.processes();
    long used = processes.stream().mapToLong(ProcessUsage::residentBytes).sum();
    if (used > limit && processes.size() > 1) {
      used = processes.stream().mapToLong(ProcessUsage::proportionalBytes).sum();
    }
    target.peakBytes = Math.max(target.peakBytes, used);
    if (used > limit) {
      kill(target);
      return SLOWEST_MILLIS;
    }
    return Math.max(
        FASTEST_MILLIS, Math.min(SLOWEST_MILLIS, (limit - used) / GROWTH_BYTES_PER_MILLI));
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
