// SPDX-License-Identifier: MIT
package io.agentos.llm.settings;

import java.net.URI;
import java.util.Optional;

/**
 * What a provider needs.
 *
 * @param model what is asked when a request names no model
 * @param key absent for a server that wants none, or when there is an obstacle
 * @param baseUrl absent for a kind without a connection, or when there is an obstacle
 * @param obstacle what has to be done before it can be used
 */
public record ProviderSettings(
    String name,
    String kind,
    String model,
    Optional<ApiKey> key,
    Optional<URI> baseUrl,
    Optional<String> obstacle) {}
