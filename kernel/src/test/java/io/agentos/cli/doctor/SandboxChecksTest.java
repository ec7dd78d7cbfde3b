// SPDX-License-Identifier: MIT
package io.agentos.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SandboxChecksTest {
  @Test
  void takesEachLayerAsTheProbeFoundIt() {
    List<Finding> findings =
        SandboxChecks.findings(
            new Programs.Outcome(
                0, List.of("user yes any host ids", "mount yes", "idmap no mount it")));

    assertThat(findings)
        .containsExactly(
            new Finding("sandbox.user", Finding.Status.OK, "any host ids", ""),
            new Finding("sandbox.mount", Finding.Status.OK, "works", ""),
            new Finding("sandbox.idmap", Finding.Status.DEGRADED, "does without", "mount it"));
  }

  @Test
  void missesALayer_whenTheProbeSaysThatNoFullSandboxCanBeMade() {
    List<Finding> findings =
        SandboxChecks.findings(new Programs.Outcome(1, List.of("user no write 1 to /proc/x")));

    assertThat(findings)
        .containsExactly(
            new Finding(
                "sandbox.user",
                Finding.Status.MISSING,
                "does not work here",
                "write 1 to /proc/x"));
    assertThat(new Doctor(findings).canSandbox()).isFalse();
  }

  @Test
  void isNoPass_whenTheProbeSaysNothing() {
    List<Finding> findings = SandboxChecks.findings(new Programs.Outcome(0, List.of()));

    assertThat(new Doctor(findings).canSandbox()).isFalse();
  }

  @Test
  void saysHowToBuildTheHelper_whenThereIsNone(@TempDir Path home) {
    assertThat(SandboxChecks.layers(home))
        .singleElement()
        .satisfies(finding -> assertThat(finding.remedy()).contains("make -C"));
  }
}
