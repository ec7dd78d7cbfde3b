// SPDX-License-Identifier: MIT
package io.agentos.kernel.net;

import io.agentos.kernel.base.Limits;
import io.agentos.kernel.permission.DomainRules;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.SyscallException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request on a connection of its own: connections are not shared, so that one agent's
 * never serves another. Names are resolved once, and the addresses that were judged are those that
 * are connected to.
 */
final class HttpExchange {
  /**
   * Of one line of a header, and of how many there are: a server's endless ones must not fill the
   * kernel.
   */
  private static final int LONGEST_HEADER_LINE = 8 * 1024;

  private static final int MOST_HEADERS = 100;
  private static final int MOST_HEADER_BYTES = 64 * 1024;

  private static final ManagedHttpClientConnectionFactory CONNECTIONS =
      ManagedHttpClientConnectionFactory.builder()
          .http1Config(
              Http1Config.custom()
                  .setMaxLineLength(LONGEST_HEADER_LINE)
                  .setMaxHeaderCount(MOST_HEADERS)
                  .build())
          .build();

  private @Nullable HttpUriRequestBase current;
  private boolean cancelled;

  /** Carries a refusal through the client. */
  private static final class RefusedException extends UnknownHostException {
    private final transient SyscallException refusal;

    RefusedException(SyscallException refusal) {
      super(refusal.sentence());
      this.refusal = refusal;
    }
  }

  HttpAnswer perform(HttpCall call, DomainRules rules) throws IOException, SyscallException {
    HttpUriRequestBase request = new HttpUriRequestBase(call.method(), call.url());
    call.headers().forEach(request::addHeader);
    if (call.body().length > 0) {
      request.setEntity(new ByteArrayEntity(call.body(), null));
    }
    request.setConfig(
        RequestConfig.custom()
            .setRedirectsEnabled(false)
            .setResponseTimeout(call.timeoutMillis(), TimeUnit.MILLISECONDS)
            .build());
    begin(request);
    try (CloseableHttpClient client =
        client(Destination.of(call.url()), rules, call.timeoutMillis())) {
      return client.execute(request, HttpExchange::answer);
    } catch (RefusedException e) {
      throw e.refusal;
    }
  }

  private static CloseableHttpClient client(
      Destination destination, DomainRules rules, long timeoutMillis) {
    return HttpClients.custom()
        .setConnectionManager(
            PoolingHttpClientConnectionManagerBuilder.create()
                .setConnectionFactory(CONNECTIONS)
                .setDnsResolver(new JudgingResolver(destination, rules))
                .setDefaultConnectionConfig(
                    ConnectionConfig.custom()
                        .setConnectTimeout(timeoutMillis, TimeUnit.MILLISECONDS)
                        .setSocketTimeout((int) timeoutMillis, TimeUnit.MILLISECONDS)
                        .build())
                .build())
        .disableRedirectHandling()
        .disableAutomaticRetries()
        .disableCookieManagement()
        .disableAuthCaching()
        .setUserAgent("AgentOS")
        .build();
  }

  private static HttpAnswer answer(ClassicHttpResponse response) throws IOException {
    Map<String, String> headers = new TreeMap<>();
    for (Header header : response.getHeaders()) {
      String value = header.getValue() == null ? "" : header.getValue();
      headers.merge(
          header.getName().toLowerCase(java.util.Locale.ROOT), value, (a, b) -> a + ", " + b);
    }
    if (headers.entrySet().stream().mapToInt(h -> h.getKey().length() + h.getValue().length()).sum()
        > MOST_HEADER_BYTES) {
      throw new IOException("its headers are larger than " + MOST_HEADER_BYTES + " bytes");
    }
    HttpEntity entity = response.getEntity();
    if (entity == null) {
      return new HttpAnswer(response.getCode(), headers, new byte[0], false);
    }
    // No close: that would read an endless body to its end; the client is closed right after.
    InputStream body = entity.getContent();
    byte[] bytes = body.readNBytes(Limits.READ_LIMIT);
    boolean truncated = bytes.length == Limits.READ_LIMIT && body.read() >= 0;
    return new HttpAnswer(response.getCode(), headers, bytes, truncated);
  }

  private synchronized void begin(HttpUriRequestBase request) throws SyscallException {
    if (cancelled) {
      throw givenUp();
    }
    current = request;
  }

  static SyscallException givenUp() {
    return new SyscallException(ErrorCode.CANCELLED, "the request was given up");
  }

  synchronized boolean isCancelled() {
    return cancelled;
  }

  /** Ends the request under way, whatever it waits for. */
  synchronized void cancel() {
    cancelled = true;
    if (current != null) {
      try {
        current.cancel();
      } catch (IllegalStateException ended) {
        // The client's word for a connection that it gave back itself at this very moment.
      }
    }
  }

  private record JudgingResolver(Destination destination, DomainRules rules)
      implements DnsResolver {

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
      try {
        return destination.resolve(rules).toArray(InetAddress[]::new);
      } catch (SyscallException refusal) {
        throw new RefusedException(refusal);
      }
    }

    @Override
    public String resolveCanonicalHostname(String host) {
      return host;
    }
  }
}
