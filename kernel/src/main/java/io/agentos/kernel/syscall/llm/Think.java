// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.llm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.kernel.agent.Agent;
import io.agentos.kernel.agent.AgentSpec;
import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.llm.Ask;
import io.agentos.kernel.llm.Llm;
import io.agentos.kernel.llm.LlmConfig;
import io.agentos.kernel.llm.Payer;
import io.agentos.kernel.permission.LlmQuota;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Right;
import io.agentos.kernel.syscall.Role;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.Json;
import io.agentos.kernel.wire.SyscallException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Asks the LLM; waits in the caller's own queue until it is its turn. */
public final class Think implements Syscall.Deferred<Think.Request, ObjectNode> {
  private static final int HIGHEST_PRIORITY = 10;

  private final Llm llm;

  public Think(Llm llm) {
    this.llm = llm;
  }

  /**
   * {@code prompt} or {@code messages}; {@code image} or {@code images} go with {@code prompt};
   * {@code toolChoice} is auto, none, required or an object with the name of one of {@code tools};
   * {@code timeout} in seconds.
   */
  public record Request(
      @Nullable String prompt,
      @Nullable List<JsonNode> messages,
      @Nullable Image image,
      @Nullable List<Image> images,
      @Nullable String systemInstruction,
      @Nullable String model,
      @Nullable Double temperature,
      @Nullable Double topP,
      @Nullable Double presencePenalty,
      @Nullable Double frequencyPenalty,
      @Nullable Long seed,
      @Nullable List<String> stop,
      @Nullable Integer maxTokens,
      @Nullable String thinkingLevel,
      @Nullable List<JsonNode> tools,
      @Nullable JsonNode toolChoice,
      @Nullable ObjectNode responseSchema,
      @Nullable Integer priority,
      @Nullable Double timeout,
      @Nullable Boolean stream) {}

  /** {@code data} is base64. */
  public record Image(@Nullable String data, @Nullable String mimeType) {}

  /** A part of a streamed answer. */
  public record Part(String content) {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public void handle(Caller caller, Request request, Reply<ObjectNode> reply)
      throws SyscallException {
    ObjectNode body = ThinkBody.of(request);
    Duration timeout = timeout(request.timeout());
    body.put("caller", caller.name().isEmpty() ? "operator" : caller.name());
    Ask ask =
        new Ask(
            payers(caller),
            body,
            Optional.ofNullable(request.model()),
            ThinkBody.maxTokens(request),
            priority(request.priority()),
            timeout,
            ThinkBody.size(body));
    io.agentos.kernel.llm.Request ticket = llm.submit(ask, new Answer(caller, reply));
    reply.onAbandon(() -> llm.cancel(ticket));
    reply.onTimeout(
        timeout,
        () -> {
          llm.cancel(ticket);
          reply.fail(
              new SyscallException(
                  ErrorCode.TIMEOUT, "no answer of the LLM within " + timeout.toMillis() + " ms"));
        });
  }

  /** An agent with all that spawned it, one of the operators, or the programs of the host. */
  private static List<Payer> payers(Caller caller) {
    List<Payer> payers = new ArrayList<>();
    Agent agent = caller.agent();
    if (agent == null) {
      LlmQuota own = caller.permissions().llm();
      payers.add(payer(caller.id(), caller.name(), own));
      if (caller.role() != Role.DOOR) {
        payers.add(payer(Payer.OPERATORS, "operators", LlmQuota.UNLIMITED));
      }
    }
    while (agent != null) {
      Agent current = agent;
      payers.add(
          new Payer(
              agent.id(),
              agent.name(),
              agent.spec().llmWeight(),
              !agent.state().isFinal(),
              () -> current.permissions().llm()));
      agent = agent.parent().orElse(null);
    }
    return payers;
  }

  private static Payer payer(AgentId id, String name, LlmQuota quota) {
    return new Payer(id, name, AgentSpec.DEFAULT_LLM_WEIGHT, /* alive= */ true, () -> quota);
  }

  private static int priority(@Nullable Integer asked) throws SyscallException {
    int priority = asked == null ? 0 : asked;
    if (priority < -HIGHEST_PRIORITY || priority > HIGHEST_PRIORITY) {
      throw SyscallException.invalid(
          "priority must be " + -HIGHEST_PRIORITY + " to " + HIGHEST_PRIORITY + ", was " + asked);
    }
    return priority;
  }

  private Duration timeout(@Nullable Double seconds) throws SyscallException {
    if (seconds == null) {
      return llm.defaultTimeout();
    }
    if (!(seconds > 0 && seconds <= LlmConfig.LONGEST_TIMEOUT.toSeconds())) {
      throw SyscallException.invalid(
          "timeout must be above 0 and at most "
              + LlmConfig.LONGEST_TIMEOUT.toSeconds()
              + " seconds");
    }
    return Duration.ofMillis(Math.max(1, Math.round(seconds * 1000)));
  }

  private static final class Answer implements Llm.Listener {
    private final Caller caller;
    private final Reply<ObjectNode> reply;

    Answer(Caller caller, Reply<ObjectNode> reply) {
      this.caller = caller;
      this.reply = reply;
    }

    @Override
    public void admit() throws SyscallException {
      Right.THINK.admit(caller, "THINK");
    }

    @Override
    public void part(String content) {
      reply.part(new Part(content));
    }

    @Override
    public void result(JsonNode answer, long queuedMillis, long latencyMillis) {
      ObjectNode response = Json.object();
      for (String field :
          List.of(
              "content",
              "usage",
              "model",
              "provider",
              "tool_calls",
              "finish_reason",
              "tokens",
              "cost",
              "attempts",
              "may_be_paid_twice")) {
        if (answer.has(field)) {
          response.set(field, answer.get(field));
        }
      }
      response.put("queue_ms", queuedMillis).put("latency_ms", latencyMillis);
      reply.succeed(response);
    }

    @Override
    public void refused(SyscallException why) {
      reply.fail(why);
    }
  }
}
