// SPDX-License-Identifier: MIT
package io.agentos.kernel.agent;

import static io.agentos.kernel.agent.AgentState.BACKOFF;
import static io.agentos.kernel.agent.AgentState.EXITED;
import static io.agentos.kernel.agent.AgentState.FAILED;
import static io.agentos.kernel.agent.AgentState.PAUSED;
import static io.agentos.kernel.agent.AgentState.RUNNING;
import static io.agentos.kernel.agent.AgentState.STARTING;
import static io.agentos.kernel.agent.AgentState.STOPPING;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class AgentStateTest {
  private static final Map<AgentState, Set<AgentState>> LEGAL =
      Map.of(
          STARTING, Set.of(RUNNING, STOPPING, BACKOFF, EXITED, FAILED),
          RUNNING, Set.of(PAUSED, STOPPING, BACKOFF, EXITED, FAILED),
          PAUSED, Set.of(RUNNING, STOPPING, BACKOFF, EXITED, FAILED),
          STOPPING, Set.of(EXITED),
          BACKOFF, Set.of(STARTING, EXITED),
          EXITED, Set.of(),
          FAILED, Set.of());

  @ParameterizedTest
  @EnumSource(AgentState.class)
  void takesTheStepsOfTheTableOnly(AgentState from) {
    for (AgentState to : AgentState.values()) {
      assertThat(from.mayBecome(to))
          .as("%s to %s", from, to)
          .isEqualTo(LEGAL.getOrDefault(from, Set.of()).contains(to));
    }
  }

  @ParameterizedTest
  @EnumSource(AgentState.class)
  void isFinal_whenNothingFollows(AgentState state) {
    assertThat(state.isFinal()).isEqualTo(state == EXITED || state == FAILED);
  }
}
