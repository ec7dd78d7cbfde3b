// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class RoleTest {
  @Test
  void theDoorAsksTheLlmAndNothingElse() {
    assertThat(Arrays.stream(Opcode.values()).filter(Role.DOOR::mayCall))
        .containsExactlyInAnyOrder(Opcode.THINK, Opcode.LLM_STATUS);
    assertThat(Role.DOOR.refusal(Opcode.SPAWN, "door")).contains("SPAWN", "door on the host");
  }
}
