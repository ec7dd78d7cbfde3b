// SPDX-License-Identifier: MIT
package io.agentos.kernel.base;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * How entries of the audit log are tied together: each holds a hash of itself and of the one
 * before, so that an entry that was changed, left out or put in shows at the next.
 *
 * <p>The hash is SHA-256 over these fields in this order, each as the length of its UTF-8 in eight
 * bytes, most significant first, and the UTF-8 itself: previous hash, id, time_ms, agent_id, agent,
 * category, decision, subject, reason.
 */
public final class AuditChain {
  /** What stands before the first entry ever. */
  public static final String START = "0".repeat(64);

  private AuditChain() {}

  /** The hash of an entry, in 64 hexadecimal digits. */
  public static String hash(
      String previous,
      long id,
      long timeMillis,
      int agentId,
      String agent,
      String category,
      String decision,
      String subject,
      String reason) {
    MessageDigest digest = sha256();
    String[] fields = {
      previous,
      String.valueOf(id),
      String.valueOf(timeMillis),
      String.valueOf(agentId),
      agent,
      category,
      decision,
      subject,
      reason
    };
    for (String field : fields) {
      byte[] bytes = field.getBytes(StandardCharsets.UTF_8);
      digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, bytes.length));
      digest.update(bytes);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
