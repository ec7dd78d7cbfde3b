// SPDX-License-Identifier: MIT
package io.agentos.kernel.llm;

/** A model at a provider; written {@code provider/model}. */
record ModelId(String provider, String model) {
  @Override
  public String toString() {
    return provider + "/" + model;
  }
}
