// SPDX-License-Identifier: MIT
package io.agentos.cli.client;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One connection to a kernel: a call, its answer, the next call. For one thread at a time. */
public final class KernelClient implements AutoCloseable {
  /** How long a call that the kernel answers at once may take. */
  public static final Duration PROMPT = Duration.ofSeconds(30);

  /**
   * For calls that wait on purpose: the kernel bounds them, or they end with the agent; should the
   * kernel end, so does the connection.
   */
  public static final Duration PATIENT = Duration.ofDays(36_500);

  /** Hears the parts of a streamed answer. */
  public interface Parts {
    void part(Answer part) throws IOException;
  }

  private final Wire wire;
  private final Path socket;

  private KernelClient(Path socket, Wire wire) {
    this.socket = socket;
    this.wire = wire;
  }

  /**
   * Connects to the kernel at that path.
   *
   * @throws IOException as the system gives it when nobody listens there
   */
  public static KernelClient connect(Path socket) throws IOException {
    return new KernelClient(socket, Wire.connect(socket));
  }

  /** Where it is connected to. */
  public Path socket() {
    return socket;
  }

  Wire wire() {
    return wire;
  }

  /** Another connection to the same kernel, with an identity of its own. */
  public KernelClient another() throws IOException {
    return connect(socket);
  }

  /** Makes a call that is answered at once. */
  public Answer call(Op op, Map<String, ?> fields) throws IOException {
    return call(op, fields, PROMPT);
  }

  /**
   * Makes a call.
   *
   * @throws CallFailed when the kernel refuses it
   */
  public Answer call(Op op, Map<String, ?> fields, Duration patience) throws IOException {
    return stream(op, fields, patience, null);
  }

  /** Makes a call whose answer comes in parts; the last is returned. */
  public Answer stream(Op op, Map<String, ?> fields, Duration patience, @Nullable Parts parts)
      throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    wire.send(op.number(), Json.bytes(fields), deadline);
    while (true) {
      Answer answer = Answer.of(wire.receive(deadline));
      if (!answer.isPart()) {
        if (answer.isRefusal()) {
          throw new CallFailed(answer);
        }
        return answer;
      }
      if (parts != null) {
        parts.part(answer);
      }
    }
  }

  /** Every agent that the caller may see, ended ones included. */
  public List<Fields> agents() throws IOException {
    return Fields.list(call(Op.LIST, Map.of()).value());
  }

  /** Nanoseconds from sending an empty call to its echo. */
  public long roundTripNanos(byte[] payload) throws IOException {
    long begun = System.nanoTime();
    long deadline = begun + PROMPT.toNanos();
    wire.send(Op.NOOP.number(), payload, deadline);
    byte[] echo = wire.receive(deadline);
    if (!Arrays.equals(echo, payload)) {
      throw new IOException("the kernel at " + socket + " echoed other bytes than were sent");
    }
    return System.nanoTime() - begun;
  }

  @Override
  public void close() throws IOException {
    wire.close();
  }
}
