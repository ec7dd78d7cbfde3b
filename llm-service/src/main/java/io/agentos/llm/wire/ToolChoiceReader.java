// SPDX-License-Identifier: MIT
package io.agentos.llm.wire;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.llm.base.FieldException;
import io.agentos.llm.base.Fields;
import io.agentos.llm.wire.ToolChoice.Mode;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads whether the model may, must or must not call a tool. */
final class ToolChoiceReader {
  private static final String FIELD = "tool_choice";

  private ToolChoiceReader() {}

  static Optional<ToolChoice> read(Fields fields, List<Tool> tools) throws FieldException {
    Optional<JsonNode> given = fields.any(FIELD);
    if (given.isEmpty()) {
      return Optional.empty();
    }
    if (tools.isEmpty()) {
      throw new FieldException(fields.path(FIELD) + " goes with tools, and there are none");
    }
    JsonNode choice = given.get();
    if (choice.isTextual()) {
      Mode mode = Constants.named(Mode.class, choice.textValue(), fields.path(FIELD));
      return Optional.of(new ToolChoice(mode, Optional.empty()));
    }
    String name = Fields.of(choice, fields.path(FIELD), Set.of("name")).requiredText("name");
    if (tools.stream().noneMatch(tool -> tool.name().equals(name))) {
      throw new FieldException(fields.path(FIELD) + ".name is the name of none of the tools");
    }
    return Optional.of(new ToolChoice(Mode.REQUIRED, Optional.of(name)));
  }
}
