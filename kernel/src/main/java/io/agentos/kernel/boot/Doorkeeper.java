// SPDX-License-Identifier: MIT
package io.agentos.kernel.boot;

import io.agentos.kernel.agent.Agent;
import io.agentos.kernel.agent.AgentRun;
import io.agentos.kernel.agent.Agents;
import io.agentos.kernel.agent.HostIdentity;
import io.agentos.kernel.agent.Ids;
import io.agentos.kernel.audit.AuditEntry;
import io.agentos.kernel.audit.AuditLog;
import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.base.KernelPaths;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.event.EventBus;
import io.agentos.kernel.ipc.Postboxes;
import io.agentos.kernel.llm.Llm;
import io.agentos.kernel.metric.ConnectionCounts;
import io.agentos.kernel.permission.PermissionLevel;
import io.agentos.kernel.permission.Permissions;
import io.agentos.kernel.posix.ErrnoException;
import io.agentos.kernel.posix.Sys;
import io.agentos.kernel.reactor.Budget;
import io.agentos.kernel.reactor.Connection;
import io.agentos.kernel.reactor.IoBuffers;
import io.agentos.kernel.reactor.Listener;
import io.agentos.kernel.reactor.Reactor;
import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.sandbox.View;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Dispatcher;
import io.agentos.kernel.syscall.Role;
import io.agentos.kernel.syscall.Session;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.SyscallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import jnr.posix.FileStat;
import jnr.unixsocket.Credentials;
import jnr.unixsocket.UnixSocketChannel;
import jnr.unixsocket.UnixSocketOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the sockets and gives everyone who comes in an identity: who came in by an agent's own
 * socket is that agent, who came in by the main one is an operator. Nothing that is said on a
 * connection changes that.
 */
@ReactorConfined
final class Doorkeeper implements Agents.Doors {
  private static final Logger log = LoggerFactory.getLogger(Doorkeeper.class);

  /** Anyone who can see it; only the agent does, as it lies in a folder of the kernel's own. */
  private static final int AGENT_SOCKET_MODE = 0666;

  /** Of a mode: what the group and everyone else may. */
  private static final int OTHERS = 077;

  private static final Duration STALL_SWEEP = Duration.ofSeconds(5);

  private final Reactor reactor;
  private final KernelPaths paths;
  private final Ids ids;
  private final Postboxes postboxes;
  private final EventBus events;
  private final Llm llm;
  private final View hostView;
  private final IoBuffers buffers = new IoBuffers();
  private final Set<Connection> connections = new HashSet<>();
  private final Map<AgentId, AgentDoor> agentDoors = new HashMap<>();
  private final Budget held;
  private final int maxPayload;
  private final Operators others;
  private final AuditLog audit;
  private final ConnectionCounts counts;
  private @Nullable Dispatcher dispatcher;
  private @Nullable Listener operators;

  Doorkeeper(
      Reactor reactor,
      KernelConfig config,
      Ids ids,
      Postboxes postboxes,
      EventBus events,
      Llm llm,
      AuditLog audit,
      ConnectionCounts counts)
      throws IOException {
    this.reactor = reactor;
    this.paths = config.paths();
    this.ids = ids;
    this.postboxes = postboxes;
    this.events = events;
    this.llm = llm;
    this.maxPayload = config.maxPayload();
    this.audit = audit;
    this.counts = counts;
    this.others = config.operators();
    this.held = Budget.of(Math.max(Limits.HELD_BYTES, 4L * maxPayload));
    this.hostView = View.ofHost(Sys.uid(), Sys.gid());
  }

  /** Opens the operators' socket; from here on the kernel serves. */
  void open(Dispatcher serving) throws IOException {
    dispatcher = serving;
    operators = new Listener(reactor, paths.socket(), others.socketMode(), this::operatorCame);
    letOthersIn();
    reactor.schedule(STALL_SWEEP, this::sweepStalled);
  }

  /**
   * Opens the way to the socket; the kernel still asks each who it is. A folder that is not the
   * kernel's alone, such as /tmp, stays as it is.
   */
  private void letOthersIn() throws ErrnoException {
    if (!others.admitsOthers()) {
      return;
    }
    int gid = others.group().map(Operators.Group::gid).orElse(Sys.gid());
    Sys.chown(paths.socket().toString(), Sys.uid(), gid);
    String folder = Objects.requireNonNull(paths.socket().getParent()).toString();
    FileStat stat = Sys.stat(folder);
    if (stat.uid() == Sys.uid() && (stat.mode() & OTHERS) == 0) {
      Sys.chown(folder, Sys.uid(), gid);
      Sys.chmod(folder, others.folderMode());
    }
  }

  /** An agent's socket and those who came in by it. */
  private final class AgentDoor {
    final Agent agent;
    final Listener listener;
    final Postboxes.Box box;
    final Budget budget = held.share(Limits.HELD_BYTES_PER_AGENT + 2L * maxPayload);
    final Set<Connection> inside = new HashSet<>();

    AgentDoor(Agent agent) throws IOException {
      this.agent = agent;
      Path folder = Files.createDirectories(paths.agentRuntime(agent.id()));
      Sys.chmod(folder.toString(), 0700);
      listener =
          new Listener(reactor, paths.agentSocket(agent.id()), AGENT_SOCKET_MODE, this::came);
      listener.hold();
      box = postboxes.open(agent.id());
    }

    void came(UnixSocketChannel channel) throws IOException {
      Credentials peer = channel.getOption(UnixSocketOptions.SO_PEERCRED);
      int expected = agent.spec().sandboxed() ? HostIdentity.uid(agent.id()) : Sys.uid();
      if (peer.getUid() != expected) {
        log.warn("user {} came to the socket of agent {}; refused", peer.getUid(), agent.id());
        refuse(channel);
        return;
      }
      if (inside.size() >= Limits.CONNECTIONS_PER_AGENT) {
        log.warn("agent {} has {} connections; no more are accepted", agent.id(), inside.size());
        refuse(channel);
        return;
      }
      Connection connection = serve(channel, budget);
      inside.add(connection);
      new Session(connection, dispatcher(), new AgentIdentity(this, connection));
    }

    Caller caller() throws SyscallException {
      View view = agent.run().flatMap(AgentRun::view).orElseThrow(Doorkeeper::notRunning);
      return Caller.of(agent, view, box.name());
    }

    void close() {
      listener.close();
      List.copyOf(inside).forEach(Connection::close);
      postboxes.close(agent.id());
      events.forget(agent.id());
      llm.forget(agent.id());
      deleteFolder(paths.agentRuntime(agent.id()));
    }
  }

  private final class AgentIdentity implements Session.Identity {
    private final AgentDoor door;
    private final Connection connection;

    AgentIdentity(AgentDoor door, Connection connection) {
      this.door = door;
      this.connection = connection;
    }

    @Override
    public AgentId id() {
      return door.agent.id();
    }

    @Override
    public Caller caller() throws SyscallException {
      return door.caller();
    }

    @Override
    public void left() {
      door.inside.remove(connection);
      forget(connection);
    }
  }

  private final class OperatorIdentity implements Session.Identity {
    private final AgentId id = ids.next();
    private final Postboxes.Box box = postboxes.open(id);
    private final Connection connection;
    private final Operators.Rights rights;
    private final String origin;

    OperatorIdentity(Connection connection, Operators.Rights rights, int uid) {
      this.connection = connection;
      this.rights = rights;
      this.origin = "uid " + uid;
    }

    @Override
    public AgentId id() {
      return id;
    }

    @Override
    public Caller caller() {
      return new Caller(
          id, rights.role(), origin, null, rights.level().permissions(), hostView, box.name());
    }

    @Override
    public void left() {
      postboxes.close(id);
      events.forget(id);
      llm.forget(id);
      forget(connection);
    }
  }

  private static SyscallException notRunning() {
    return new SyscallException(ErrorCode.UNAVAILABLE, "this agent is not running");
  }

  /** An agent that asks by another way than its socket. */
  Caller callerOf(Agent agent) throws SyscallException {
    AgentDoor door = agentDoors.get(agent.id());
    if (door == null) {
      throw notRunning();
    }
    return door.caller();
  }

  /** The caller of what the kernel does on its own account, as the operator who configured it. */
  Caller kernelItself() {
    return byNoSocket(Role.OPERATOR, "kernel", PermissionLevel.UNRESTRICTED.permissions());
  }

  /** The caller of what programs of the host ask over HTTP. */
  Caller hostDoor(Permissions permissions) {
    return byNoSocket(Role.DOOR, HostDoor.NAME, permissions);
  }

  private Caller byNoSocket(Role role, String name, Permissions permissions) {
    return new Caller(ids.next(), role, name, null, permissions, hostView, name);
  }

  private void operatorCame(UnixSocketChannel channel) throws IOException {
    Credentials peer = channel.getOption(UnixSocketOptions.SO_PEERCRED);
    int uid = peer.getUid();
    Set<Integer> gids = others.admitsOthers() ? Sys.peerGroups(channel.getFD()) : Set.of();
    Optional<Operators.Rights> rights = others.of(uid, gids);
    String who = "uid " + uid + " pid " + peer.getPid();
    if (rights.isEmpty()) {
      log.warn("{} came to the operators' socket; refused", who);
      audit.append(
          AuditEntry.of(0, "uid " + uid, "connect", "denied", who, "it is no operator"), () -> {});
      refuse(channel);
      return;
    }
    if (uid == Sys.uid()) {
      log.debug("{} connected", who);
    } else {
      log.info("{} connected as {}, level {}", who, rights.get().role(), rights.get().level());
    }
    Connection connection = serve(channel, held);
    new Session(connection, dispatcher(), new OperatorIdentity(connection, rights.get(), uid));
  }

  private Connection serve(UnixSocketChannel channel, Budget budget) throws IOException {
    Connection connection = new Connection(reactor, buffers, budget, channel);
    connections.add(connection);
    counts.came();
    return connection;
  }

  private void refuse(UnixSocketChannel channel) throws IOException {
    counts.refused();
    channel.close();
  }

  private void forget(Connection connection) {
    connections.remove(connection);
    counts.left();
  }

  private Dispatcher dispatcher() {
    if (dispatcher == null) {
      throw new IllegalStateException("open was not called");
    }
    return dispatcher;
  }

  private void sweepStalled() {
    for (Connection connection : List.copyOf(connections)) {
      if (connection.stalled(Limits.FRAME_TIME)) {
        log.info("a connection left a frame unfinished for {}; closed", Limits.FRAME_TIME);
        connection.close();
      }
    }
    reactor.schedule(STALL_SWEEP, this::sweepStalled);
  }

  @Override
  public void open(Agent agent) throws IOException, SyscallException {
    AgentDoor door = new AgentDoor(agent);
    agentDoors.put(agent.id(), door);
    try {
      postboxes.register(door.box, agent.name());
    } catch (SyscallException taken) {
      close(agent);
      throw taken;
    }
  }

  @Override
  public void admit(Agent agent) {
    Optional.ofNullable(agentDoors.get(agent.id())).ifPresent(door -> door.listener.resume());
  }

  @Override
  public void hold(Agent agent) {
    Optional.ofNullable(agentDoors.get(agent.id())).ifPresent(door -> door.listener.hold());
  }

  @Override
  public void close(Agent agent) {
    AgentDoor door = agentDoors.remove(agent.id());
    if (door != null) {
      door.close();
    }
  }

  /** Stops accepting operators; those inside may finish. */
  void close() {
    if (operators != null) {
      operators.close();
    }
  }

  private static void deleteFolder(Path folder) {
    try (java.util.stream.Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      log.warn("{} can't be removed: {}", folder, e.toString());
    }
  }
}
