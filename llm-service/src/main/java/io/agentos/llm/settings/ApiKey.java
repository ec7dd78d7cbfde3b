// SPDX-License-Identifier: MIT
package io.agentos.llm.settings;

import io.agentos.llm.base.Limits;
import java.util.Optional;

/** A secret. It prints as a placeholder, so that only a caller that means to can get at it. */
public final class ApiKey {
  private final String value;

  private ApiKey(String value) {
    this.value = value;
  }

  /**
   * A key as it was found.
   *
   * @param origin where the key was found, for the sentence that refuses it
   */
  static ApiKey of(String value, String origin) throws SettingsException {
    return find(value)
        .orElseThrow(
            () ->
                new SettingsException(
                    "the key in "
                        + origin
                        + " is no API key: one has "
                        + Limits.KEY_CHARS_MIN
                        + " to "
                        + Limits.KEY_CHARS_MAX
                        + " printable ASCII characters, without blanks, quotes and backslashes"));
  }

  /** The key, if the value can be one. */
  static Optional<ApiKey> find(String value) {
    boolean right =
        value.length() >= Limits.KEY_CHARS_MIN
            && value.length() <= Limits.KEY_CHARS_MAX
            && value.chars().allMatch(ApiKey::allowed);
    return right ? Optional.of(new ApiKey(value)) : Optional.empty();
  }

  /** What JSON and an HTTP header both carry unchanged: a key looks the same wherever it shows. */
  private static boolean allowed(int character) {
    return character > ' '
        && character < 0x7f
        && character != '"'
        && character != '\''
        && character != '\\';
  }

  public String value() {
    return value;
  }

  @Override
  public String toString() {
    return Redactor.PLACEHOLDER;
  }
}
