// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentos.kernel.base.Limits;
import io.agentos.kernel.permission.Learned.Kind;
import io.agentos.kernel.permission.Learned.Use;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class LearnedTest {
  private final Learned learned = Learned.begin();

  private Map<Use, Integer> uses() {
    return learned.uses().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  @Test
  void countsEachUse() {
    learned.add(Kind.READ, "/a");
    learned.add(Kind.READ, "/a");
    learned.add(Kind.WRITE, "/a");
    assertThat(uses()).isEqualTo(Map.of(new Use(Kind.READ, "/a"), 2, new Use(Kind.WRITE, "/a"), 1));
  }

  /** Names of programs, and nothing of what stands behind them. */
  @Test
  void takesTheProgramsOfALine_withoutTheirArguments() {
    learned.addLine(
        "TOKEN=hidden /usr/bin/curl -H 'Authorization: hidden' x | grep hidden | grep y");
    learned.addArguments(List.of("env", "A=hidden", "git", "clone", "https://u:hidden@x"));
    assertThat(uses().keySet())
        .extracting(Use::subject)
        .containsExactlyInAnyOrder("curl", "grep", "env", "git");
    assertThat(learned.uses().toString()).doesNotContain("hidden");
  }

  @Test
  void notesThatALineWasUnclear_withoutRepeatingIt() {
    learned.addLine("$hidden x; ls");
    assertThat(uses()).containsKeys(new Use(Kind.UNCLEAR, ""), new Use(Kind.EXEC, "ls"));
  }

  @Test
  void isBoundedInNumberAndLength_andSaysSo() {
    for (int i = 0; i < Limits.LEARNED_USES; i++) {
      learned.add(Kind.READ, "/" + i);
    }
    assertThat(learned.isComplete()).isTrue();
    learned.add(Kind.READ, "/0");
    assertThat(learned.isComplete()).isTrue();
    learned.add(Kind.READ, "/one-more");
    assertThat(learned.isComplete()).isFalse();
    assertThat(learned.uses()).hasSize(Limits.LEARNED_USES);
    Learned other = Learned.begin();
    for (int i = 0; i < 100; i++) {
      other.add(Kind.READ, i + "x".repeat(4000));
    }
    assertThat(other.isComplete()).isFalse();
    assertThat(other.uses().stream().mapToInt(use -> use.getKey().subject().length()).sum())
        .isLessThanOrEqualTo(Limits.LEARNED_CHARACTERS);
  }

  @Test
  void notesNothingOfThoseWhoDoNotLearn() {
    Learned.NOTHING.add(Kind.READ, "/a");
    Learned.NOTHING.addLine("ls");
    assertThat(Learned.NOTHING.uses()).isEmpty();
  }
}
