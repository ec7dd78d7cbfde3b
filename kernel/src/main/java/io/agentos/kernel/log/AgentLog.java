// SPDX-License-Identifier: MIT
package io.agentos.kernel.log;

import io.agentos.kernel.base.Limits;
import io.agentos.kernel.reactor.Reactor;
import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.reactor.Workers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One agent's output: to its bounded files and to those who follow it.
 *
 * <p>Bytes are taken one chunk at a time: the next is asked for when the last is on disk, so a
 * flood slows the agent that makes it and costs the kernel one chunk.
 */
@ReactorConfined
public final class AgentLog {
  /** Hears each new batch of lines, on the reactor thread. */
  public interface Follower {
    void lines(List<LogEntry> entries);

    /** Whether the agent's next output has to wait for this follower; see {@link #drained()}. */
    boolean holds();

    /** The agent has ended; nothing more will come. */
    void closed();
  }

  private static final Logger log = LoggerFactory.getLogger(AgentLog.class);

  private final Reactor reactor;
  private final Workers workers;
  private final LogFile file;
  private final LineSplitter[] splitters = {
    new LineSplitter(Limits.LOG_LINE_BYTES), new LineSplitter(Limits.LOG_LINE_BYTES)
  };
  private final List<LogEntry> pending = new ArrayList<>();
  private final List<Runnable> callbacks = new ArrayList<>();
  private final List<Runnable> held = new ArrayList<>();
  private List<LogEntry> inFlight = List.of();
  private long sequence;
  private boolean writing;
  private final Set<Follower> followers = new LinkedHashSet<>();

  public AgentLog(Reactor reactor, Workers workers, Path path) throws IOException {
    this.reactor = reactor;
    this.workers = workers;
    this.file = new LogFile(path);
  }

  /**
   * Takes a chunk of output.
   *
   * @param stream 0 stdout, 1 stderr
   * @param whenStored called on the reactor thread when the next chunk may come
   */
  public void output(int stream, byte[] bytes, Runnable whenStored) {
    store(entries(stream == 0 ? "stdout" : "stderr", splitters[stream].feed(bytes)), whenStored);
  }

  /** Adds a line of the kernel's own, and what the streams left unfinished before it. */
  public void note(String sentence) {
    List<LogEntry> entries = new ArrayList<>(entries("stdout", splitters[0].finish()));
    entries.addAll(entries("stderr", splitters[1].finish()));
    entries.addAll(entries("kernel", List.of(sentence)));
    store(entries, () -> {});
  }

  private List<LogEntry> entries(String stream, List<String> lines) {
    long now = System.currentTimeMillis();
    List<LogEntry> entries = new ArrayList<>(lines.size());
    for (String line : lines) {
      entries.add(new LogEntry(++sequence, now, stream, line));
    }
    return entries;
  }

  private void store(List<LogEntry> entries, Runnable whenStored) {
    List.copyOf(followers).forEach(follower -> follower.lines(entries));
    pending.addAll(entries);
    callbacks.add(whenStored);
    if (!writing) {
      write();
    }
  }

  /** One batch at a time, so that the file keeps the order of the lines. */
  private void write() {
    List<LogEntry> batch = List.copyOf(pending);
    List<Runnable> done = List.copyOf(callbacks);
    inFlight = batch;
    pending.clear();
    callbacks.clear();
    writing = true;
    boolean accepted =
        workers.tryRun(
            () -> {
              append(batch);
              reactor.post(() -> written(done));
            });
    if (!accepted) {
      log.warn(
          "the work queue is full: {} log lines were shown to followers but not stored",
          batch.size());
      reactor.post(() -> written(done));
    }
  }

  private void written(List<Runnable> done) {
    writing = false;
    inFlight = List.of();
    held.addAll(done);
    drained();
    if (!writing && !callbacks.isEmpty()) {
      write();
    }
  }

  /** A follower holds no longer: the agent's output goes on, unless another one holds it. */
  public void drained() {
    if (followers.stream().anyMatch(Follower::holds)) {
      return;
    }
    List<Runnable> released = List.copyOf(held);
    held.clear();
    released.forEach(Runnable::run);
  }

  private void append(List<LogEntry> entries) {
    try {
      file.append(entries);
    } catch (IOException e) {
      log.error("an agent's log can't be written", e);
    }
  }

  /** Lines that {@link #tail} may not show yet, as they are on their way to disk. */
  public List<LogEntry> unstored() {
    List<LogEntry> entries = new ArrayList<>(inFlight);
    entries.addAll(pending);
    return entries;
  }

  /** The last lines on disk; for worker threads. */
  public List<LogEntry> tail(int lines, long sinceMillis) {
    try {
      return file.tail(lines, sinceMillis);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void follow(Follower follower) {
    followers.add(follower);
  }

  public void unfollow(Follower follower) {
    followers.remove(follower);
    drained();
  }

  /** The agent has ended for good. */
  public void close() {
    List.copyOf(followers).forEach(Follower::closed);
    followers.clear();
  }

  /** Removes the files; for worker threads. */
  public void delete() {
    try {
      file.delete();
    } catch (IOException e) {
      log.warn("an old log can't be removed: {}", e.toString());
    }
  }
}
