// SPDX-License-Identifier: MIT
package io.agentos.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WorkerReportTest {
  @Test
  void gathersAnswersOverSeveralLines() throws IOException {
    WorkerReport report =
        WorkerReport.of(
            List.of(
                "{\"answers\": [[10.0, 5], [11.0, 5]]}",
                "{\"answers\": [[12.5, 7]]}",
                "{\"asked\": 3, \"answered\": 3}"));

    assertThat(report.firstAnswer()).isEqualTo(10.0);
    assertThat(report.lastAnswer()).isEqualTo(12.5);
    assertThat(report.tokensWithin(11.0, 12.5)).isEqualTo(12);
    assertThat(report.counts().whole("asked")).isEqualTo(3);
  }

  @Test
  void refusesAWorkerThatEndedWithoutItsReport() {
    assertThatThrownBy(() -> WorkerReport.of(List.of("{\"answers\": []}")))
        .hasMessage("a worker ended without its report");
  }

  @Test
  void refusesAnswersOfAnotherShape() {
    assertThatThrownBy(() -> WorkerReport.of(List.of("{\"answers\": [[1]]}")))
        .hasMessageContaining("[time, tokens]");
  }
}
