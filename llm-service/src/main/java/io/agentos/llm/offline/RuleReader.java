// SPDX-License-Identifier: MIT
package io.agentos.llm.offline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.llm.base.FieldException;
import io.agentos.llm.base.Fields;
import io.agentos.llm.base.Json;
import io.agentos.llm.base.Limits;
import io.agentos.llm.wire.ReplyReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Reads one rule of a script. */
final class RuleReader {
  private static final Set<String> CONDITIONS = Set.of("match", "tool_result", "call", "caller");
  private static final Set<String> ACTIONS =
      Set.of("content", "tool_calls", "usage", "delay_ms", "error");

  private RuleReader() {}

  static Rule rule(JsonNode node, String place) throws FieldException {
    Set<String> known = new HashSet<>(CONDITIONS);
    known.addAll(ACTIONS);
    Fields fields = Fields.of(node, place, known);
    return new Rule(
        pattern(fields, "match"),
        pattern(fields, "tool_result"),
        fields.integer("call", 1, Integer.MAX_VALUE),
        pattern(fields, "caller"),
        action(fields, place));
  }

  static Action otherwise(JsonNode node, String place) throws FieldException {
    return action(Fields.of(node, place, ACTIONS), place);
  }

  private static Optional<Pattern> pattern(Fields fields, String name) throws FieldException {
    Optional<String> expression = fields.text(name);
    try {
      return expression.map(Pattern::compile);
    } catch (PatternSyntaxException e) {
      throw new FieldException(
          fields.path(name) + " is no regular expression: " + e.getDescription());
    }
  }

  private static Action action(Fields fields, String place) throws FieldException {
    Duration delay =
        Duration.ofMillis(
            fields.integer("delay_ms", 0, Limits.SCRIPT_DELAY_MAX.toMillis()).orElse(0));
    Optional<ObjectNode> error = fields.object("error");
    Optional<String> content = fields.text("content");
    List<Action.Invocation> toolCalls = toolCalls(fields, place);
    Optional<ObjectNode> usage = fields.object("usage");
    boolean says = content.isPresent() || !toolCalls.isEmpty();
    if (error.isPresent()) {
      if (says || usage.isPresent()) {
        throw new FieldException(place + " has an error and an answer; it can do only one");
      }
      ReplyReader.Refusal failed = ReplyReader.error(error.get(), place + ".error");
      return new Action.Fail(failed.failure(), failed.sent(), delay);
    }
    if (!says) {
      throw new FieldException(place + " does nothing: give it content, tool_calls or an error");
    }
    Action.Tokens tokens =
        usage.isPresent() ? tokens(usage.get(), place + ".usage") : Action.Tokens.COUNTED;
    return new Action.Say(content.orElse(""), toolCalls, tokens, delay);
  }

  private static List<Action.Invocation> toolCalls(Fields fields, String place)
      throws FieldException {
    List<Action.Invocation> calls = new ArrayList<>();
    List<JsonNode> nodes = fields.list("tool_calls");
    for (int i = 0; i < nodes.size(); i++) {
      Fields call =
          Fields.of(nodes.get(i), place + ".tool_calls[" + i + "]", Set.of("name", "arguments"));
      calls.add(
          new Action.Invocation(
              call.requiredText("name"), call.object("arguments").orElseGet(Json::object)));
    }
    return calls;
  }

  private static Action.Tokens tokens(ObjectNode node, String place) throws FieldException {
    Fields fields = Fields.of(node, place, Set.of("input", "output", "thinking", "cached"));
    return new Action.Tokens(
        fields.integer("input", 0, Integer.MAX_VALUE),
        fields.integer("output", 0, Integer.MAX_VALUE),
        fields.integer("thinking", 0, Integer.MAX_VALUE),
        fields.integer("cached", 0, Integer.MAX_VALUE));
  }
}
