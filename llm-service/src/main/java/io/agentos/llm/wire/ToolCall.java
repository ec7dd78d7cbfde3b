// SPDX-License-Identifier: MIT
package io.agentos.llm.wire;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** A call that the model wants made; its result comes back in a message that names the id. */
public record ToolCall(String id, String name, ObjectNode arguments) {}
