// SPDX-License-Identifier: MIT
package io.agentos.cli.doctor;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One thing that was looked at.
 *
 * @param check what it is, such as {@code limit.memory}
 * @param found what is there
 * @param remedy how to get what is missing; empty when nothing is
 */
public record Finding(String check, Status status, String found, String remedy) {
  /** How good that is. */
  public enum Status {
    OK,
    /** It works, by a weaker or slower means. */
    DEGRADED,
    MISSING;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static Finding ok(String check, String found) {
    return new Finding(check, Status.OK, found, "");
  }

  static Finding degraded(String check, String found, String remedy) {
    return new Finding(check, Status.DEGRADED, found, remedy);
  }

  static Finding missing(String check, String found, String remedy) {
    return new Finding(check, Status.MISSING, found, remedy);
  }

  /** For programs. */
  public Map<String, Object> json() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("check", check);
    fields.put("status", status.word());
    fields.put("found", found);
    if (!remedy.isEmpty()) {
      fields.put("remedy", remedy);
    }
    return fields;
  }
}
