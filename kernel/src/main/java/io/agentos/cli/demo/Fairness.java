// SPDX-License-Identifier: MIT
package io.agentos.cli.demo;

import java.util.List;

/** How evenly something was shared. */
final class Fairness {
  private Fairness() {}

  /**
   * Jain's index: 1 when all got the same, 1/n when one got everything.
   *
   * @return 0 when nobody got anything
   */
  static double jain(List<Long> shares) {
    double sum = 0;
    double squares = 0;
    for (long share : shares) {
      sum += share;
      squares += (double) share * share;
    }
    return squares == 0 ? 0 : sum * sum / (shares.size() * squares);
  }
}
