// SPDX-License-Identifier: MIT
package io.agentos.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The sandbox's layers, each tried for real by the helper that makes them. */
final class SandboxChecks {
  private static final Duration LONGEST = Duration.ofSeconds(20);

  private SandboxChecks() {}

  static List<Finding> layers(Path home) {
    Path helper = home.resolve("sandbox-native/build/agentos-sandbox");
    if (!Files.isExecutable(helper)) {
      return List.of(
          Finding.missing(
              "sandbox", "no " + helper, "build it: make -C " + home + "/sandbox-native"));
    }
    try {
      return findings(Programs.run(LONGEST, List.of(helper.toString(), "--probe")));
    } catch (IOException e) {
      return List.of(
          Finding.missing("sandbox", String.valueOf(e.getMessage()), "run " + helper + " --probe"));
    }
  }

  /** Lines of the form {@code NAME yes|no TEXT}; exit status 0 when all that is needed is there. */
  static List<Finding> findings(Programs.Outcome probe) {
    List<Finding> findings = new ArrayList<>();
    for (String line : probe.lines()) {
      String[] words = line.split(" ", 3);
      String text = words.length == 3 ? words[2] : "";
      String check = "sandbox." + words[0];
      if (words.length >= 2 && words[1].equals("yes")) {
        findings.add(Finding.ok(check, text.isEmpty() ? "works" : text));
      } else if (probe.code() == 0) {
        findings.add(Finding.degraded(check, "does without", text));
      } else {
        findings.add(Finding.missing(check, "does not work here", text));
      }
    }
    if (findings.isEmpty()) {
      findings.add(Finding.missing("sandbox", "the probe said nothing", "rebuild the helper"));
    }
    return findings;
  }
}
