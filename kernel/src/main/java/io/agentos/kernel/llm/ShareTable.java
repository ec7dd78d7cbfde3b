// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.reactor.ReactorConfined;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The shares of all callers, as the tree that they were spawned in. */
@ReactorConfined
final class ShareTable {
  final Share root = new Share(Payer.OPERATORS, "", null, Share.DEFAULT_WEIGHT);
  private final Map<AgentId, Share> byCaller = new HashMap<>();

  /**
   * The share of a caller, which is made if need be.
   *
   * @param payers the caller and those above it
   */
  Share of(List<Payer> payers) {
    Share share = root;
    for (int i = payers.size() - 1; i >= 0; i--) {
      Payer payer = payers.get(i);
      Share above = share;
      share =
          byCaller.computeIfAbsent(
              payer.id(), id -> new Share(id, payer.name(), above, payer.weight()));
      share.abandoned |= !payer.alive();
    }
    return share;
  }

  Optional<Share> find(AgentId caller) {
    return Optional.ofNullable(byCaller.get(caller));
  }

  /** The caller is gone for good. */
  void forget(AgentId caller) {
    Share share = byCaller.get(caller);
    if (share != null) {
      share.abandoned = true;
      prune(share);
    }
  }

  /** Takes a share away, and those above it, once nobody needs them. */
  void prune(Share share) {
    Share gone = share;
    while (gone.parent != null && gone.abandoned && gone.active == 0 && gone.children.isEmpty()) {
      gone.parent.children.remove(gone);
      byCaller.remove(gone.id);
      gone = gone.parent;
    }
  }
}
