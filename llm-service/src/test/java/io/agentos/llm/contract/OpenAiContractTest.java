// SPDX-License-Identifier: MIT
package io.agentos.llm.contract;

import org.junit.jupiter.api.Nested;

final class OpenAiContractTest {
  @Nested
  final class Answers extends AnswerContract {
    Answers() {
      super(new OpenAiDialect());
    }
  }

  @Nested
  final class Failures extends FailureContract {
    Failures() {
      super(new OpenAiDialect());
    }
  }

  @Nested
  final class Steering extends SteeringContract {
    Steering() {
      super(new OpenAiDialect());
    }
  }

  @Nested
  final class Mutants extends MutationContract {
    Mutants() {
      super(new OpenAiDialect());
    }
  }
}
