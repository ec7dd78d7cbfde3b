// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall;

import com.fasterxml.jackson.databind.ObjectReader;
import io.agentos.kernel.agent.Agent;
import io.agentos.kernel.agent.LlmWait;
import io.agentos.kernel.metric.CallCounts;
import io.agentos.kernel.reactor.Reactor;
import io.agentos.kernel.reactor.ReactorConfined;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.Json;
import io.agentos.kernel.wire.SyscallException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes one request from frame to answer: finds the call, asks for its right, decodes, runs the
 * handler where its type says, replies. The only place that catches what handlers throw.
 */
@ReactorConfined
public final class Dispatcher {
  private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);
  private static final byte[] EMPTY_OBJECT = {'{', '}'};

  private final Reactor reactor;
  private final Offload offload;
  private final int maxPayload;
  private final Audit audit;
  private final CallCounts counts;
  private final Shares shares = new Shares();
  private final @Nullable Bound[] table = new Bound[256];

  private record Bound(Opcode opcode, Syscall<?, ?> handler, ObjectReader reader) {}

  public Dispatcher(Reactor reactor, Services services) {
    this.reactor = reactor;
    this.offload = services.offload();
    this.maxPayload = services.config().maxPayload();
    this.audit = new Audit(services.audit());
    this.counts = services.calls();
    for (Opcode opcode : Opcode.values()) {
      Syscall<?, ?> handler = opcode.bind(services);
      table[opcode.number()] = new Bound(opcode, handler, Json.reader(handler.requestType()));
    }
  }

  int maxPayload() {
    return maxPayload;
  }

  void dispatch(Requester requester, int number, ByteBuffer payload) {
    reactor.check();
    Bound bound = table[number];
    Call call = new Call(requester, reactor, number);
    requester.begin(call);
    try {
      if (bound == null) {
        throw unknown(number);
      }
      Caller caller = requester.caller();
      Agent agent = caller.agent();
      call.countIn(agent == null ? List.of(counts) : List.of(counts, agent.calls()));
      byte[] json = bytes(payload);
      call.follow(audit.begin(caller, bound.opcode, json));
      if (!caller.role().mayCall(bound.opcode)) {
        throw SyscallException.denied(caller.role().refusal(bound.opcode, caller.origin()));
      }
      bound.opcode.right().admit(caller, bound.opcode.name());
      call.whenClosed(shares.take(caller.id(), bound.opcode));
      follow(call, agent, bound.opcode);
      run(bound, caller, json, call);
    } catch (SyscallException refusal) {
      call.fail(refusal);
    } catch (RuntimeException bug) {
      report(number, bug);
      call.fail(Answers.internal());
    }
  }

  /** An agent that can be frozen while it waits must not be before it is told something. */
  private static void follow(Call call, @Nullable Agent agent, Opcode opcode) {
    if (agent != null && agent.llmWait().isPresent()) {
      LlmWait.Open open = agent.llmWait().get().begin(opcode.waitsFor());
      call.whenPart(open::heard);
      call.whenClosed(open::end);
    }
  }

  @SuppressWarnings("unchecked") // the reader was made for the handler's own request type
  private void run(Bound bound, Caller caller, byte[] json, Call call) throws SyscallException {
    if (bound.handler instanceof Syscall.Inline<?, ?> handler) {
      Object request = Json.decode(bound.reader, json);
      call.succeed(((Syscall.Inline<Object, Object>) handler).handle(caller, request));
    } else if (bound.handler instanceof Syscall.Deferred<?, ?> handler) {
      Object request = Json.decode(bound.reader, json);
      ((Syscall.Deferred<Object, Object>) handler).handle(caller, request, call);
    } else {
      Syscall.Blocking<Object, Object> handler = (Syscall.Blocking<Object, Object>) bound.handler;
      offload.run(
          () -> {
            bound.opcode.right().admit(caller, bound.opcode.name()); // it may have waited
            return handler.handle(caller, Json.decode(bound.reader, json));
          },
          call::succeed,
          call::fail);
    }
  }

  private static byte[] bytes(ByteBuffer payload) {
    if (!payload.hasRemaining()) {
      return EMPTY_OBJECT;
    }
    byte[] copy = new byte[payload.remaining()];
    payload.get(copy);
    return copy;
  }

  private static SyscallException unknown(int number) {
    return new SyscallException(
        ErrorCode.UNKNOWN_SYSCALL,
        String.format("there is no system call 0x%02X; HELLO lists what there is", number));
  }

  private static void report(int number, RuntimeException bug) {
    String name = Optional.ofNullable(Opcode.find(number)).map(Opcode::name).orElse("?");
    log.error("{} failed; this is a bug", name, bug);
  }
}
