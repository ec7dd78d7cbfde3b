// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.wire.SyscallException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The ways to all models that were asked for, and the limits on them. */
@ReactorConfined
final class Lanes {
  /**
   * Models that are known at once. Agents name them as they like, so those that nobody uses are
   * forgotten when there are too many.
   */
  private static final int MOST = 256;

  private final LlmConfig config;
  private final Map<ModelId, Lane> lanes = new LinkedHashMap<>();
  private final Map<String, Gauge> gauges = new HashMap<>();
  private Models models = new Models(new ModelId("", ""), Map.of());

  Lanes(LlmConfig config) {
    this.config = config;
    config.limits().forEach((name, limits) -> gauges.put(name, new Gauge(name, limits)));
  }

  void know(Models known) {
    models = known;
  }

  /** The way to what a caller means by that name. */
  Lane resolve(Optional<String> asked) throws SyscallException {
    return of(models.resolve(asked));
  }

  Lane of(ModelId model) {
    Lane known = lanes.get(model);
    if (known != null) {
      return known;
    }
    if (lanes.size() >= MOST) {
      lanes.values().removeIf(lane -> lane.users == 0);
    }
    Lane made = make(model);
    lanes.put(model, made);
    return made;
  }

  private Lane make(ModelId model) {
    List<Gauge> limited =
        Stream.of(model.provider(), model.toString())
            .map(gauges::get)
            .flatMap(Stream::ofNullable)
            .toList();
    return new Lane(model, limited, price(model), fallbacks(model));
  }

  private Optional<Price> price(ModelId model) {
    if (models.isFree(model)) {
      return Optional.of(new Price(0, 0, 0, ""));
    }
    return Optional.ofNullable(config.prices().get(model.toString()))
        .or(() -> Optional.ofNullable(config.prices().get(model.model())));
  }

  private List<ModelId> fallbacks(ModelId model) {
    List<ModelId> found = new ArrayList<>();
    for (String name : config.fallbacks().getOrDefault(model.toString(), List.of())) {
      int slash = name.indexOf('/');
      found.add(new ModelId(name.substring(0, slash), name.substring(slash + 1)));
    }
    return List.copyOf(found);
  }

  Collection<Lane> all() {
    return lanes.values();
  }

  Collection<Gauge> gauges() {
    return gauges.values();
  }
}
