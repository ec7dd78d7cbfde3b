// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentos.kernel.wire.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class OpcodeTest {
  private static final Path PROTOCOL = Path.of("../docs/protocol.md");

  @Test
  void tableOfTheDocumentIsTheTableOfTheCode() throws IOException {
    Map<Integer, String> documented = new TreeMap<>();
    Matcher rows =
        Pattern.compile("(?m)^\\| 0x([0-9A-F]{2}) \\| ([A-Z_]+) \\|")
            .matcher(Files.readString(PROTOCOL));
    while (rows.find()) {
      documented.put(Integer.parseInt(rows.group(1), 16), rows.group(2));
    }
    Map<Integer, String> coded = new TreeMap<>();
    Arrays.stream(Opcode.values()).forEach(opcode -> coded.put(opcode.number(), opcode.name()));
    assertThat(documented).isEqualTo(coded);
  }

  @Test
  void everyErrorCodeIsDocumented() throws IOException {
    String document = Files.readString(PROTOCOL);
    assertThat(ErrorCode.values())
        .allSatisfy(code -> assertThat(document).contains("`" + code.name() + "`"));
  }

  @Test
  void findsEachCallByItsNumber() {
    assertThat(Opcode.values())
        .allSatisfy(opcode -> assertThat(Opcode.find(opcode.number())).isSameAs(opcode));
    assertThat(Opcode.find(0xEE)).isNull();
  }
}
