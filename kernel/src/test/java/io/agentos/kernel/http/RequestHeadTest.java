// SPDX-License-Identifier: MIT
package io.agentos.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read in one way only, and what might be read in two. */
final class RequestHeadTest {
  private static String fault(String head) {
    byte[] bytes = (head + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1);
    return String.valueOf(RequestHead.fault(bytes));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET http://a/ HTTP/1.1\r\nHost: a",
        "GET http://a/ HTTP/1.0",
        "CONNECT a:443 HTTP/1.1\r\nHost: a:443",
        "POST http://a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5",
        "POST http://a/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked",
        "GET http://a/ HTTP/1.1\r\nhost:a\r\nX-Tab: a\tb\r\nX-Empty:\r\nX-Latin: \u00e9",
      })
  void passesWhatIsPlain(String head) {
    assertThat(fault(head)).isEqualTo("null");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET http://a/ HTTP/1.1",
        "GET http://a/ HTTP/2.0\r\nHost: a",
        "GET  http://a/ HTTP/1.1\r\nHost: a",
        "GET http://a/ x HTTP/1.1\r\nHost: a",
        "GET\thttp://a/ HTTP/1.1\r\nHost: a",
        "G(T http://a/ HTTP/1.1\r\nHost: a",
        "\r\nGET http://a/ HTTP/1.1\r\nHost: a",
        "GET http://a/ HTTP/1.1\nHost: a",
        "GET http://a/ HTTP/1.1\r\nHost: a\nX: b",
        "GET http://a/ HTTP/1.1\r\nHost: a\rX: b",
        "GET http://a/ HTTP/1.1\r\nHost: a\u0000",
        "GET http://a/ HTTP/1.1\r\nHost: a\r\nHost: b",
        "GET http://a/ HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2",
        "GET http://a/ HTTP/1.1\r\nHost: a\r\n X: 1",
        "GET http://a/ HTTP/1.1\r\nHost : a",
        "GET http://a/ HTTP/1.1\r\nHost: a\r\n: b",
        "GET http://a/ HTTP/1.1\r\nHost: a\r\nno colon",
        "POST http://a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1",
        "POST http://a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1",
        "POST http://a/ HTTP/1.1\r\nHost: a\r\nContent-Length: +1",
        "POST http://a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1",
        "POST http://a/ HTTP/1.1\r\nHost: a\r\nContent-Length:",
        "POST http://a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked",
        "POST http://a/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1",
        "POST http://a/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity",
        "POST http://a/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked",
        "POST http://a/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "POST http://a/ HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked",
        "POST http://a/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked",
        "POST http://a/ HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\u000bchunked",
      })
  void refusesWhatIsNot(String head) {
    assertThat(fault(head)).isNotEqualTo("null");
  }
}
