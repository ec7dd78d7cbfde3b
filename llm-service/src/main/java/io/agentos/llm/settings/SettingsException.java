// SPDX-License-Identifier: MIT
package io.agentos.llm.settings;

/** Something the operator has to put right before the service can start; the message says what. */
public final class SettingsException extends Exception {
  public SettingsException(String message) {
    super(message);
  }
}
