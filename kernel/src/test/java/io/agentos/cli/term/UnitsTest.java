// SPDX-License-Identifier: MIT
package io.agentos.cli.term;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class UnitsTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0B",
    "1023, 1023B",
    "1024, 1.0K",
    "1536, 1.5K",
    "104857600, 100M",
    "100663296, 96.0M",
    "1099511627776, 1.0T",
    "1125899906842624, 1024T"
  })
  void showsBytesByPowersOf1024(long bytes, String shown) {
    assertThat(Units.bytes(bytes)).isEqualTo(shown);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.0s",
    "349, 0.3s",
    "9999, 9.9s",
    "10000, 10s",
    "59999, 59s",
    "60000, 1m0s",
    "3599999, 59m59s",
    "3600000, 1h0m",
    "90000000, 1d1h"
  })
  void showsTimeByItsTwoLargestUnits(long millis, String shown) {
    assertThat(Units.duration(millis)).isEqualTo(shown);
  }

  @ParameterizedTest
  @CsvSource({"0.5, 0.5", "2, 2", "0.256, 0.26"})
  void showsAmountsWithoutNeedlessDigits(double value, String shown) {
    assertThat(Units.amount(value)).isEqualTo(shown);
  }
}
