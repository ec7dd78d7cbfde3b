// SPDX-License-Identifier: MIT
package io.agentos.kernel.boot;

import java.io.IOException;

/** The kernel can't start; the message tells a person why and what to do. */
public final class BootException extends IOException {
  public BootException(String message) {
    super(message);
  }
}
