// SPDX-License-Identifier: MIT
package io.agentos.llm.settings;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Takes every known key out of a text; both outputs of the process pass through one of these. */
public final class Redactor {
  static final String PLACEHOLDER = "[redacted]";

  private final List<String> secrets;

  public Redactor(Collection<ApiKey> keys) {
    // Longest first: a key may begin with another one.
    this.secrets =
        keys.stream()
            .map(ApiKey::value)
            .flatMap(key -> Stream.of(key, URLEncoder.encode(key, StandardCharsets.UTF_8)))
            .distinct()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList();
  }

  public String redact(String text) {
    String clean = text;
    for (String secret : secrets) {
      clean = clean.replace(secret, PLACEHOLDER);
    }
    return clean;
  }
}
