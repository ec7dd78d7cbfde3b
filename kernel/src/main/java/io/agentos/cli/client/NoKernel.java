// SPDX-License-Identifier: MIT
package io.agentos.cli.client;

import java.io.IOException;

/** Nobody serves the socket, or nobody who may be trusted. */
public final class NoKernel extends IOException {
  NoKernel(String sentence) {
    super(sentence);
  }
}
