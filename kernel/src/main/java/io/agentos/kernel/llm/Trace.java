// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import io.agentos.kernel.reactor.ReactorConfined;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;

/** What was decided about the latest requests, and why; the oldest are forgotten. */
@ReactorConfined
public final class Trace {
  static final int REQUESTS = 1000;

  /** Of one request; a request that is tried often enough to need more has shown its point. */
  static final int DECISIONS = 24;

  /**
   * One decision.
   *
   * @param atMs after the request came
   * @param what a word: queued, held, started, retried, rerouted, answered, refused, cancelled
   */
  public record Decision(long atMs, String what, String why) {}

  /**
   * A request and what became of it.
   *
   * @param line the ids of the caller and of those that spawned it
   */
  public record Story(
      long number, int agentId, String agent, List<Integer> line, List<Decision> decisions) {}

  private final Deque<Story> stories = new ArrayDeque<>();

  /** Begins a request's story. */
  Story begin(long number, Share share) {
    List<Integer> line = new ArrayList<>();
    for (Share above = share; above.parent != null; above = above.parent) {
      line.add(above.id.value());
    }
    Story story = new Story(number, share.id.value(), share.name, line, new ArrayList<>());
    stories.addLast(story);
    if (stories.size() > REQUESTS) {
      stories.removeFirst();
    }
    return story;
  }

  /** The latest, newest last. */
  List<Story> latest(Predicate<Story> wanted, int most) {
    List<Story> found = stories.stream().filter(wanted).toList();
    return found.subList(Math.max(0, found.size() - most), found.size()).stream()
        .map(
            s ->
                new Story(s.number(), s.agentId(), s.agent(), s.line(), List.copyOf(s.decisions())))
        .toList();
  }
}
