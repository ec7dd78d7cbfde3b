// SPDX-License-Identifier: MIT
package io.agentos.kernel.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentos.kernel.permission.DomainRules;
import io.agentos.kernel.wire.SyscallException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The URLs of the table, judged by the rules and the address alone. */
final class HostileDomainsTest {
  @ParameterizedTest
  @MethodSource("io.agentos.kernel.testing.HostileInputs#domains")
  void judges(String patterns, String outcome, String url) {
    List<String> domains = patterns.isEmpty() ? List.of() : List.of(withPorts(patterns).split(","));
    assertThat(lets(DomainRules.of(domains), withPorts(url))).isEqualTo(outcome.equals("answered"));
  }

  private static String withPorts(String text) {
    return text.replace("{port}", "8080").replace("{other}", "8081");
  }

  private static boolean lets(DomainRules rules, String url) {
    try {
      Destination to = Destination.of(new URI(url));
      to.judge(rules);
      return !to.resolve(rules).isEmpty();
    } catch (URISyntaxException | SyscallException refused) {
      return false;
    }
  }
}
