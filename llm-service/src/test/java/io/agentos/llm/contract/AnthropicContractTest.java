// SPDX-License-Identifier: MIT
package io.agentos.llm.contract;

import org.junit.jupiter.api.Nested;

final class AnthropicContractTest {
  @Nested
  final class Answers extends AnswerContract {
    Answers() {
      super(new AnthropicDialect());
    }
  }

  @Nested
  final class Failures extends FailureContract {
    Failures() {
      super(new AnthropicDialect());
    }
  }

  @Nested
  final class Steering extends SteeringContract {
    Steering() {
      super(new AnthropicDialect());
    }
  }

  @Nested
  final class Mutants extends MutationContract {
    Mutants() {
      super(new AnthropicDialect());
    }
  }
}
