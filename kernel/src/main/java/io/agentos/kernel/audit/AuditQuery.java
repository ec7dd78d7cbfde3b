// SPDX-License-Identifier: MIT
package io.agentos.kernel.audit;

import org.jspecify.annotations.Nullable;

/**
 * Which entries are wanted; absent: whichever.
 *
 * @param sinceId those after that one, the oldest first; absent: the newest
 * @param limit at most so many
 */
public record AuditQuery(
    @Nullable Long sinceId,
    @Nullable Integer agentId,
    @Nullable String category,
    @Nullable String decision,
    int limit) {}
