// SPDX-License-Identifier: MIT
package io.agentos.kernel.audit;

import io.agentos.kernel.base.AuditChain;

/**
 * One entry of the log.
 *
 * @param id from 1, without gaps
 * @param timeMs when it was decided, since 1970
 * @param agentId who asked: an agent, or an operator's connection
 * @param agent its name, empty for an operator without one
 * @param category the call in small letters, such as {@code exec}
 * @param decision {@code allowed}, {@code denied}, {@code failed} or {@code abandoned}
 * @param subject what it was about: a path, a command, an address, an agent; without secrets
 * @param reason why it was denied or failed, with the rule that decided; else empty
 * @param previous the hash of the entry before
 * @param hash see {@link AuditChain}
 */
public record AuditEntry(
    long id,
    long timeMs,
    int agentId,
    String agent,
    String category,
    String decision,
    String subject,
    String reason,
    String previous,
    String hash) {

  /** The same after {@code previous}, with its place and its hash. */
  AuditEntry chained(long id, String previous) {
    String hash =
        AuditChain.hash(previous, id, timeMs, agentId, agent, category, decision, subject, reason);
    return new AuditEntry(
        id, timeMs, agentId, agent, category, decision, subject, reason, previous, hash);
  }

  /** The same with what people or agents chose bounded and without secrets. */
  AuditEntry cleaned(Subjects subjects) {
    return new AuditEntry(
        id,
        timeMs,
        agentId,
        agent,
        category,
        decision,
        subjects.clean(subject),
        subjects.clean(reason),
        previous,
        hash);
  }

  /** One that has no place yet. */
  public static AuditEntry of(
      int agentId, String agent, String category, String decision, String subject, String reason) {
    long now = System.currentTimeMillis();
    return new AuditEntry(0, now, agentId, agent, category, decision, subject, reason, "", "");
  }
}
