// SPDX-License-Identifier: MIT
package io.agentos.llm.offline;

import io.agentos.llm.base.Limits;
import io.agentos.llm.provider.Call;
import io.agentos.llm.provider.Provider;
import io.agentos.llm.wire.Answer;
import io.agentos.llm.wire.ErrorCode;
import io.agentos.llm.wire.Failure;
import io.agentos.llm.wire.FailureException;
import io.agentos.llm.wire.FinishReason;
import io.agentos.llm.wire.Message;
import io.agentos.llm.wire.Part;
import io.agentos.llm.wire.Prompt;
import io.agentos.llm.wire.ToolCall;
import io.agentos.llm.wire.ToolChoice;
import io.agentos.llm.wire.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Answers from a script, or with one line that says it is offline. The same calls of the same
 * caller get the same answers, whatever else runs.
 */
public final class OfflineProvider implements Provider {
  /** What its answers are labelled with, whichever model was asked for. */
  public static final String MODEL = "offline-1";

  private static final int HEAD_CHARS = 80;
  private static final int CHARS_PER_TOKEN = 4;
  private static final Pattern WORD_GROUP = Pattern.compile("(?:\\S+\\s*){1,3}|\\s+");

  private final OfflineScript script;

  public OfflineProvider(OfflineScript script) {
    this.script = script;
  }

  @Override
  public Answer generate(Prompt prompt, Call call) throws FailureException {
    String userText = prompt.lastUserText();
    Optional<Action> scripted = find(prompt, userText, call);
    if (scripted.isEmpty() && prompt.toolChoice().map(ToolChoice::forces).orElse(false)) {
      throw new FailureException(
          Failure.lasting(
              ErrorCode.UNSUPPORTED,
              "offline can't be asked with this tool_choice: no rule of its script calls such a tool here"));
    }
    Action action = scripted.orElseGet(() -> ownLine(userText));
    if (call.awaitEnd(action.delay())) {
      throw ended();
    }
    if (action instanceof Action.Fail failure) {
      if (failure.sent()) {
        call.sending();
      }
      throw new FailureException(failure.failure());
    }
    return say(((Action.Say) action).endingBefore(prompt.sampling().stop()), prompt, call);
  }

  private Optional<Action> find(Prompt prompt, String userText, Call call) throws FailureException {
    Rule.Subject subject =
        new Rule.Subject(
            prompt.caller(),
            call.number(),
            watched(userText, call),
            prompt.finalToolText().map(text -> watched(text, call)),
            prompt.toolChoice());
    try {
      return script.find(subject);
    } catch (WatchedText.EndedException e) {
      throw ended();
    }
  }

  private static CharSequence watched(String text, Call call) {
    String head = text.substring(0, Math.min(text.length(), Limits.MATCHED_CHARS_MAX));
    return new WatchedText(head, call);
  }

  private static FailureException ended() {
    return new FailureException(Failure.lasting(ErrorCode.CANCELLED, "the call has ended"));
  }

  private static Action ownLine(String userText) {
    String line = userText.strip().replaceAll("\\s+", " ");
    String head =
        line.codePointCount(0, line.length()) <= HEAD_CHARS
            ? line
            : line.substring(0, line.offsetByCodePoints(0, HEAD_CHARS)) + "...";
    String content = "[offline] No model is connected. You said: " + head;
    return new Action.Say(content, List.of(), Action.Tokens.COUNTED, Duration.ZERO);
  }

  private static Answer say(Action.Say say, Prompt prompt, Call call) throws FailureException {
    if (call.streaming()) {
      Matcher groups = WORD_GROUP.matcher(say.content());
      while (groups.find()) {
        call.delta(groups.group());
      }
    }
    List<ToolCall> toolCalls = new ArrayList<>();
    for (Action.Invocation invocation : say.toolCalls()) {
      // The call's number keeps the ids of one caller's conversation apart.
      String id = "call-" + call.number() + "-" + (toolCalls.size() + 1);
      toolCalls.add(new ToolCall(id, invocation.name(), invocation.arguments()));
    }
    FinishReason reason = toolCalls.isEmpty() ? FinishReason.STOP : FinishReason.TOOL_CALLS;
    return new Answer(say.content(), MODEL, reason, usage(say, prompt), toolCalls);
  }

  private static Usage usage(Action.Say say, Prompt prompt) {
    long outputChars = say.content().length();
    for (Action.Invocation invocation : say.toolCalls()) {
      outputChars += invocation.name().length() + invocation.arguments().toString().length();
    }
    Action.Tokens tokens = say.usage();
    return new Usage(
        tokens.input().orElse(tokens(inputChars(prompt))),
        tokens.output().orElse(tokens(outputChars)),
        tokens.thinking().orElse(0),
        tokens.cached().orElse(0));
  }

  private static long inputChars(Prompt prompt) {
    long chars = prompt.systemInstruction().map(String::length).orElse(0);
    for (Message message : prompt.messages()) {
      for (Part part : message.content()) {
        chars += part instanceof Part.Text text ? text.text().length() : 0;
      }
    }
    return chars;
  }

  private static long tokens(long chars) {
    return Math.max(1, (chars + CHARS_PER_TOKEN - 1) / CHARS_PER_TOKEN);
  }
}
