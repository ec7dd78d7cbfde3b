// SPDX-License-Identifier: MIT
package io.agentos.kernel.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentos.kernel.base.AgentId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class IdsTest {
  @TempDir private Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void name() {
    file = folder.resolve("last-id");
  }

  @Test
  void countsFromOne_andGoesOnAfterACleanEnd() throws IOException {
    Ids first = new Ids(file);
    assertThat(first.next().value()).isEqualTo(1);
    assertThat(first.next().value()).isEqualTo(2);
    first.close();
    assertThat(new Ids(file).next().value()).isEqualTo(3);
  }

  @Test
  void repeatsNone_whenTheKernelWasKilled() throws IOException {
    Set<Integer> seen = new HashSet<>();
    for (int run = 0; run < 5; run++) {
      Ids ids = new Ids(file); // and never closed
      for (int i = 0; i < 25_000; i++) {
        assertThat(seen.add(ids.next().value())).isTrue();
      }
    }
  }

  /** A number that was used before would be someone else's logs and workspace. */
  @Test
  void givesNoneAfterTheLast_sayingWhatToDo() throws IOException {
    Files.writeString(file, String.valueOf(Integer.MAX_VALUE - 15_000));
    Ids ids = new Ids(file);
    int before = 0;
    for (int i = 0; i < 10_000; i++) {
      int id = ids.next().value();
      assertThat(id).isGreaterThan(before);
      before = id;
    }
    assertThatThrownBy(ids::next)
        .hasMessageContaining("used up")
        .hasMessageContaining("remove " + file);
    assertThatThrownBy(() -> new Ids(file)).hasMessageContaining("remove " + file);
  }

  @ParameterizedTest
  @ValueSource(strings = {"many", "", "-5", "99999999999"})
  void refusesAFileThatHoldsNoNumber_sayingWhatToDo(String text) throws IOException {
    Files.writeString(file, text);
    assertThatThrownBy(() -> new Ids(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("remove it");
  }

  @Test
  void givesNoHostUserTwice_amongAgentsThatCanLiveTogether() {
    Set<Integer> users = new HashSet<>();
    if (HostIdentity.kernelIsRoot()) {
      for (int id = 1; id <= 10_000; id++) {
        int user = HostIdentity.uid(new AgentId(id));
        assertThat(users.add(user)).isTrue();
        assertThat(user).isGreaterThan(1_000_000);
      }
    } else {
      assertThat(HostIdentity.uid(new AgentId(1))).isEqualTo(HostIdentity.uid(new AgentId(2)));
    }
  }
}
