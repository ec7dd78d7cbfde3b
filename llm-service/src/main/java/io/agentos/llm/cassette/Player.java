// SPDX-License-Identifier: MIT
package io.agentos.llm.cassette;

import io.agentos.llm.base.FieldException;
import io.agentos.llm.provider.Backend;
import io.agentos.llm.provider.Call;
import io.agentos.llm.settings.SettingsException;
import io.agentos.llm.wire.ErrorCode;
import io.agentos.llm.wire.Failure;
import io.agentos.llm.wire.FailureException;
import io.agentos.llm.wire.Replies;
import io.agentos.llm.wire.Request;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/** Answers from a cassette and from nothing else: it needs no key and makes no connection. */
public final class Player implements Backend {
  private final Tape tape;
  private final Replies.Choice choice;

  /** Used by the thread that accepts requests. */
  private final Map<String, Integer> asked = new HashMap<>();

  private Player(Tape tape, Replies.Choice choice) {
    this.tape = tape;
    this.choice = choice;
  }

  /**
   * Plays a cassette.
   *
   * @param choice what could be asked if it were not for the cassette, which makes all of it usable
   */
  public static Player open(Path file, Replies.Choice choice) throws SettingsException {
    Tape tape = Tape.read(file, CassetteFiles.forReplay(file));
    if (tape.torn()) {
      LoggerFactory.getLogger(Player.class)
          .warn("{}: the last line is incomplete and is left out", file);
    }
    List<Replies.Listed> usable =
        choice.providers().stream()
            .map(one -> new Replies.Listed(one.name(), one.kind(), one.model(), true))
            .toList();
    return new Player(tape, new Replies.Choice(choice.provider(), choice.model(), usable));
  }

  @Override
  public Replies.Choice choice() {
    return choice;
  }

  @Override
  public Job accept(Request.Generate request) {
    Canonical canonical = Canonical.of(request);
    int ordinal = asked.merge(canonical.hash(), 1, Integer::sum);
    return call -> play(canonical, ordinal, call);
  }

  private Answered play(Canonical canonical, int ordinal, Call call) throws FailureException {
    try {
      Optional<Tape.Place> place = tape.find(canonical.hash(), ordinal);
      if (place.isEmpty()) {
        throw new FailureException(
            Failure.lasting(ErrorCode.NOT_FOUND, Miss.sentence(tape, canonical, ordinal)));
      }
      return play(tape.read(place.get()), call);
    } catch (IOException | FieldException e) {
      throw new FailureException(
          Failure.lasting(
              ErrorCode.UNAVAILABLE, "the cassette has changed since the service was started"));
    }
  }

  private static Answered play(Exchange exchange, Call call) throws FailureException {
    for (String delta : exchange.deltas()) {
      call.delta(delta);
    }
    if (exchange.outcome() instanceof Exchange.Failed failed) {
      if (failed.sent()) {
        call.sending();
      }
      throw new FailureException(failed.failure());
    }
    return ((Exchange.Answered) exchange.outcome()).answer();
  }
}
