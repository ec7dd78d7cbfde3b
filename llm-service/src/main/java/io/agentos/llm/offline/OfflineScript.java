// SPDX-License-Identifier: MIT
package io.agentos.llm.offline;

import java.util.List;
import java.util.Optional;

/** What the offline provider has been told to say; without rules it falls back on its own line. */
public final class OfflineScript {
  /** Says nothing of its own. */
  public static final OfflineScript EMPTY = new OfflineScript(List.of(), Optional.empty());

  private final List<Rule> rules;
  private final Optional<Action> otherwise;

  OfflineScript(List<Rule> rules, Optional<Action> otherwise) {
    this.rules = List.copyOf(rules);
    this.otherwise = otherwise;
  }

  /** The action of the first rule whose conditions hold, and which the caller takes. */
  Optional<Action> find(Rule.Subject subject) {
    for (Rule rule : rules) {
      Optional<Action> action = rule.apply(subject);
      if (action.isPresent()) {
        return action;
      }
    }
    return otherwise.filter(subject::takes);
  }
}
