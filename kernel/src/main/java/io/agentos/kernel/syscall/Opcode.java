// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall;

import io.agentos.kernel.agent.LlmWait;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.syscall.agent.Kill;
import io.agentos.kernel.syscall.agent.ListAgents;
import io.agentos.kernel.syscall.agent.Logs;
import io.agentos.kernel.syscall.agent.MetricsAgent;
import io.agentos.kernel.syscall.agent.MetricsAll;
import io.agentos.kernel.syscall.agent.Pause;
import io.agentos.kernel.syscall.agent.Resume;
import io.agentos.kernel.syscall.agent.Spawn;
import io.agentos.kernel.syscall.agent.WaitFor;
import io.agentos.kernel.syscall.audit.GetAuditLog;
import io.agentos.kernel.syscall.event.Emit;
import io.agentos.kernel.syscall.event.PollEvents;
import io.agentos.kernel.syscall.event.Subscribe;
import io.agentos.kernel.syscall.event.Unsubscribe;
import io.agentos.kernel.syscall.exec.Exec;
import io.agentos.kernel.syscall.fs.ReadFile;
import io.agentos.kernel.syscall.fs.WriteFile;
import io.agentos.kernel.syscall.ipc.Broadcast;
import io.agentos.kernel.syscall.ipc.Receive;
import io.agentos.kernel.syscall.ipc.Register;
import io.agentos.kernel.syscall.ipc.Send;
import io.agentos.kernel.syscall.kernel.Exit;
import io.agentos.kernel.syscall.kernel.Hello;
import io.agentos.kernel.syscall.kernel.MetricsSystem;
import io.agentos.kernel.syscall.kernel.Noop;
import io.agentos.kernel.syscall.llm.LlmStatus;
import io.agentos.kernel.syscall.llm.LlmTrace;
import io.agentos.kernel.syscall.llm.LlmUsage;
import io.agentos.kernel.syscall.llm.Think;
import io.agentos.kernel.syscall.net.Http;
import io.agentos.kernel.syscall.permission.GetPermissions;
import io.agentos.kernel.syscall.permission.SetPermissions;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The system call table. One line is one call: number, right, handler. Numbers are wire contract:
 * appended, never changed or reused.
 */
public enum Opcode {
  NOOP(0x00, Right.ANY, s -> new Noop()),
  THINK(0x01, Right.THINK, s -> new Think(s.llm())),
  READ(0x02, Right.READ, s -> new ReadFile(s.files())),
  WRITE(0x03, Right.WRITE, s -> new WriteFile(s.files())),
  EXEC(0x04, Right.EXEC, Limits.EXECS_PER_AGENT, s -> new Exec(s.commands())),
  LLM_STATUS(0x05, Right.ANY, s -> new LlmStatus(s.llm())),
  LLM_TRACE(0x06, Right.ANY, s -> new LlmTrace(s.llm(), s.agents())),
  LLM_USAGE(0x07, Right.ANY, s -> new LlmUsage(s.llm())),
  SPAWN(0x10, Right.SPAWN, s -> new Spawn(s.agents(), s.devices(), s.offload())),
  KILL(0x11, Right.ANY, s -> new Kill(s.agents())),
  LIST(0x12, Right.ANY, s -> new ListAgents(s.agents(), s.offload())),
  WAIT(0x13, Right.ANY, s -> new WaitFor(s.agents())),
  PAUSE(0x14, Right.ANY, s -> new Pause(s.agents())),
  RESUME(0x15, Right.ANY, s -> new Resume(s.agents())),
  LOGS(0x16, Right.ANY, Limits.FOLLOWERS_PER_AGENT, s -> new Logs(s.agents(), s.offload())),
  SEND(0x20, Right.ANY, s -> new Send(s.postboxes(), s.config())),
  RECV(0x21, Right.ANY, s -> new Receive(s.postboxes(), s.config())),
  BROADCAST(0x22, Right.ANY, s -> new Broadcast(s.postboxes(), s.config())),
  REGISTER(0x23, Right.ANY, s -> new Register(s.postboxes())),
  GET_PERMS(0x40, Right.ANY, s -> new GetPermissions(s.agents(), s.llm())),
  SET_PERMS(0x41, Right.ANY, s -> new SetPermissions(s.agents(), s.llm(), s.events())),
  HTTP(0x50, Right.HTTP, Limits.HTTP_PER_AGENT, s -> new Http(s.web(), s.reactor())),
  SUBSCRIBE(0x60, Right.ANY, s -> new Subscribe(s.events())),
  UNSUBSCRIBE(0x61, Right.ANY, s -> new Unsubscribe(s.events())),
  POLL_EVENTS(0x62, Right.ANY, s -> new PollEvents(s.events(), s.config())),
  EMIT(0x63, Right.ANY, s -> new Emit(s.events())),
  GET_AUDIT_LOG(0x76, Right.ANY, s -> new GetAuditLog(s.audit())),
  METRICS_SYSTEM(0xC0, Right.ANY, MetricsSystem::new),
  METRICS_AGENT(
      0xC1, Right.ANY, s -> new MetricsAgent(s.agents(), s.postboxes(), s.llm(), s.offload())),
  METRICS_ALL(
      0xC2, Right.ANY, s -> new MetricsAll(s.agents(), s.postboxes(), s.llm(), s.offload())),
  HELLO(0xFE, Right.ANY, s -> new Hello(s.config())),
  EXIT(0xFF, Right.ANY, s -> new Exit());

  private static final Map<Integer, Opcode> BY_NUMBER =
      Arrays.stream(values()).collect(Collectors.toMap(Opcode::number, o -> o)); // throws on a twin

  private final int number;
  private final Right right;
  private final int share;
  private final Function<Services, Syscall<?, ?>> handler;

  Opcode(int number, Right right, Function<Services, Syscall<?, ?>> handler) {
    this(number, right, Limits.CONNECTIONS_PER_AGENT, handler);
  }

  Opcode(int number, Right right, int share, Function<Services, Syscall<?, ?>> handler) {
    this.number = number;
    this.right = right;
    this.share = share;
    this.handler = handler;
  }

  public static @Nullable Opcode find(int number) {
    return BY_NUMBER.get(number);
  }

  public int number() {
    return number;
  }

  /** Checked by the dispatcher before the payload is decoded; handlers never check it. */
  public Right right() {
    return right;
  }

  /** How many such calls one agent may have under way; each connection has one at a time. */
  public int share() {
    return share;
  }

  /** What one who made this call waits for. */
  LlmWait.Kind waitsFor() {
    return switch (this) {
      case THINK -> LlmWait.Kind.LLM;
      case RECV, WAIT, POLL_EVENTS -> LlmWait.Kind.EVENT;
      default -> LlmWait.Kind.WORK;
    };
  }

  Syscall<?, ?> bind(Services services) {
    return handler.apply(services);
  }
}
