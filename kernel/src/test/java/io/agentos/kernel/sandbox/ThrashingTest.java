// SPDX-License-Identifier: MIT
package io.agentos.kernel.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ThrashingTest {
  private static final long LIMIT = 48 << 20;
  private static final long OWN = 46 << 20;
  private static final long PAGES_LEFT = (LIMIT - OWN) / 4096;

  @TempDir Path folder;
  private Thrashing thrashing;
  private long reclaims;
  private long refaults;

  @BeforeEach
  void watch() {
    thrashing = new Thrashing(new Cgroup(folder), LIMIT);
  }

  /** A second in which the group's numbers grew by that much. */
  private boolean second(long moreReclaims, long morePages, long own) throws IOException {
    reclaims += moreReclaims;
    refaults += morePages;
    Files.writeString(folder.resolve("memory.events"), "low 0\nhigh 0\nmax " + reclaims + "\n");
    Files.writeString(
        folder.resolve("memory.stat"),
        "anon " + own / 2 + "\nshmem " + own / 2 + "\nworkingset_refault_file " + refaults + "\n");
    return thrashing.sample();
  }

  private int secondsUntilFound(long moreReclaims, long morePages, long own) throws IOException {
    for (int i = 1; i <= 100; i++) {
      if (second(moreReclaims, morePages, own)) {
        return i;
      }
    }
    return 0;
  }

  @Test
  void findsAnAgentThatOnlyReadsItsProgramsAgain() throws IOException {
    assertThat(secondsUntilFound(6000, PAGES_LEFT * 10, OWN)).isEqualTo(Thrashing.SAMPLES);
  }

  @Test
  void leavesAnAgentAloneThatReadsLargeFiles() throws IOException {
    assertThat(secondsUntilFound(6000, 10, OWN)).as("nothing is read again").isZero();
    assertThat(secondsUntilFound(6000, 100_000, LIMIT / 2)).as("it has room").isZero();
  }

  @Test
  void leavesAnAgentAloneThatIsJustFull() throws IOException {
    assertThat(secondsUntilFound(0, 0, OWN)).isZero();
  }

  @Test
  void beginsAnew_whenItGetsBetterForASecond() throws IOException {
    for (int i = 1; i < Thrashing.SAMPLES; i++) {
      assertThat(second(6000, PAGES_LEFT, OWN)).isFalse();
    }
    assertThat(second(0, 0, OWN)).isFalse();
    assertThat(secondsUntilFound(6000, PAGES_LEFT * 2, OWN)).isEqualTo(Thrashing.SAMPLES);
  }

  @Test
  void findsNothing_whenTheGroupIsGone() {
    assertThat(thrashing.sample()).isFalse();
  }
}
