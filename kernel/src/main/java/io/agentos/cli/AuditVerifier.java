// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.client.Fields;
import io.agentos.kernel.base.AuditChain;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Follows the chain of the audit log by itself, entry by entry, and keeps the first fault. */
final class AuditVerifier {
  private long count;
  private long first;
  private long last;
  private String hash = "";
  private @Nullable String fault;

  /** The next entry of the log. */
  void next(Fields entry) {
    long id = entry.whole("id");
    if (fault == null) {
      fault = fault(entry, id);
    }
    first = count == 0 ? id : first;
    count++;
    last = id;
    hash = entry.text("hash");
  }

  private @Nullable String fault(Fields entry, long id) {
    if (count > 0 && id != last + 1) {
      return "entry " + (last + 1) + " is missing";
    }
    if (count > 0 && !entry.text("previous").equals(hash)) {
      return "entry " + id + " does not follow entry " + last + ": one of them was changed";
    }
    if (id == 1 && !entry.text("previous").equals(AuditChain.START)) {
      return "entry 1 does not begin the chain";
    }
    String right =
        AuditChain.hash(
            entry.text("previous"),
            id,
            entry.whole("time_ms"),
            (int) entry.whole("agent_id"),
            entry.text("agent"),
            entry.text("category"),
            entry.text("decision"),
            entry.text("subject"),
            entry.text("reason"));
    return right.equals(entry.text("hash")) ? null : "entry " + id + " was changed";
  }

  boolean holds() {
    return fault == null;
  }

  /** For programs. */
  Map<String, Object> report() {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("whole", holds());
    report.put("entries", count);
    report.put("first_id", first);
    report.put("last_id", last);
    report.put("last_hash", hash);
    if (fault != null) {
      report.put("fault", fault);
    }
    return report;
  }

  /** For people. */
  String sentence() {
    if (fault != null) {
      return "NOT WHOLE: " + fault;
    }
    if (count == 0) {
      return "whole: there are no entries";
    }
    return "whole: entries "
        + first
        + " to "
        + last
        + "; keep the last hash to see later that none was cut off: "
        + hash;
  }
}
