// SPDX-License-Identifier: MIT
package io.agentos.kernel.boot;

import io.agentos.kernel.agent.Agent;
import io.agentos.kernel.agent.AgentRun;
import io.agentos.kernel.agent.Agents;
import io.agentos.kernel.agent.HostIdentity;
import io.agentos.kernel.agent.Ids;
import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.base.KernelPaths;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.ipc.Postboxes;
import io.agentos.kernel.llm.Llm;
import io.agentos.kernel.permission.PermissionLevel;
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
import java.util.Optional;
import java.util.Set;
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
  private static final int OPERATOR_SOCKET_MODE = 0660;

  /** Anyone who can see it; only the agent does, as it lies in a folder of the kernel's own. */
  private static final int AGENT_SOCKET_MODE = 0666;

  private static final Duration STALL_SWEEP = Duration.ofSeconds(5);

  private final Reactor reactor;
  private final KernelPaths paths;
  private final Ids ids;
  private final Postboxes postboxes;
  private final Llm llm;
  private final View hostView;
  private final IoBuffers buffers = new IoBuffers();
  private final Set<Connection> connections = new HashSet<>();
  private final Map<AgentId, AgentDoor> agentDoors = new HashMap<>();
  private final Budget held;
  private final int maxPayload;
  private @Nullable Dispatcher dispatcher;
  private @Nullable Listener operators;

  Doorkeeper(
      Reactor reactor, KernelPaths paths, Ids ids, Postboxes postboxes, Llm llm, int maxPayload)
      throws IOException {
    this.reactor = reactor;
    this.paths = paths;
    this.ids = ids;
    this.postboxes = postboxes;
    this.llm = llm;
    this.maxPayload = maxPayload;
    this.held = Budget.of(Math.max(Limits.HELD_BYTES, 4L * maxPayload));
    this.hostView = View.ofHost(Sys.uid(), Sys.gid());
  }

  /** Opens the operators' socket; from here on the kernel serves. */
  void open(Dispatcher serving) throws IOException {
    dispatcher = serving;
    operators = new Listener(reactor, paths.socket(), OPERATOR_SOCKET_MODE, this::operatorCame);
    reactor.schedule(STALL_SWEEP, this::sweepStalled);
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
        channel.close();
        return;
      }
      if (inside.size() >= Limits.CONNECTIONS_PER_AGENT) {
        log.warn("agent {} has {} connections; no more are accepted", agent.id(), inside.size());
        channel.close();
        return;
      }
      Connection connection = serve(channel, budget);
      inside.add(connection);
      new Session(connection, dispatcher(), new AgentIdentity(this, connection));
    }

    void close() {
      listener.close();
      List.copyOf(inside).forEach(Connection::close);
      postboxes.close(agent.id());
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
      View view =
          door.agent
              .run()
              .flatMap(AgentRun::view)
              .orElseThrow(
                  () -> new SyscallException(ErrorCode.UNAVAILABLE, "this agent is not running"));
      return new Caller(
          door.agent.id(), door.agent, door.agent.permissions(), view, door.box.name());
    }

    @Override
    public void left() {
      door.inside.remove(connection);
      connections.remove(connection);
    }
  }

  private final class OperatorIdentity implements Session.Identity {
    private final AgentId id = ids.next();
    private final Postboxes.Box box = postboxes.open(id);
    private final Connection connection;

    OperatorIdentity(Connection connection) {
      this.connection = connection;
    }

    @Override
    public AgentId id() {
      return id;
    }

    @Override
    public Caller caller() {
      return new Caller(id, null, PermissionLevel.UNRESTRICTED.permissions(), hostView, box.name());
    }

    @Override
    public void left() {
      postboxes.close(id);
      llm.forget(id);
      connections.remove(connection);
    }
  }

  /** The caller of what the kernel does on its own account, as the operator who configured it. */
  Caller kernelItself() {
    return new Caller(
        ids.next(), null, PermissionLevel.UNRESTRICTED.permissions(), hostView, "kernel");
  }

  private void operatorCame(UnixSocketChannel channel) throws IOException {
    Credentials peer = channel.getOption(UnixSocketOptions.SO_PEERCRED);
    if (peer.getUid() != Sys.uid() && peer.getUid() != 0) {
      log.warn(
          "user {} (pid {}) came to the operators' socket; refused", peer.getUid(), peer.getPid());
      channel.close();
      return;
    }
    log.debug("operator connected: uid {} pid {}", peer.getUid(), peer.getPid());
    Connection connection = serve(channel, held);
    new Session(connection, dispatcher(), new OperatorIdentity(connection));
  }

  private Connection serve(UnixSocketChannel channel, Budget budget) throws IOException {
    Connection connection = new Connection(reactor, buffers, budget, channel);
    connections.add(connection);
    return connection;
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
