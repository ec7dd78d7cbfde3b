// SPDX-License-Identifier: MIT
package io.agentos.llm.wire;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A function that the model may call.
 *
 * @param parameters the JSON schema of its arguments
 */
public record Tool(String name, String description, ObjectNode parameters) {}
