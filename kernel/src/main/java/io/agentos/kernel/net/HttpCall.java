// SPDX-License-Identifier: MIT
package io.agentos.kernel.net;

import io.agentos.kernel.wire.SyscallException;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** One request to be made; {@code timeoutMillis} bounds each wait for the server. */
public record HttpCall(
    URI url, String method, Map<String, String> headers, byte[] body, long timeoutMillis) {
  /** Not passed on to another host. */
  private static final Set<String> CREDENTIALS =
      Set.of("authorization", "cookie", "proxy-authorization");

  private static final int SEE_OTHER = 303;
  private static final int FOUND = 302;

  /** What a redirect asks for: the method as browsers do it, and no credentials to a new host. */
  HttpCall redirected(int status, String location) throws SyscallException {
    URI target;
    try {
      target = url.resolve(location);
    } catch (IllegalArgumentException e) {
      throw SyscallException.invalid("the server redirects to something that is no URL");
    }
    Map<String, String> kept = new TreeMap<>(headers);
    if (!sameOrigin(url, target)) {
      kept.keySet().removeIf(name -> CREDENTIALS.contains(name.toLowerCase(java.util.Locale.ROOT)));
    }
    boolean becomesGet = status == SEE_OTHER || (status <= FOUND && method.equals("POST"));
    return new HttpCall(
        target, becomesGet ? "GET" : method, kept, becomesGet ? new byte[0] : body, timeoutMillis);
  }

  /** The same over TLS; a port that is no default stays. */
  HttpCall upgraded() {
    if (!"http".equalsIgnoreCase(url.getScheme())) {
      return this;
    }
    String rest = url.toString().substring("http".length());
    URI secure = URI.create("https" + rest.replaceFirst("^(://[^/?#]*):80(?=[/?#]|$)", "$1"));
    return new HttpCall(secure, method, headers, body, timeoutMillis);
  }

  /** With the kernel's own headers, which replace the caller's. */
  HttpCall with(Secrets.Attached attached) {
    if (attached.headers().isEmpty()) {
      return this;
    }
    Map<String, String> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    all.putAll(headers);
    all.putAll(attached.headers());
    all.put("Accept-Encoding", "identity"); // an answer that can be looked through
    return new HttpCall(url, method, all, body, timeoutMillis);
  }

  /** Scheme, host and port: another port is another service, plain HTTP is everyone's to read. */
  private static boolean sameOrigin(URI a, URI b) {
    return String.valueOf(a.getScheme()).equalsIgnoreCase(b.getScheme())
        && String.valueOf(a.getHost()).equalsIgnoreCase(b.getHost())
        && port(a) == port(b);
  }

  private static int port(URI url) {
    boolean secure = "https".equalsIgnoreCase(url.getScheme());
    return url.getPort() >= 0 ? url.getPort() : secure ? 443 : 80;
  }
}
