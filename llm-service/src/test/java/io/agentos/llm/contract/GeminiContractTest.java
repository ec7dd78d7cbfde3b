// SPDX-License-Identifier: MIT
package io.agentos.llm.contract;

import org.junit.jupiter.api.Nested;

final class GeminiContractTest {
  @Nested
  final class Answers extends AnswerContract {
    Answers() {
      super(new GeminiDialect());
    }
  }

  @Nested
  final class Failures extends FailureContract {
    Failures() {
      super(new GeminiDialect());
    }
  }

  @Nested
  final class Steering extends SteeringContract {
    Steering() {
      super(new GeminiDialect());
    }
  }

  @Nested
  final class Mutants extends MutationContract {
    Mutants() {
      super(new GeminiDialect());
    }
  }
}
