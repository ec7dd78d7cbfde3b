// SPDX-License-Identifier: MIT
package io.agentos.cli.demo;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One promise and what was measured of it.
 *
 * @param guarantee what is promised, in words
 * @param measured what was seen, in words
 * @param holds whether what was seen keeps the promise
 * @param details what was seen, as numbers, for programs
 */
public record Check(String guarantee, String measured, boolean holds, Map<String, Object> details) {
  static Check of(String guarantee, String measured, boolean holds) {
    return new Check(guarantee, measured, holds, new LinkedHashMap<>());
  }

  /** The scenario could not be carried through, so nothing is known: that is no pass. */
  static Check notMeasured(String guarantee, String why) {
    return of(guarantee, "not measured: " + why, false);
  }

  Check with(String name, Object value) {
    details.put(name, value);
    return this;
  }

  Map<String, Object> json(String scenario) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("scenario", scenario);
    fields.put("guarantee", guarantee);
    fields.put("measured", measured);
    fields.put("holds", holds);
    fields.put("details", details);
    return fields;
  }
}
