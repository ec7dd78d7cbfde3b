// SPDX-License-Identifier: MIT
package io.agentos.kernel.permission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DomainRulesTest {
  @ParameterizedTest
  @CsvSource({
    "example.com,example.com",
    "example.com,EXAMPLE.com",
    "EXAMPLE.com,example.com",
    "example.com,example.com.",
    "example.com.,example.com",
    "*.example.com,a.example.com",
    "*.example.com,a.b.example.com",
    "*,anything.example.org",
    "*,10.0.0.1",
    "127.0.0.1,127.0.0.1",
    "[::1],::1",
    "::1,[::1]",
    "bücher.example,xn--bcher-kva.example",
    "xn--bcher-kva.example,bücher.example",
    "*.bücher.example,a.xn--bcher-kva.example",
    "localhost,localhost",
  })
  void allows(String pattern, String host) {
    assertThat(DomainRules.of(List.of(pattern)).allows(host, 443)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "example.com,a.example.com",
    "example.com,example.com.evil.org",
    "example.com,evilexample.com",
    "example.com,example.co",
    "example.com,xample.com",
    "*.example.com,example.com",
    "*.example.com,evilexample.com",
    "*.example.com,example.com.evil.org",
    "example.com,exampleXcom",
    "127.0.0.1,127.0.0.2",
    "127.0.0.1,localhost",
    "10.0.0.1,110.0.0.1",
  })
  void refuses(String pattern, String host) {
    assertThat(DomainRules.of(List.of(pattern)).allows(host, 443)).isFalse();
  }

  @Test
  void allowsNoHost_whenTheListIsEmpty() {
    assertThat(DomainRules.of(List.of()).allows("example.com", 443)).isFalse();
    assertThat(DomainRules.of(List.of()).names("127.0.0.1", 443)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*.",
        "*.*",
        "a.*",
        "*a.example",
        "http://example.com",
        "example.com/",
        "example.com/path",
        "user@example.com",
        "example.com?x",
        "example.com#x",
        "?.example.org",
        "#.example.org",
        "a b",
        "example.com\n",
        "example.com:0",
        "example.com:65536",
        "example.com:",
        ":443",
        "[::1]:x",
        "a:x:443",
        "a..b",
      })
  void refusesAPatternThatIsNoHost(String pattern) {
    assertThatThrownBy(() -> DomainRules.of(List.of(pattern)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("network");
  }

  @Test
  void refusesALabelThatIsTooLong() {
    assertThatThrownBy(() -> DomainRules.of(List.of("a".repeat(64) + ".example")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Only what stands there by itself may be a private address. */
  @Test
  void namesAHost_onlyWhenItIsListedByItself() {
    assertThat(DomainRules.of(List.of("127.0.0.1")).names("127.0.0.1", 443)).isTrue();
    assertThat(DomainRules.of(List.of("*", "localhost")).names("LOCALHOST.", 443)).isTrue();
    assertThat(DomainRules.of(List.of("*")).names("127.0.0.1", 443)).isFalse();
    assertThat(DomainRules.of(List.of("*.internal")).names("db.internal", 443)).isFalse();
  }

  @Test
  void bothMustAllow_whenTwoAreJoined() {
    DomainRules both =
        DomainRules.of(List.of("*.example.com", "a.org"))
            .and(DomainRules.of(List.of("x.example.com", "b.org")));
    assertThat(both.allows("x.example.com", 443)).isTrue();
    assertThat(both.allows("y.example.com", 443)).isFalse();
    assertThat(both.allows("a.org", 443)).isFalse();
    assertThat(both.allows("b.org", 443)).isFalse();
  }

  /** A wildcard does not open private addresses, so narrowing it must not either. */
  @Test
  void doesNotOpenAPrivateAddress_whenAWildcardIsNarrowedToIt() {
    DomainRules narrowed = DomainRules.of(List.of("*")).and(DomainRules.of(List.of("127.0.0.1")));
    assertThat(narrowed.names("127.0.0.1", 443)).isFalse();
    DomainRules subdomains =
        DomainRules.of(List.of("*.internal")).and(DomainRules.of(List.of("db.internal")));
    assertThat(subdomains.allows("db.internal", 443)).isTrue();
    assertThat(subdomains.names("db.internal", 443)).isFalse();
  }

  @Test
  void refusesToBeNarrowedWithoutEnd() {
    assertThatThrownBy(
            () -> {
              DomainRules rules = DomainRules.of(List.of("*"));
              for (int i = 0; i < 100; i++) {
                rules = rules.and(DomainRules.of(List.of("h" + i + ".example", "x.example")));
              }
            })
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("narrowed");
  }
}
