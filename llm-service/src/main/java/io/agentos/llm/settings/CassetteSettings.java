// SPDX-License-Identifier: MIT
package io.agentos.llm.settings;

import java.nio.file.Path;

/** Which cassette is used, and how. */
public record CassetteSettings(Path file, Mode mode) {
  /** What becomes of requests. */
  public enum Mode {
    /** They are answered by the providers and written down. */
    RECORD,
    /** They are answered from what was written down, and by nothing else. */
    REPLAY
  }
}
