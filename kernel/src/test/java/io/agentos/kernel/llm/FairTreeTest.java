// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.permission.LlmQuota;
import io.agentos.kernel.wire.Json;
import io.agentos.kernel.wire.SyscallException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Who gets how much when all want more than there is. */
final class FairTreeTest {
  private static final Llm.Listener NOBODY =
      new Llm.Listener() {
        @Override
        public void admit() {}

        @Override
        public void part(String content) {}

        @Override
        public void result(JsonNode answer, long queuedMillis, long latencyMillis) {}

        @Override
        public void refused(SyscallException why) {}
      };

  /** A provider that serves so many at once, and callers who always have more to ask. */
  private static final class Saturated {
    final Share root = new Share(Payer.OPERATORS, "", null, Share.DEFAULT_WEIGHT);
    private final Lane lane =
        new Lane(new ModelId("p", "m"), List.of(), Optional.empty(), List.of());
    private final Trace trace = new Trace();
    private final Random random;
    private final int concurrency;
    private final Map<Share, Integer> longest = new HashMap<>();
    private final Map<Share, Long> received = new HashMap<>();
    private final List<Request> running = new ArrayList<>();
    private final Map<Request, Long> expected = new HashMap<>();
    private int ids;
    private long numbers;

    Saturated(long seed, int concurrency) {
      this.random = new Random(seed);
      this.concurrency = concurrency;
    }

    /** Asks for answers that cost up to {@code cost} each. */
    Share caller(Share parent, int weight, int cost) {
      Share share = new Share(new AgentId(++ids), "agent-" + ids, parent, weight);
      longest.put(share, cost);
      for (int i = 0; i < concurrency + 1; i++) {
        ask(share);
      }
      return share;
    }

    void ask(Share share) {
      Ask ask =
          new Ask(
              List.of(
                  new Payer(share.id, share.name, share.weight, true, () -> LlmQuota.UNLIMITED)),
              Json.object(),
              Optional.empty(),
              OptionalLong.empty(),
              0,
              Duration.ofMinutes(1),
              Ask.Size.NO_IMAGES);
      Request request =
          new Request(ask, share, new byte[2], trace.begin(++numbers, share), 0, NOBODY);
      share.enter();
      share.enqueue(request, lane);
    }

    /** One more goes, and one of those under way ends. */
    void step() {
      while (running.size() < concurrency) {
        Request next = FairTree.next(root, request -> true).orElseThrow();
        next.share.dequeue(next, lane);
        long guess = cost(next.share);
        next.share.expect(guess);
        expected.put(next, guess);
        running.add(next);
      }
      Request done = running.remove(random.nextInt(running.size()));
      long cost = cost(done.share);
      done.share.settle(expected.getOrDefault(done, 0L), cost);
      expected.remove(done);
      done.share.leave();
      received.merge(done.share, cost, Long::sum);
      ask(done.share);
    }

    private long cost(Share share) {
      return 1L + random.nextInt(longest.getOrDefault(share, 1));
    }

    long received(Share share) {
      return received.getOrDefault(share, 0L)
          + share.children.stream().mapToLong(this::received).sum();
    }
  }

  /**
   * With everything under way counted as it is expected to cost, two shares never drift further
   * apart than twice what can be under way at once: Theorem 4.4 of the paper, with calls in the
   * place of tokens.
   */
  @Property(tries = 100)
  void keepsTwoBackloggedShares_withinTheBound(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 8) int concurrency,
      @ForAll @IntRange(min = 2, max = 8) int callers) {
    Saturated provider = new Saturated(seed, concurrency);
    Random random = new Random(seed);
    List<Share> shares = new ArrayList<>();
    long largest = 0;
    for (int i = 0; i < callers; i++) {
      int cost = 1 + random.nextInt(1000);
      largest = Math.max(largest, cost);
      shares.add(provider.caller(provider.root, Share.DEFAULT_WEIGHT, cost));
    }
    long bound = 2L * concurrency * largest;
    long[] least = new long[callers];
    long[] most = new long[callers];
    for (int step = 0; step < 1000; step++) {
      provider.step();
      for (int i = 1; i < callers; i++) {
        long gap =
            (shares.get(i).clock.time - shares.get(0).clock.time)
                * Share.DEFAULT_WEIGHT
                / Share.TOKEN;
        least[i] = Math.min(least[i], gap);
        most[i] = Math.max(most[i], gap);
        assertThat(most[i] - least[i]).isLessThanOrEqualTo(bound);
      }
    }
  }

  @Test
  void givesAllTheSame_whenTheirCallsCostOneToAHundred() {
    Saturated provider = new Saturated(3, 8);
    List<Share> shares = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      shares.add(provider.caller(provider.root, Share.DEFAULT_WEIGHT, i % 2 == 0 ? 20 : 2000));
    }
    for (int step = 0; step < 100_000; step++) {
      provider.step();
    }
    double[] each = shares.stream().mapToDouble(provider::received).toArray();
    assertThat(jain(each)).isGreaterThan(0.99);
  }

  /** Jain, Chiu and Hawe, "A Quantitative Measure of Fairness", DEC TR-301, 1984. */
  private static double jain(double... values) {
    double sum = 0;
    double squares = 0;
    for (double value : values) {
      sum += value;
      squares += value * value;
    }
    return sum * sum / (values.length * squares);
  }

  @Test
  void dividesByWeight() {
    Saturated provider = new Saturated(5, 4);
    Share light = provider.caller(provider.root, 100, 100);
    Share heavy = provider.caller(provider.root, 300, 100);
    for (int step = 0; step < 20_000; step++) {
      provider.step();
    }
    assertThat((double) provider.received(heavy) / provider.received(light)).isBetween(2.95, 3.05);
    assertThat(heavy.entitlement()).isEqualTo(0.75);
  }

  /** Spawning buys nothing: a tree has one share, however many are in it. */
  @Test
  void givesATreeOneShare() {
    Saturated provider = new Saturated(6, 4);
    Share alone = provider.caller(provider.root, 100, 100);
    Share many = provider.caller(provider.root, 100, 100);
    List<Share> children = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      children.add(provider.caller(many, 100, 100));
    }
    for (int step = 0; step < 40_000; step++) {
      provider.step();
    }
    double tree = provider.received(many);
    assertThat(tree / provider.received(alone)).isBetween(0.97, 1.03);
    for (Share child : children) {
      assertThat(provider.received(child) / tree).as("ten of them").isBetween(0.09, 0.11);
    }
  }

  @Test
  void earnsNothing_whoeverIsIdle() {
    Saturated provider = new Saturated(8, 2);
    Share busy = provider.caller(provider.root, 100, 100);
    for (int step = 0; step < 1000; step++) {
      provider.step();
    }
    long before = provider.received(busy);
    Share late = provider.caller(provider.root, 100, 100);
    for (int step = 0; step < 1000; step++) {
      provider.step();
    }
    double since = provider.received(busy) - before;
    assertThat(provider.received(late) / since).isBetween(0.9, 1.1);
  }

  @Test
  void lets10ThousandWaitingCallsOfOne_holdUpNobody() {
    Saturated provider = new Saturated(9, 1);
    Share greedy = provider.caller(provider.root, 100, 100);
    for (int i = 0; i < 10_000; i++) {
      provider.ask(greedy);
    }
    Share modest = new Share(new AgentId(99), "modest", provider.root, 100);
    provider.longest.put(modest, 100);
    provider.step();
    provider.ask(modest);
    int steps = 0;
    while (provider.received(modest) == 0) {
      provider.step();
      steps++;
    }
    assertThat(steps).isLessThanOrEqualTo(3);
  }

  /** A closed way holds up only what wants to go there. */
  @Test
  void passesOver_whatMayNotGo() {
    Saturated provider = new Saturated(10, 1);
    Share first = provider.caller(provider.root, 100, 10);
    Share second = provider.caller(provider.root, 100, 10);
    Optional<Request> found = FairTree.next(provider.root, request -> request.share == second);
    assertThat(found.map(request -> request.share)).contains(second);
    assertThat(FairTree.next(provider.root, request -> false)).isEmpty();
    assertThat(first.waiting).isEqualTo(2);
  }
}
