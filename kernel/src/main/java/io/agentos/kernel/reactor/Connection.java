// SPDX-License-Identifier: MIT
package io.agentos.kernel.reactor;

import io.agentos.kernel.base.Limits;
import io.agentos.kernel.posix.Sys;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.Frame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import jnr.unixsocket.UnixSocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * One client's socket: bytes in, whole frames to its {@link Client}, answers out, in order.
 *
 * <p>While a request is {@linkplain #hold() held} no further one is handed out and nothing more is
 * read; while the client leaves its answers unread neither. So what one client can make the kernel
 * keep is one frame, one read and {@link Limits#UNSENT_BYTES} of answers, and nobody else waits for
 * it.
 */
@ReactorConfined
public final class Connection {
  /** The one that a connection's frames are for. */
  public interface Client {
    /** Largest payload to accept. */
    int maxPayload();

    /**
     * One whole request: the bytes from position to limit, which are valid only during the call.
     */
    void frame(int opcode, ByteBuffer payload);

    /**
     * The stream is broken: a wrong magic, a size over {@link #maxPayload()}, too much held. Answer
     * it; the connection ends then.
     */
    void broken(int opcode, ErrorCode code, String sentence);

    /** The connection is gone; whatever was held is of no use to anyone any more. */
    void closed();
  }

  private final IoBuffers buffers;
  private final Watch watch;
  private final Input input;
  private final Output output;
  private @Nullable Client client;
  private final Deque<Runnable> drained = new ArrayDeque<>();
  private boolean held;
  private boolean parsing;
  private boolean ending;

  /** The socket took less than it was given: epoll says when it takes more. */
  private boolean full;

  /** Starts serving an accepted, non-blocking socket. */
  public Connection(Reactor reactor, IoBuffers buffers, Budget budget, UnixSocketChannel channel)
      throws IOException {
    this.input = new Input(buffers.pool, budget);
    this.output = new Output(buffers.pool, budget);
    this.buffers = buffers;
    this.watch = reactor.watch(channel, SelectionKey.OP_READ, w -> ready());
  }

  /** Names the receiver of frames; must be called before the reactor's next round. */
  public void serve(Client receiver) {
    this.client = receiver;
  }

  /** Hands out no further frame until {@link #release()}. */
  public void hold() {
    held = true;
  }

  /** The held request has been answered: goes on with the next. */
  public void release() {
    held = false;
    input.restartAge(); // the time in which it was not read from is not its client's
    if (!parsing && watch.isOpen()) {
      parseLeftover();
      settle();
    }
  }

  public boolean isOpen() {
    return watch.isOpen();
  }

  /**
   * Gathers one frame of an answer. It leaves, together with others, when the current event ends;
   * outside of {@link Client#frame} the caller must let it go with {@link #release()}, {@link
   * #push()} or {@link #end()}.
   */
  public void send(int agentId, int opcode, ByteBuffer payload) {
    if (!watch.isOpen()) {
      return;
    }
    int bytes = Frame.HEADER_BYTES + payload.remaining();
    buffers.claim(this);
    if (output.isEmpty() && bytes > buffers.out.remaining()) {
      flush();
      buffers.claim(this);
    }
    boolean staged = output.isEmpty() && bytes <= buffers.out.remaining();
    if (!staged && !output.reserve(bytes)) {
      endWithoutAnswer(opcode);
      return;
    }
    ByteBuffer target = staged ? buffers.out : output.tail(bytes);
    Frame.putHeader(target, agentId, opcode, payload.remaining());
    target.put(payload);
  }

  /** There is no room for an answer: says so, unless too much was left unread before. */
  private void endWithoutAnswer(int opcode) {
    if (output.isEmpty()) {
      receiver()
          .broken(
              opcode,
              ErrorCode.RESOURCE_EXHAUSTED,
              "no room for the answer: too many bytes of this caller are held already; finish its"
                  + " requests and read its answers first");
      flush();
    }
    close();
  }

  /** Lets gathered frames go while the request stays held: the parts of a stream. */
  public void push() {
    if (!parsing && watch.isOpen()) {
      settle();
    }
  }

  /**
   * Runs {@code task} as soon as the client's socket has taken all that was sent; never, if the
   * connection ends first.
   */
  public void whenDrained(Runnable task) {
    if (output.isEmpty()) {
      task.run();
    } else {
      drained.add(task);
    }
  }

  /** Sends what is queued, then closes. */
  public void end() {
    ending = true;
    push();
  }

  /** Closes at once; a second call does nothing. */
  public void close() {
    if (!watch.isOpen()) {
      return;
    }
    if (buffers.heldBy(this)) {
      buffers.release();
    }
    watch.close();
    input.clear();
    output.clear();
    if (client != null) {
      client.closed();
    }
  }

  /** Whether a frame was begun and not finished within {@code limit}. */
  public boolean stalled(Duration limit) {
    return wantsInput() && input.age() > limit.toNanos();
  }

  private void ready() {
    if (watch.writable()) {
      full = false;
      flush();
    }
    if (watch.isOpen() && wantsInput() && watch.readable()) {
      receive();
    } else if (watch.isOpen() && watch.hungUp()) {
      close();
    }
    if (watch.isOpen()) {
      settle();
    }
  }

  private void receive() {
    int n = Sys.recv(watch.fd(), buffers.inAddress, buffers.in.capacity());
    if (n == 0) {
      ending = true; // half-closed: what it asked has been answered, and may still have to be sent
    } else if (n > 0) {
      parse(n);
    } else if (n != -Sys.EAGAIN && n != -Sys.EINTR) {
      close();
    }
  }

  private void parse(int received) {
    if (input.isEmpty()) {
      buffers.in.clear().limit(received);
      consume(buffers.in);
      if (watch.isOpen()) {
        keepWithin(input.keep(buffers.in));
      }
    } else {
      buffers.in.clear().limit(received);
      keepWithin(input.append(buffers.in));
      parseLeftover();
    }
  }

  private void keepWithin(boolean budget) {
    if (!budget) {
      input.clear();
      refuse(
          ErrorCode.RESOURCE_EXHAUSTED,
          0,
          "too many unfinished requests of this caller are held already; finish some first");
    }
  }

  private void parseLeftover() {
    if (!input.isEmpty()) {
      consume(input.bytes());
      input.trim();
    }
  }

  /** Hands out frames from the buffer's position on, as long as they are whole and none is held. */
  private void consume(ByteBuffer bytes) {
    parsing = true;
    while (!held && !ending && output.size() <= Limits.UNSENT_BYTES && takeFrame(bytes)) {}
    parsing = false;
    if (ending && watch.isOpen()) {
      bytes.position(bytes.limit());
    }
  }

  private boolean takeFrame(ByteBuffer bytes) {
    int at = bytes.position();
    int available = bytes.remaining();
    Client receiver = receiver();
    if (available >= Integer.BYTES && !Frame.hasMagic(bytes, at)) {
      refuse(
          ErrorCode.INVALID_FRAME,
          0,
          "a frame starts with the bytes 54 4E 47 41; this stream does not");
      return false;
    }
    if (available < Frame.HEADER_BYTES) {
      return false;
    }
    long size = Frame.payloadSize(bytes, at);
    int opcode = Frame.opcode(bytes, at);
    if (size < 0 || size > receiver.maxPayload()) {
      String sentence =
          "payload of "
              + Long.toUnsignedString(size)
              + " bytes; at most "
              + receiver.maxPayload()
              + " are accepted";
      refuse(ErrorCode.TOO_LARGE, opcode, sentence);
      return false;
    }
    int frame = Frame.HEADER_BYTES + (int) size;
    if (available < frame) {
      input.expect(frame);
      return false;
    }
    int received = bytes.limit();
    bytes.limit(at + frame).position(at + Frame.HEADER_BYTES);
    receiver.frame(opcode, bytes);
    if (!watch.isOpen()) {
      return false; // and the buffer may be another connection's by now
    }
    bytes.limit(received).position(at + frame);
    return true;
  }

  private void refuse(ErrorCode code, int opcode, String sentence) {
    receiver().broken(opcode, code, sentence);
    ending = true;
  }

  private Client receiver() {
    if (client == null) {
      throw new IllegalStateException("frames arrived before serve()");
    }
    return client;
  }

  /** Sends what has gathered, closes if that was the last of it, and says what to wait for next. */
  private void settle() {
    do {
      flush();
      runDrained();
    } while (watch.isOpen() && parseBacklog());
    if (!watch.isOpen()) {
      return;
    }
    if (ending && !held && output.isEmpty()) {
      close();
      return;
    }
    int ops =
        (wantsInput() ? SelectionKey.OP_READ : 0) | (output.isEmpty() ? 0 : SelectionKey.OP_WRITE);
    if (ops == 0) {
      watch.interestInHangUp();
    } else {
      watch.interest(ops);
    }
  }

  /** Goes on with requests that waited for answers to be taken; whether there were any. */
  private boolean parseBacklog() {
    if (parsing || input.isEmpty() || !wantsInput()) {
      return false;
    }
    int before = input.bytes().remaining();
    parseLeftover();
    return input.bytes().remaining() < before;
  }

  private void runDrained() {
    for (int i = drained.size(); i > 0 && output.isEmpty() && watch.isOpen(); i--) {
      Runnable next = drained.poll();
      if (next == null) {
        return; // one before it brought the others to run
      }
      next.run();
    }
  }

  private boolean wantsInput() {
    return !held && !ending && output.size() <= Limits.UNSENT_BYTES;
  }

  /** Writes gathered bytes to the socket; what it does not take now waits in {@link Output}. */
  void flush() {
    if (!watch.isOpen()) {
      return;
    }
    if (buffers.heldBy(this)) {
      buffers.out.flip();
      if (output.isEmpty() && buffers.out.hasRemaining()) {
        write(buffers.out);
      }
      if (!watch.isOpen()) {
        return;
      }
      if (!output.keep(buffers.out)) {
        close(); // it leaves too much unread
        return;
      }
      buffers.release();
    }
    while (!full && !output.isEmpty()) {
      buffers.claim(this);
      output.fill(buffers.out);
      buffers.out.flip();
      write(buffers.out);
      if (!watch.isOpen()) {
        return;
      }
      output.consumed(buffers.out.position());
      buffers.release();
    }
  }

  private void write(ByteBuffer staged) {
    int n = Sys.send(watch.fd(), buffers.outAddress, staged.limit());
    if (n >= 0) {
      staged.position(n);
    } else if (n != -Sys.EAGAIN && n != -Sys.EINTR) {
      close();
    }
    full = staged.hasRemaining();
  }
}
