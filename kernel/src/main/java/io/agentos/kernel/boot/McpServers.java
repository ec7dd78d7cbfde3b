// SPDX-License-Identifier: MIT
package io.agentos.kernel.boot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import io.agentos.kernel.agent.RestartPolicy;
import io.agentos.kernel.agent.SandboxLayout;
import io.agentos.kernel.permission.PermissionLevel;
import io.agentos.kernel.permission.PermissionSpec;
import io.agentos.kernel.permission.Permissions;
import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Names;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.syscall.agent.Spawn;
import io.agentos.kernel.syscall.agent.SpawnRequest;
import io.agentos.kernel.wire.Json;
import io.agentos.kernel.wire.SyscallException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Servers of the Model Context Protocol that the kernel starts with itself: each a sandboxed agent
 * {@code mcp-NAME}, in which the SDK's relay stands between the server and the agents that call it.
 */
@ReactorConfined
final class McpServers {
  /** The table of their tables. */
  static final String KEY = "mcp.servers";

  private static final Logger log = LoggerFactory.getLogger(McpServers.class);

  private static final int MOST = 256;
  private static final String PYTHON = "/usr/bin/python3";
  private static final String RELAY = "agentos.mcp_servers.relay";

  /** Fields of SPAWN that are not for the file to say. */
  private static final List<String> OURS =
      List.of("name", "script", "python", "sandboxed", "learn");

  /** What the interpreter of the relay would take for its own. */
  private static final String PYTHON_VARIABLES = "PYTHON";

  private static final ObjectReader READER = Json.reader(SpawnRequest.class);

  private final List<Server> servers;
  private final Spawn spawn;

  /** One of them, ready to be started. */
  record Server(String key, SpawnRequest request) {}

  McpServers(List<Server> servers, Spawn spawn) {
    this.servers = servers;
    this.spawn = spawn;
  }

  /**
   * Reads the table; each entry has SPAWN's own fields.
   *
   * @throws BootException naming the key and what would be right
   */
  static List<Server> read(JsonNode tables, String file) throws BootException {
    if (tables.isMissingNode()) {
      return List.of();
    }
    if (!tables.isObject() || tables.size() > MOST) {
      throw new BootException(KEY + " in " + file + " must hold up to " + MOST + " tables");
    }
    List<Server> servers = new ArrayList<>();
    for (Map.Entry<String, JsonNode> table : tables.properties()) {
      String key = KEY + "." + table.getKey();
      try {
        servers.add(new Server(key, request(table.getKey(), table.getValue())));
      } catch (SyscallException wrong) {
        throw new BootException(key + " in " + file + ": " + wrong.sentence());
      }
    }
    return List.copyOf(servers);
  }

  private static SpawnRequest request(String name, JsonNode table) throws SyscallException {
    if (!table.isObject()) {
      throw SyscallException.invalid("it must be a table with the fields of SPAWN");
    }
    for (String field : OURS) {
      if (table.has(field)) {
        throw SyscallException.invalid(
            "the field "
                + field
                + " can't be given: a server is a command, sandboxed, with the name of its table");
      }
    }
    SpawnRequest given = Json.decode(READER, Json.encode(table));
    if (given.command() == null || given.command().isEmpty()) {
      throw SyscallException.invalid(
          "the field command is missing: the server's program and its arguments");
    }
    SpawnRequest request = relayed(Names.check(Names.SERVER_PREFIX + name), given);
    check(request);
    return request;
  }

  /**
   * The server behind its relay, which starts where nothing can be written (Python looks for
   * modules there first) and without the variables that tell Python where to look.
   */
  private static SpawnRequest relayed(String name, SpawnRequest given) {
    String cwd = Optional.ofNullable(given.cwd()).orElse(SandboxLayout.WORKSPACE);
    List<String> command = new ArrayList<>(List.of(PYTHON, "-m", RELAY, "--cwd", cwd));
    Map<String, String> environment = new TreeMap<>();
    Optional.ofNullable(given.env())
        .orElse(Map.of())
        .forEach(
            (variable, value) -> {
              if (variable.startsWith(PYTHON_VARIABLES)) {
                command.addAll(List.of("--setenv", variable + "=" + value));
              } else {
                environment.put(variable, value);
              }
            });
    command.add("--");
    command.addAll(Optional.ofNullable(given.command()).orElse(List.of()));
    return new SpawnRequest(
        name,
        null,
        command,
        given.args(),
        null,
        environment,
        "/",
        true,
        given.network(),
        given.limits(),
        Optional.ofNullable(given.permissions()).orElse(LEAST),
        Optional.ofNullable(given.restartPolicy()).orElse(RestartPolicy.When.ON_FAILURE),
        given.maxRestarts(),
        given.restartWindow(),
        given.mounts(),
        given.workspace(),
        given.allowSyscalls(),
        given.devices(),
        given.llmWeight(),
        /* learn= */ null,
        given.openai(),
        /* freezeWhileWaiting= */ null);
  }

  /** Other people's programs: they answer messages, and that is all they need of the kernel. */
  private static final PermissionSpec LEAST =
      new PermissionSpec(
          PermissionLevel.MINIMAL,
          null,
          null,
          null,
          /* canThink= */ false,
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          null);

  /** What can be told to be wrong before anything is started. */
  private static void check(SpawnRequest request) throws SyscallException {
    if (request.limits() != null) {
      request.limits().check();
    }
    try {
      Permissions.grant(
          Optional.ofNullable(request.permissions()).orElse(LEAST), PermissionLevel.SANDBOXED);
    } catch (IllegalArgumentException e) {
      throw SyscallException.invalid("permissions: " + e.getMessage());
    }
  }

  /**
   * Starts them all, and returns before they run. One that can't be started is logged; the kernel
   * and the others go on.
   *
   * @param caller makes the one in whose name it is done
   */
  void start(Supplier<Caller> caller) {
    if (servers.isEmpty()) {
      return;
    }
    Caller kernel = caller.get();
    for (Server server : servers) {
      Started reply = new Started(server.key());
      try {
        spawn.handle(kernel, server.request(), reply);
      } catch (SyscallException refusal) {
        reply.fail(refusal);
      }
    }
  }

  /** Nobody waits for these answers: they go to the log. */
  private record Started(String key) implements Syscall.Reply<Spawn.Response> {
    @Override
    public void succeed(Spawn.Response response) {
      log.info("{} runs as agent {} \"{}\"", key, response.id(), response.name());
    }

    @Override
    public void fail(SyscallException refusal) {
      log.error("{} can't be started: {}", key, refusal.sentence());
    }

    @Override
    public void part(Object part) {
      throw new IllegalStateException("SPAWN answers once");
    }

    @Override
    public void stream(Object part, Runnable more) {
      part(part);
    }

    @Override
    public void onAbandon(Runnable task) {
      // The kernel does not go away before its agents.
    }

    @Override
    public void onTimeout(Duration delay, Runnable task) {
      throw new IllegalStateException("SPAWN has a time of its own");
    }

    @Override
    public boolean isOpen() {
      return true;
    }
  }
}
