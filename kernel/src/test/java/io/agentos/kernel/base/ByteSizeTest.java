// SPDX-License-Identifier: MIT
package io.agentos.kernel.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ByteSizeTest {
  @ParameterizedTest
  @CsvSource({
    "0,0",
    "4096,4096",
    "1K,1024",
    "1k,1024",
    "256M,268435456",
    "256MB,268435456",
    "256MiB,268435456",
    "256 mib,268435456",
    "1.5G,1610612736",
    "0.5K,512",
    "2T,2199023255552",
    "' 8M ',8388608",
    "7B,7",
    "999999999999999,999999999999999",
  })
  void readsSizesAsPeopleWriteThem(String text, long bytes) {
    assertThat(ByteSize.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "M",
        "-1",
        "-1M",
        "+1M",
        "1e9",
        "0x10",
        "1.M",
        ".5M",
        "1,5G",
        "1P",
        "1MM",
        "1 M B",
        "NaN",
        "9999999999999999",
        "1\n2",
        "１M"
      })
  void refusesWhatIsNoSize_sayingWhatOneLooksLike(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("256M");
  }

  @ParameterizedTest
  @ValueSource(strings = {"999999999T", "999999999999999G"})
  void refusesWhatIsLargerThanAnyMemory(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text)).hasMessageContaining("larger than any memory");
  }
}
