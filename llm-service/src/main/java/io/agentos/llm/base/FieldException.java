// SPDX-License-Identifier: MIT
package io.agentos.llm.base;

/** A field that is missing, unknown or of the wrong kind. */
public final class FieldException extends Exception {
  private final String sentence;

  public FieldException(String sentence) {
    super(sentence);
    this.sentence = sentence;
  }

  /** What is wrong, and what would be right, for a person. */
  public String sentence() {
    return sentence;
  }
}
