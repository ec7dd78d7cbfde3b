// SPDX-License-Identifier: MIT
package io.agentos.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CgroupChecksTest {
  @TempDir Path mount;

  private Finding examine() throws IOException {
    return CgroupChecks.hierarchy(
        List.of("30 24 0:26 / " + mount + " rw,nosuid shared:9 - cgroup2 cgroup2 rw"),
        List.of("5:memory:/x", "0::/agentos.service"));
  }

  private void group(String controllers) throws IOException {
    Path group = Files.createDirectory(mount.resolve("agentos.service"));
    Files.writeString(group.resolve("cgroup.controllers"), controllers + "\n");
  }

  @Test
  void isFine_whenAllControllersAreThere() throws IOException {
    group("cpuset cpu io memory pids");

    assertThat(examine().status()).isEqualTo(Finding.Status.OK);
  }

  @Test
  void namesTheControllersThatAreNotThere() throws IOException {
    group("cpu");

    Finding finding = examine();

    assertThat(finding.status()).isEqualTo(Finding.Status.DEGRADED);
    assertThat(finding.found()).contains("lacks the controllers memory, pids");
    assertThat(finding.remedy()).isNotEmpty();
  }

  @Test
  void asksForDelegation_whenTheGroupIsNotOursToWrite() throws IOException {
    Finding finding = examine();

    assertThat(finding.status()).isEqualTo(Finding.Status.DEGRADED);
    assertThat(finding.remedy()).contains("Delegate=yes");
  }

  @Test
  void saysThatThereIsNone_whenNoneIsMounted() throws IOException {
    Finding finding = CgroupChecks.hierarchy(List.of(), List.of("0::/"));

    assertThat(finding.found()).isEqualTo("no cgroup v2 hierarchy is mounted");
  }
}
