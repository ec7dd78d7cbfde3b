// SPDX-License-Identifier: MIT
package io.agentos.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentos.cli.client.Fields;
import io.agentos.cli.client.Json;
import io.agentos.cli.local.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DoctorIT {
  @TempDir Path folder;

  private Path home;
  private Path temporary;

  @BeforeEach
  void install() throws IOException {
    home = TestHome.in(folder);
    temporary = Files.createDirectory(folder.resolve("tmp"));
  }

  @AfterEach
  void uninstall() throws IOException {
    Folders.delete(home);
  }

  @Test
  void findsOutWhatEnforcesEachLimitHere() throws Exception {
    try (CliProcess doctor =
        CliProcess.start(home, temporary, Map.of("GEMINI_API_KEY", ""), "doctor", "--json")) {
      Fields report = Fields.of(Json.parse(doctor.line()));

      List<Fields> findings = report.objects("findings");
      assertThat(findings)
          .extracting(finding -> finding.text("check"))
          .contains("linux", "java", "python", "sandbox.user", "cgroup", "trial", "kernel")
          .contains("limit.memory", "limit.cpu", "limit.max_pids", "limit.wall_time");
      assertThat(findings)
          .allSatisfy(
              finding ->
                  assertThat(finding.text("status").equals("ok") || finding.has("remedy"))
                      .isTrue());
      assertThat(doctor.code()).isEqualTo(report.flag("success") ? 0 : 1);
    }
  }

  @Test
  void failsAndSaysWhatToBuild_whenThereIsNoHelper() throws Exception {
    Files.delete(home.resolve("sandbox-native"));
    try (CliProcess doctor =
        CliProcess.start(home, temporary, Map.of("GEMINI_API_KEY", ""), "doctor")) {
      List<String> lines = doctor.lines();

      assertThat(doctor.code()).isEqualTo(1);
      assertThat(lines).anyMatch(line -> line.matches("missing +sandbox +no .*agentos-sandbox"));
      assertThat(lines).anyMatch(line -> line.contains("make -C"));
    }
  }

  @Test
  void neverShowsAKey() throws Exception {
    Map<String, String> environment = Map.of("GEMINI_API_KEY", "AIzaSecretSecretSecret");
    try (CliProcess doctor = CliProcess.start(home, temporary, environment, "doctor", "--json")) {
      String report = doctor.line();

      assertThat(report).contains("gemini").doesNotContain("AIzaSecret");
    }
  }

  @Test
  void attacksTheSandboxAndTellsOfEachCase() throws Exception {
    try (CliProcess doctor =
        CliProcess.start(home, temporary, Map.of(), "doctor", "--attack", "--json")) {
      Fields report = Fields.of(Json.parse(doctor.line()));

      assertThat(report.objects("cases"))
          .hasSizeGreaterThan(250)
          .allSatisfy(
              attack ->
                  assertThat(attack.text("result"))
                      .as(attack.text("case"))
                      .isIn("blocked", "allowed-by-design"));
      assertThat(doctor.code()).isZero();
    }
  }

  @Test
  void saysWhatIsMissing_whenThereIsNothingToAttackWith() throws Exception {
    Files.delete(home.resolve("sandbox-native"));
    try (CliProcess doctor = CliProcess.start(home, temporary, Map.of(), "doctor", "--attack")) {
      assertThat(doctor.lines()).isEmpty();
      assertThat(doctor.code()).isEqualTo(1);
      assertThat(doctor.errors()).contains("escape/run.py is missing").contains("install-service");
    }
  }
}
