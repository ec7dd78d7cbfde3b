// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import io.agentos.kernel.reactor.ReactorConfined;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Finds whose turn it is: a virtual token counter for each share, lifted when its owner comes back,
 * after Sheng et al., "Fairness in Serving Large Language Models", OSDI 2024, here with weights and
 * at every level of the tree, so that spawning children earns nobody a larger part.
 *
 * <p>The paper's bound holds for any two shares of one level that always have something waiting:
 * what they receive in any span of time, divided by their weights, differs by at most twice what
 * can be under way at once.
 */
@ReactorConfined
final class FairTree {
  /** A child's turn, or the share's own. */
  private record Turn(long time, Share share, boolean own) {
    Optional<Request> find(Predicate<Request> ready) {
      return own
          ? share.heads().stream().filter(ready).min(Comparator.comparing(Request::order))
          : next(share, ready);
    }
  }

  private FairTree() {}

  /**
   * The request that should go next, of the share or one below it.
   *
   * @param ready asked of the first request of each queue, whether it may go now
   */
  static Optional<Request> next(Share share, Predicate<Request> ready) {
    List<Turn> turns = turns(share);
    if (turns.isEmpty()) {
      return Optional.empty();
    }
    // As a rule the first of all may go, and nobody needs the order of the others.
    Optional<Request> found =
        turns.stream().min(Comparator.comparingLong(Turn::time)).orElseThrow().find(ready);
    if (found.isPresent()) {
      return found;
    }
    return turns.stream()
        .sorted(Comparator.comparingLong(Turn::time))
        .skip(1)
        .map(turn -> turn.find(ready))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static List<Turn> turns(Share share) {
    List<Turn> turns = new ArrayList<>();
    int ofChildren = 0;
    for (Share child : share.children) {
      ofChildren += child.waiting;
      if (child.waiting > 0) {
        turns.add(new Turn(child.clock.time, child, /* own= */ false));
      }
    }
    if (share.waiting > ofChildren) {
      turns.add(new Turn(share.own.time, share, /* own= */ true));
    }
    return turns;
  }
}
