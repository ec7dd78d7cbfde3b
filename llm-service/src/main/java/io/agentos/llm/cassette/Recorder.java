// SPDX-License-Identifier: MIT
package io.agentos.llm.cassette;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.base.Json;
import io.agentos.llm.base.Limits;
import io.agentos.llm.provider.Backend;
import io.agentos.llm.provider.Call;
import io.agentos.llm.settings.Redactor;
import io.agentos.llm.settings.SettingsException;
import io.agentos.llm.wire.ErrorCode;
import io.agentos.llm.wire.FailureException;
import io.agentos.llm.wire.Replies;
import io.agentos.llm.wire.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has requests answered and writes down what came of them, before anybody is told. */
public final class Recorder implements Backend, AutoCloseable {
  /** What says something about the request and nothing about who asked. */
  private static final Set<ErrorCode> OUR_OWN = Set.of(ErrorCode.CANCELLED, ErrorCode.TIMEOUT);

  private final Backend backend;
  private final Path file;
  private final FileChannel channel;
  private final Redactor redactor;

  /** Used by the thread that accepts requests. */
  private final Map<String, Integer> asked;

  private int exchanges;
  private long end;

  private Recorder(Backend backend, Path file, FileChannel channel, Tape tape, Redactor redactor) {
    this.backend = backend;
    this.file = file;
    this.channel = channel;
    this.redactor = redactor;
    this.asked = tape.asked();
    this.exchanges = tape.exchanges();
    this.end = tape.end();
  }

  /** Records on after what is on the cassette already. */
  public static Recorder open(Backend backend, Path file, Redactor redactor)
      throws SettingsException {
    FileChannel channel = CassetteFiles.forRecording(file);
    Tape tape = Tape.read(file, channel);
    Recorder recorder = new Recorder(backend, file, channel, tape, redactor);
    try {
      if (tape.torn()) {
        log().warn("{}: the last line is incomplete and is dropped", file);
        channel.truncate(tape.end());
      }
      if (tape.lineOpen()) {
        recorder.write("\n");
      }
    } catch (IOException e) {
      throw new SettingsException(
          file + ": the cassette cannot be written (" + e.getClass().getSimpleName() + ")");
    }
    return recorder;
  }

  @Override
  public Replies.Choice choice() {
    return backend.choice();
  }

  @Override
  public Job accept(Request.Generate request) {
    Canonical canonical = Canonical.of(request);
    int ordinal = asked.merge(canonical.hash(), 1, Integer::sum);
    Job job = backend.accept(request);
    return call -> run(job, canonical, ordinal, call);
  }

  private Answered run(Job job, Canonical canonical, int ordinal, Call call)
      throws FailureException {
    NotedCall noted = new NotedCall(call);
    try {
      Answered answered = job.run(noted);
      record(canonical, ordinal, noted, new Exchange.Answered(answered));
      return answered;
    } catch (FailureException e) {
      if (!OUR_OWN.contains(e.failure().code())) {
        record(canonical, ordinal, noted, new Exchange.Failed(e.failure(), noted.sent()));
      }
      throw e;
    }
  }

  /** What nobody waited for is left out: it would be answered where it was not before. */
  private void record(Canonical canonical, int ordinal, NotedCall call, Exchange.Outcome outcome) {
    if (call.ended()) {
      return;
    }
    Exchange exchange =
        new Exchange(canonical.hash(), ordinal, canonical.request(), call.deltas(), outcome);
    try {
      // Keys consist of what JSON carries unchanged, so taking them out leaves the line JSON.
      append(redactor.redact(text(exchange.toJson())) + "\n");
    } catch (IOException e) {
      // The answer may have been paid for, so who asked gets it all the same.
      log().error("{}: an exchange is not recorded: {}", file, e.toString());
    }
  }

  private static String text(ObjectNode node) {
    try {
      return Json.mapper().writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values can always be written", e);
    }
  }

  private synchronized void append(String line) throws IOException {
    if (exchanges >= Limits.CASSETTE_EXCHANGES_MAX) {
      throw new IOException("the cassette has " + exchanges + " exchanges and is full");
    }
    try {
      write(line);
      exchanges++;
    } catch (IOException e) {
      // Half a line in the middle would make the cassette useless.
      channel.truncate(end);
      throw e;
    }
  }

  private synchronized void write(String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
    if (bytes.remaining() > Limits.CASSETTE_LINE_BYTES_MAX) {
      throw new IOException("it is longer than " + Limits.CASSETTE_LINE_BYTES_MAX + " bytes");
    }
    long position = end;
    while (bytes.hasRemaining()) {
      position += channel.write(bytes, position);
    }
    channel.force(/* metaData= */ false);
    end = position;
  }

  /** Lets another process record. */
  @Override
  public synchronized void close() throws IOException {
    channel.close();
  }

  private static Logger log() {
    return LoggerFactory.getLogger(Recorder.class);
  }
}
