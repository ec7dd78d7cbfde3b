// SPDX-License-Identifier: MIT
package io.agentos.kernel.ipc;

import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.reactor.Reactor;
import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.SyscallException;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who can be written to: a mailbox for each agent and each operator connection, found by id or by
 * name.
 */
@ReactorConfined
public final class Postboxes {
  /** One receiver. */
  public static final class Box {
    private final AgentId id;
    private final Mailbox mailbox;
    private String name;

    private Box(AgentId id, String name, Mailbox mailbox) {
      this.mailbox = mailbox;
      this.id = id;
      this.name = name;
    }

    public AgentId id() {
      return id;
    }

    /** What others see; empty for an operator that registered none. */
    public String name() {
      return name;
    }

    public Mailbox mailbox() {
      return mailbox;
    }
  }

  private final Mailbox.Total total = new Mailbox.Total();
  private final Reactor reactor;
  private final Map<AgentId, Box> byId = new LinkedHashMap<>();
  private final Map<String, Box> byName = new HashMap<>();

  public Postboxes(Reactor reactor) {
    this.reactor = reactor;
  }

  /** Opens a box without a name. */
  public Box open(AgentId id) {
    reactor.check();
    Box box = new Box(id, "", new Mailbox(total));
    byId.put(id, box);
    return box;
  }

  /** Gives a box a name, in place of the one it had; names are unique among the living. */
  public void register(Box box, String name) throws SyscallException {
    Box holder = byName.get(name);
    if (holder != null && holder != box) {
      throw new SyscallException(
          ErrorCode.ALREADY_EXISTS, "the name \"" + name + "\" is taken by " + holder.id());
    }
    byName.remove(box.name);
    box.name = name;
    byName.put(name, box);
  }

  /** Closes the box; unread messages are gone with their receiver. */
  public void close(AgentId id) {
    Box box = byId.remove(id);
    if (box != null) {
      box.mailbox.clear();
      byName.remove(box.name, box);
    }
  }

  public Optional<Box> find(AgentId id) {
    return Optional.ofNullable(byId.get(id));
  }

  public Optional<Box> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  public Collection<Box> all() {
    return Collections.unmodifiableCollection(byId.values());
  }
}
