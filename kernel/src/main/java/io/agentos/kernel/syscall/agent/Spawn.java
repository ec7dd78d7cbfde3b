// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.agent;

import io.agentos.kernel.agent.Agent;
import io.agentos.kernel.agent.AgentRun;
import io.agentos.kernel.agent.AgentSpec;
import io.agentos.kernel.agent.Agents;
import io.agentos.kernel.agent.Devices;
import io.agentos.kernel.agent.HostPlaces;
import io.agentos.kernel.permission.PermissionLevel;
import io.agentos.kernel.permission.PermissionSpec;
import io.agentos.kernel.permission.Permissions;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.LimitsRequest;
import io.agentos.kernel.syscall.Offload;
import io.agentos.kernel.syscall.Right;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.wire.SyscallException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Starts an agent; answers when its program runs (its {@code exec} has succeeded) or says why it
 * does not.
 */
public final class Spawn implements Syscall.Deferred<SpawnRequest, Spawn.Response> {
  private final Agents agents;
  private final Offload offload;
  private final HostPlaces places;
  private final Devices devices;

  public Spawn(Agents agents, Devices devices, Offload offload) {
    this.agents = agents;
    this.offload = offload;
    this.places = agents.places();
    this.devices = devices;
  }

  /**
   * {@code isolation}: each layer and its state; {@code limits}: each limit, what was asked and
   * what enforces it.
   */
  public record Response(
      int id,
      int agentId,
      String name,
      int pid,
      String status,
      Map<String, String> isolation,
      Map<String, Map<String, Object>> limits) {}

  @Override
  public Class<SpawnRequest> requestType() {
    return SpawnRequest.class;
  }

  @Override
  public void handle(Caller caller, SpawnRequest request, Reply<Response> reply)
      throws SyscallException {
    permissions(
        caller, request); // so that what makes no sense is refused before files are looked at
    offload.run(
        () -> SpawnCheck.check(caller, request, places, devices),
        spec -> start(caller, request, spec, reply),
        reply::fail);
  }

  private static Permissions permissions(Caller caller, SpawnRequest request)
      throws SyscallException {
    PermissionSpec asked =
        request.permissions() == null ? PermissionSpec.EMPTY : request.permissions();
    PermissionLevel fallback =
        request.isSandboxed() ? PermissionLevel.SANDBOXED : PermissionLevel.STANDARD;
    try {
      Permissions granted =
          Permissions.grant(request.learns() ? asked.learning() : asked, fallback);
      if (!request.isSandboxed() && !granted.secrets().names().isEmpty()) {
        throw SyscallException.invalid(
            "permissions.secrets needs a sandbox: without one the agent could read the kernel's own memory");
      }
      return caller.isUnrestricted() ? granted : caller.now().and(granted);
    } catch (IllegalArgumentException e) {
      throw SyscallException.invalid("permissions: " + e.getMessage());
    }
  }

  private void start(Caller caller, SpawnRequest request, AgentSpec spec, Reply<Response> reply) {
    Agent parent = caller.agent();
    try {
      Right.SPAWN.admit(caller, "SPAWN"); // it may have waited
      agents.spawn(
          parent == null ? spec : spec.within(parent.spec().limits()),
          parent,
          permissions(caller, request),
          new Agents.SpawnReply() {
            @Override
            public void started(Agent agent, AgentRun run) {
              reply.succeed(response(agent, run));
            }

            @Override
            public void failed(SyscallException why) {
              reply.fail(why);
            }
          });
    } catch (SyscallException refusal) {
      reply.fail(refusal);
    }
  }

  private static Response response(Agent agent, AgentRun run) {
    Map<String, Map<String, Object>> limits = new TreeMap<>();
    Map<String, Object> requested = LimitsRequest.describe(run.limits().limits());
    run.limits()
        .enforcedBy()
        .forEach(
            (name, by) ->
                limits.put(
                    name,
                    Map.of(
                        "requested",
                        Optional.ofNullable(requested.get(name)).orElse(""),
                        "enforced_by",
                        by)));
    int id = agent.id().value();
    return new Response(
        id, id, agent.name(), run.pid(), agent.state().wireName(), run.layers(), limits);
  }
}
