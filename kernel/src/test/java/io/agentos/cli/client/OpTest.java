// SPDX-License-Identifier: MIT
package io.agentos.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentos.kernel.syscall.Opcode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class OpTest {
  @ParameterizedTest
  @EnumSource
  void hasTheNumberOfTheKernelsTable(Op op) {
    assertThat(op.number()).isEqualTo(Opcode.valueOf(op.name()).number());
  }
}
