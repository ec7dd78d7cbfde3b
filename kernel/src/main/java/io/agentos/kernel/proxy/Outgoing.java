// SPDX-License-Identifier: MIT
package io.agentos.kernel.proxy;

import io.agentos.kernel.http.Refusal;
import io.agentos.kernel.net.Destination;
import io.agentos.kernel.net.Secrets;
import io.agentos.kernel.permission.SecretGrants;
import io.agentos.kernel.wire.SyscallException;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;

/**
 * What a program's request becomes: where it goes, and as what it is sent on. The request that is
 * sent is written anew; nothing but the parts that were understood gets into it.
 *
 * @param secure whether it is sent over TLS, as a URL with https asks for
 * @param expectsContinue whether the program waits to be told before it sends the body
 * @param attached secrets that go along
 */
record Outgoing(
    Destination destination,
    boolean secure,
    HttpRequest request,
    boolean expectsContinue,
    Secrets.Attached attached) {
  /** Between two neighbours only, RFC 9110 section 7.6.1; and what is said to a proxy. */
  private static final List<String> HOP_BY_HOP =
      List.of(
          "connection",
          "proxy-connection",
          "keep-alive",
          "te",
          "trailer",
          "upgrade",
          "expect",
          "proxy-authorization",
          "proxy-authenticate");

  static Outgoing of(HttpRequest head, Secrets secrets, SecretGrants grants)
      throws SyscallException, Refusal {
    return head.method().equals(HttpMethod.CONNECT) ? tunnel(head) : forward(head, secrets, grants);
  }

  boolean isTunnel() {
    return request.method().equals(HttpMethod.CONNECT);
  }

  private static Outgoing tunnel(HttpRequest head) throws SyscallException {
    String authority = head.uri();
    if (!authority.matches("(\\[[0-9A-Fa-f:.]+\\]|[^\\[\\]:/@?#]+):[0-9]{1,5}")) {
      throw SyscallException.invalid("CONNECT must name HOST:PORT");
    }
    URI url = uri("https://" + authority);
    return new Outgoing(
        Destination.of(url), /* secure= */ false, head, false, Secrets.Attached.NOTHING);
  }

  private static Outgoing forward(HttpRequest head, Secrets secrets, SecretGrants grants)
      throws SyscallException, Refusal {
    if (head.method().equals(HttpMethod.TRACE)) {
      throw new Refusal(HttpResponseStatus.METHOD_NOT_ALLOWED, "TRACE is not passed on");
    }
    if (head.uri().startsWith("/") || head.uri().equals("*")) {
      throw SyscallException.invalid(
          "this is a proxy: the request must name a whole URL, as in GET http://host/path");
    }
    URI url = uri(head.uri());
    Destination plain = Destination.of(url);
    boolean upgrade = !Destination.isSecure(url) && secrets.upgrades(plain, grants);
    Destination destination = upgrade ? plain.upgraded() : plain;
    boolean secure = upgrade || Destination.isSecure(url);
    String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    String target = url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
    HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, head.method(), target);
    request.headers().set(head.headers());
    removeHopByHop(request.headers());
    request
        .headers()
        .set(HttpHeaderNames.HOST, authority(url, destination, secure))
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    Secrets.Attached attached = secrets.attach(destination, secure, grants);
    if (!attached.headers().isEmpty()) {
      attached.headers().forEach(request.headers()::set);
      // An answer that can be looked through.
      request.headers().set(HttpHeaderNames.ACCEPT_ENCODING, HttpHeaderValues.IDENTITY);
    }
    return new Outgoing(
        destination, secure, request, HttpUtil.is100ContinueExpected(head), attached);
  }

  private static String authority(URI url, Destination to, boolean secure) {
    return to.port() == (secure ? 443 : 80) ? url.getHost() : url.getHost() + ":" + to.port();
  }

  /** Takes out what concerns one connection, but for how the body is delimited. */
  static void removeHopByHop(HttpHeaders headers) {
    for (String named : headers.getAllAsString(HttpHeaderNames.CONNECTION)) {
      for (String name : named.split(",")) {
        String option = name.strip();
        boolean delimits =
            option.equalsIgnoreCase("content-length")
                || option.equalsIgnoreCase("transfer-encoding");
        if (!option.isEmpty() && !delimits) {
          headers.remove(option);
        }
      }
    }
    HOP_BY_HOP.forEach(headers::remove);
  }

  private static URI uri(String text) throws SyscallException {
    try {
      return new URI(text);
    } catch (URISyntaxException e) {
      throw SyscallException.invalid("url is no valid URL: " + e.getReason());
    }
  }
}
