// SPDX-License-Identifier: MIT
package io.agentos.cli.demo;

/** Where a scenario is, in a few words; written by its thread, read by the one that shows it. */
final class Progress {
  private volatile String text = "starting";

  void say(String words) {
    text = words;
  }

  String text() {
    return text;
  }
}
