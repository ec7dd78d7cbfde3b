// SPDX-License-Identifier: MIT
package io.agentos.llm.anthropic;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a model can do, told by the version in its name; one without a version is a current one. */
record ClaudeModel(String name) {
  /** claude-sonnet-4-5-20250929, claude-opus-5, claude-3-7-sonnet-latest: a date is no version. */
  private static final Pattern VERSION =
      Pattern.compile("claude-(?:[a-z]+-)*(\\d{1,2})(?:[-.](\\d{1,2}))?(?=[-@:]|$)");

  /** Whether it decides by itself how much it thinks, within an effort; others want a budget. */
  boolean thinksAdaptively() {
    return version() >= 406;
  }

  /** Whether its answers can be bound to a schema; others call a tool with that schema. */
  boolean followsSchemas() {
    return version() >= 405;
  }

  private int version() {
    Matcher matcher = VERSION.matcher(name);
    if (!matcher.find()) {
      return Integer.MAX_VALUE;
    }
    int minor = matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2));
    return Integer.parseInt(matcher.group(1)) * 100 + minor;
  }
}
