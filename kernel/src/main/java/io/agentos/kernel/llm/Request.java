// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import com.fasterxml.jackson.databind.node.TextNode;
import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.reactor.Timers;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One THINK from submission to answer. */
@ReactorConfined
public final class Request {
  /** So much longer than another has a request waited that it goes before one priority higher. */
  private static final long MILLIS_PER_PRIORITY = 10_000;

  /** Of ordinary text; none has more tokens than bytes, as all tokenizers work on bytes. */
  private static final int BYTES_PER_TOKEN = 4;

  /** Thought to be enough for the largest images that providers take without scaling them down. */
  private static final int TOKENS_PER_IMAGE = 2_600;

  /** What an output token counts in the fair queue against an input token, as in the paper. */
  private static final int OUTPUT_WEIGHT = 2;

  /** Where it stands among its caller's: by the time it came, put back by its priority. */
  record Order(long due, long number) implements Comparable<Order> {
    @Override
    public int compareTo(Order other) {
      return due != other.due ? Long.compare(due, other.due) : Long.compare(number, other.number);
    }
  }

  final Share share;
  final List<Payer> payers;
  final Llm.Listener listener;
  final Trace.Story story;

  /** The request as JSON: as a tree it would take many times the memory. */
  final byte[] body;

  final Optional<String> model;
  final OptionalLong maxTokens;
  final long submittedAt;
  final long deadline;

  /** What its text is thought to cost, and what it can cost at most. */
  final long inputTokens;

  final long inputTokensMost;
  private final Order order;

  /** Those that were given up, in favour of {@link #lane}. */
  final Set<ModelId> givenUp = new HashSet<>();

  @Nullable Lane lane;
  int heldBytes;

  /** Of the attempt under way. */
  int id;

  long startedAt;
  long firstStartedAt;
  long expectedTokens;
  Spending.Reservation reservation = Spending.Reservation.NOTHING;
  Timers.@Nullable Timer hungTimer;

  int attempts;
  boolean askedAgainAfterDeath;
  boolean mayHaveBeenPaidTwice;

  /** Characters of the answer that are out: asking again would repeat them. */
  long streamed;

  boolean over;

  /** Whether those who listen know that it has to wait. */
  boolean heldIsTold;

  Request(Ask ask, Share share, byte[] body, Trace.Story story, long now, Llm.Listener listener) {
    this.share = share;
    this.payers = ask.payers();
    this.listener = listener;
    this.story = story;
    this.body = body;
    this.heldBytes = body.length;
    this.model = ask.model();
    this.maxTokens = ask.maxTokens();
    this.submittedAt = now;
    this.deadline = now + ask.timeout().toMillis();
    this.order = new Order(now - ask.priority() * MILLIS_PER_PRIORITY, story.number());
    long images = (long) ask.size().images() * TOKENS_PER_IMAGE;
    long text = body.length - ask.size().imageBytes();
    this.inputTokens = text / BYTES_PER_TOKEN + images;
    this.inputTokensMost = text + images;
  }

  /** Where it goes; once the service has said what there is. */
  Lane lane() {
    return Objects.requireNonNull(lane);
  }

  Order order() {
    return order;
  }

  /** What the attempt under way is expected to count in the fair queue. */
  long expectedCost() {
    return inputTokens + OUTPUT_WEIGHT * (expectedTokens - inputTokens);
  }

  static long cost(Usage usage) {
    return usage.input() + OUTPUT_WEIGHT * (usage.output() + usage.thinking());
  }

  /** What it has probably cost when nobody counted: it was sent, and so much came back. */
  Usage estimatedUsage() {
    return new Usage(inputTokens, streamed / BYTES_PER_TOKEN, 0, 0);
  }

  /** The line for the service, with what the kernel decides. */
  byte[] line(ModelId target, long timeoutMillis, OptionalLong mostTokens) {
    StringBuilder head = new StringBuilder("{\"id\":" + id + ",\"op\":\"generate\"");
    head.append(",\"provider\":").append(quoted(target.provider()));
    head.append(",\"model\":").append(quoted(target.model()));
    head.append(",\"timeout_ms\":").append(timeoutMillis);
    mostTokens.ifPresent(most -> head.append(",\"max_tokens\":").append(most));
    head.append(body.length > 2 ? "," : "");
    byte[] first = head.toString().getBytes(StandardCharsets.UTF_8);
    byte[] line = new byte[first.length + body.length];
    System.arraycopy(first, 0, line, 0, first.length);
    System.arraycopy(body, 1, line, first.length, body.length - 1);
    line[line.length - 1] = '\n';
    return line;
  }

  private static String quoted(String text) {
    return TextNode.valueOf(text).toString();
  }

  void note(long now, String what, String why) {
    if (story.decisions().size() < Trace.DECISIONS) {
      story.decisions().add(new Trace.Decision(now - submittedAt, what, why));
    }
  }
}
