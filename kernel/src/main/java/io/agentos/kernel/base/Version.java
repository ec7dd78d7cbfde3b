// SPDX-License-Identifier: MIT
package io.agentos.kernel.base;

/** The release this is. */
public final class Version {
  public static final String TEXT = "0.1.0";

  private Version() {}
}
