// SPDX-License-Identifier: MIT
package io.agentos.kernel.sandbox;

import io.agentos.kernel.base.Limits;
import io.agentos.kernel.posix.Descriptors;
import io.agentos.kernel.posix.ErrnoException;
import io.agentos.kernel.posix.Sys;
import io.agentos.kernel.reactor.Reactor;
import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.reactor.Watch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * One running {@code agentos-sandbox}: its status records, its output, its end. Whatever ends it
 * (the payload's exit, a kill, the helper's death), {@link Observer#ended} is called once, last,
 * when nothing of it is left.
 */
@ReactorConfined
public final class SandboxProcess {
  /** Output streams of the payload. */
  public enum Stream {
    STDOUT,
    STDERR
  }

  /** The helper refused or could not set up; nothing ran. */
  public record Failure(String stage, int errno, String text) {}

  /** How the payload ended; {@code signal} is 0 unless one ended it. */
  public record Exit(int code, int signal, long cpuMillis, long maxRssBytes) {}

  /** Hears of one process; all calls on the reactor thread, in this order. */
  public interface Observer {
    void launched(SandboxProcess process);

    /**
     * The payload runs: its pid and that of the sandbox's pid 1 as the host sees them, and the
     * state of each layer.
     */
    void started(int pid, int initPid, Map<String, String> layers);

    /** Nothing runs; {@link #ended} follows if {@link #launched} was called. */
    void failed(Failure failure);

    /** Bytes of output; the stream is not read again before {@link SandboxProcess#resumeOutput}. */
    void output(Stream stream, byte[] bytes);

    void ended(Exit exit);
  }

  private static final int SIGKILL = 9;
  static final int SIGSTOP = 19;
  static final int SIGCONT = 18;

  /**
   * More than a pipe holds, so all that was written is read; bounded, as a joined command may leave
   * a writer behind.
   */
  private static final int DRAIN_READS = 2;

  private static final int STATUS_BYTES = 8192;
  private static final ByteBuffer BUFFER = Sys.allocate(Limits.READ_BYTES);
  private static final long BUFFER_ADDRESS = Sys.address(BUFFER);

  private final Observer observer;
  private final Watch exit;
  private final Watch status;
  private final Watch[] output;
  private final int controlFd;
  private int listenerSocket;
  private final ByteBuffer commandByte = Sys.allocate(1);
  private final long commandAddress = Sys.address(commandByte);
  private boolean ended;
  private final Map<String, String> layers = new TreeMap<>();
  private final StringBuilder statusText = new StringBuilder();
  private Exit recorded = new Exit(/* code= */ 0, SIGKILL, 0, 0);
  private int initPid;

  SandboxProcess(Reactor reactor, Launcher.Started started, byte[] input, Observer observer)
      throws IOException {
    this.observer = observer;
    exit = reactor.watchReadable(started.pidfd(), w -> finish());
    status = reactor.watchReadable(started.status(), w -> readStatus());
    output =
        new Watch[] {
          reactor.watchReadable(started.stdout(), w -> readOutput(Stream.STDOUT)),
          reactor.watchReadable(started.stderr(), w -> readOutput(Stream.STDERR))
        };
    controlFd = started.control();
    listenerSocket = started.listener();
    new InputFeed(reactor, started.stdin(), input);
  }

  /** Host pid of the sandbox's pid 1; 0 before {@link Observer#started}. */
  public int initPid() {
    return initPid;
  }

  /**
   * The listeners that the plan asked for by {@link SandboxPlan#listening}, in that order; they
   * have arrived when the payload runs. From then on they are the caller's to close.
   */
  public int[] takeListeners(int count) throws ErrnoException {
    int[] listeners = new int[count];
    int taken = 0;
    try {
      while (taken < count) {
        listeners[taken] = Descriptors.receive(listenerSocket);
        taken++;
      }
      return listeners;
    } finally {
      closeListenerSocket();
      for (int i = 0; taken < count && i < taken; i++) {
        Sys.close(listeners[i]);
      }
    }
  }

  private void closeListenerSocket() {
    if (listenerSocket != Launcher.NO_DESCRIPTOR) {
      Sys.close(listenerSocket);
      listenerSocket = Launcher.NO_DESCRIPTOR;
    }
  }

  /** Sends a signal to the payload. */
  public void signal(int number) {
    command(number);
  }

  /** Ends every process of the sandbox at once. */
  public void kill() {
    command(SIGKILL);
  }

  /** Lets the stream be read again after {@link Observer#output}. */
  public void resumeOutput(Stream stream) {
    Watch watch = output[stream.ordinal()];
    if (watch.isOpen()) {
      watch.interest(SelectionKey.OP_READ);
    }
  }

  /** Sends one control byte; from any thread, as the limit monitor does. */
  void command(int number) {
    synchronized (commandByte) {
      if (!ended) {
        commandByte.put(0, (byte) number);
        // The pipe holds 64 KiB of commands; a helper that is gone answers EPIPE, and its exit is
        // on its way.
        Sys.write(controlFd, commandAddress, 1);
      }
    }
  }

  /** Whether there was anything to read. */
  private boolean readStatus() {
    int n = Sys.read(status.fd(), BUFFER_ADDRESS, STATUS_BYTES);
    if (n == -Sys.EAGAIN || n == -Sys.EINTR) {
      return false;
    }
    if (n <= 0) {
      status.close();
      return false;
    }
    byte[] bytes = new byte[n];
    BUFFER.get(0, bytes);
    statusText.append(new String(bytes, StandardCharsets.UTF_8));
    int end = statusText.indexOf("\n");
    while (end >= 0) {
      String line = statusText.substring(0, end);
      statusText.delete(0, end + 1);
      record(line);
      end = statusText.indexOf("\n");
    }
    return true;
  }

  private void record(String line) {
    String[] words = line.split(" ", 4);
    switch (words[0]) {
      case "layer" -> layers.put(words[1], words.length > 3 ? words[2] + " " + words[3] : words[2]);
      case "started" -> {
        initPid = (int) number(line, "init");
        observer.started((int) number(line, "pid"), initPid, layers);
      }
      case "failed" ->
          observer.failed(
              new Failure(
                  words[1].replace("stage=", ""),
                  (int) number(line, "errno"),
                  line.substring(line.indexOf(' ', line.indexOf("errno=")) + 1)));
      case "ended" ->
          recorded =
              new Exit(
                  (int) number(line, "code"),
                  (int) number(line, "signal"),
                  (number(line, "utime_us") + number(line, "stime_us")) / 1000,
                  number(line, "maxrss_kb") * 1024);
      default -> throw new IllegalStateException("unknown status record: " + line);
    }
  }

  private static long number(String line, String key) {
    return Arrays.stream(line.split(" "))
        .filter(word -> word.startsWith(key + "="))
        .mapToLong(word -> Long.parseLong(word.substring(key.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("status record without " + key + ": " + line));
  }

  private boolean readOutput(Stream stream) {
    Watch watch = output[stream.ordinal()];
    int n = Sys.read(watch.fd(), BUFFER_ADDRESS, Limits.READ_BYTES);
    if (n == -Sys.EAGAIN || n == -Sys.EINTR) {
      return false;
    }
    if (n <= 0) {
      watch.close();
      return false;
    }
    byte[] bytes = new byte[n];
    BUFFER.get(0, bytes);
    watch.interest(0);
    observer.output(stream, bytes);
    return true;
  }

  /**
   * The helper has ended, and with it everything in the sandbox: takes what the pipes still hold,
   * then reports.
   */
  private void finish() {
    while (status.isOpen() && readStatus()) {}
    for (Stream stream : Stream.values()) {
      Watch watch = output[stream.ordinal()];
      for (int i = 0; i < DRAIN_READS && watch.isOpen() && readOutput(stream); i++) {}
      watch.close();
    }
    try {
      Sys.reap(exit.fd());
    } catch (ErrnoException e) {
      throw new IllegalStateException("the helper can't be reaped", e);
    } finally {
      exit.close();
      status.close();
      closeListenerSocket();
      closeControl();
      observer.ended(recorded);
    }
  }

  private void closeControl() {
    synchronized (commandByte) {
      ended = true;
      Sys.close(controlFd);
    }
  }
}
