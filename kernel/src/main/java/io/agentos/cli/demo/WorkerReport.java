// SPDX-License-Identifier: MIT
package io.agentos.cli.demo;

import io.agentos.cli.client.Fields;
import io.agentos.cli.client.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one worker says of its work.
 *
 * @param answers when each came, in seconds of the host's monotonic clock, and its tokens
 * @param counts the other fields of its report
 */
record WorkerReport(List<Answered> answers, Fields counts) {
  /** One answer of the model. */
  record Answered(double atSeconds, long tokens) {}

  /** Reads a worker's output: lines of answers, then a line of counts. */
  static WorkerReport of(List<String> output) throws IOException {
    List<Answered> answers = new ArrayList<>();
    Fields counts = Fields.of(null);
    for (String line : output) {
      Fields fields = Fields.of(Json.parse(line));
      if (fields.map().get("answers") instanceof List<?> some) {
        for (Object one : some) {
          answers.add(answered(one));
        }
      } else {
        counts = fields;
      }
    }
    if (!counts.has("asked")) {
      throw new IOException("a worker ended without its report");
    }
    return new WorkerReport(answers, counts);
  }

  private static Answered answered(@Nullable Object pair) throws IOException {
    if (pair instanceof List<?> both
        && both.size() == 2
        && both.get(0) instanceof Number at
        && both.get(1) instanceof Number tokens) {
      return new Answered(at.doubleValue(), tokens.longValue());
    }
    throw new IOException("a worker's report holds " + pair + " where [time, tokens] belongs");
  }

  /** Tokens received from {@code begin} to {@code end}. */
  long tokensWithin(double begin, double end) {
    long tokens = 0;
    for (Answered answer : answers) {
      tokens += answer.atSeconds >= begin && answer.atSeconds <= end ? answer.tokens : 0;
    }
    return tokens;
  }

  double firstAnswer() {
    return answers.isEmpty() ? Double.POSITIVE_INFINITY : answers.get(0).atSeconds;
  }

  double lastAnswer() {
    return answers.isEmpty() ? Double.NEGATIVE_INFINITY : answers.get(answers.size() - 1).atSeconds;
  }
}
