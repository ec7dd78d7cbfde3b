// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is asked of the LLM, and by whom.
 *
 * @param payers the caller, then who spawned it, and so on
 * @param body fields as docs/contract/llm-service.md has them, without those that the kernel fills
 *     in: {@code id}, {@code op}, {@code provider}, {@code model}, {@code max_tokens}, {@code
 *     timeout_ms}
 * @param model as the caller named it; empty for the default
 * @param maxTokens of the answer
 * @param priority among the waiting requests of the same caller, higher first
 * @param timeout from now on, whatever comes between
 */
public record Ask(
    List<Payer> payers,
    ObjectNode body,
    Optional<String> model,
    OptionalLong maxTokens,
    int priority,
    Duration timeout,
    Size size) {
  /**
   * What the cost is estimated by beside the text.
   *
   * @param imageBytes of the images in the body's JSON
   */
  public record Size(int images, long imageBytes) {
    public static final Size NO_IMAGES = new Size(0, 0);
  }
}
