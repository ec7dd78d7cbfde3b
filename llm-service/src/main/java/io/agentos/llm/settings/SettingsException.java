// SPDX-License-Identifier: MIT
package io.agentos.llm.settings;

/** Something the operator has to put right before the service can start; the sentence says what. */
public final class SettingsException extends Exception {
  private final String sentence;

  public SettingsException(String sentence) {
    super(sentence);
    this.sentence = sentence;
  }

  /** What is wrong, and what would be right. */
  public String sentence() {
    return sentence;
  }
}
