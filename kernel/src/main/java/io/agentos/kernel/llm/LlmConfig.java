// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the LLM service is run and shared.
 *
 * @param command program and arguments of the service
 * @param environment names of the variables that it is given, if they are set: its keys and its own
 *     settings
 * @param usageFile where it is written down what is spent
 * @param concurrency requests at the providers at once
 * @param queuePerAgent requests of one agent that wait
 * @param timeout of one request, queueing included, unless the caller says otherwise
 * @param retries after a failure that may pass
 * @param limits by provider, or by provider/model
 * @param prices by provider/model, or by model whatever its provider
 * @param fallbacks by provider/model: those asked instead, in their order
 * @param budgets that outlive the kernel
 * @param door where programs of the host ask it
 */
public record LlmConfig(
    List<String> command,
    List<String> environment,
    Path usageFile,
    int concurrency,
    int queuePerAgent,
    Duration timeout,
    int retries,
    Map<String, RateLimits> limits,
    Map<String, Price> prices,
    Map<String, List<String>> fallbacks,
    List<BudgetRule> budgets,
    Optional<Door> door) {
  /**
   * Where else the LLM is asked.
   *
   * @param tokenFile has what is to be sent there
   */
  public record Door(String baseUrl, Path tokenFile) {}

  public static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(30);
}
