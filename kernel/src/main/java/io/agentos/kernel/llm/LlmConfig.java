// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import java.time.Duration;
import java.util.List;

/**
 * How the LLM service is run.
 *
 * @param command program and arguments of the service
 * @param environment names of the variables that it is given, if they are set: its keys and its own
 *     settings
 * @param concurrency requests at the provider at once
 * @param queuePerAgent requests of one agent that wait
 * @param timeout of one request, queueing included, unless the caller says otherwise
 */
public record LlmConfig(
    List<String> command,
    List<String> environment,
    int concurrency,
    int queuePerAgent,
    Duration timeout) {
  public static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(30);
}
