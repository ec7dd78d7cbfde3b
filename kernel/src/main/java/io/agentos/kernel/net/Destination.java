// SPDX-License-Identifier: MIT
package io.agentos.kernel.net;

import io.agentos.kernel.permission.DomainRules;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.SyscallException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;

/**
 * A host and port that someone wants to talk to, and whether they may: the one place where that is
 * judged, for the HTTP call and for the proxy alike.
 */
public record Destination(String host, int port) {
  private static final int LAST_PORT = 65_535;

  /** What ends like a number is an address to some programs: decimal, octal or hexadecimal. */
  private static final String NUMERIC = "(.*\\.)?([0-9]+|0[xX][0-9A-Fa-f]*)\\.?";

  private static final String PLAIN_ADDRESS =
      "((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\\.(?!$)|$)){4}";

  /**
   * Where a request goes to.
   *
   * @throws SyscallException INVALID_REQUEST when the URL is none that can be asked for
   */
  public static Destination of(URI url) throws SyscallException {
    String scheme = url.getScheme();
    if (scheme == null || !(scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https"))) {
      throw SyscallException.invalid("url must start with http:// or https://");
    }
    if (url.getHost() == null) {
      throw SyscallException.invalid("url names no host");
    }
    if (url.getPort() == 0 || url.getPort() > LAST_PORT) {
      throw SyscallException.invalid(
          "url names port " + url.getPort() + "; there are 1 to " + LAST_PORT);
    }
    if (url.getRawUserInfo() != null) {
      throw SyscallException.invalid(
          "url must not carry a user name or password; send an Authorization header");
    }
    if (url.getHost().matches(NUMERIC) && !url.getHost().matches(PLAIN_ADDRESS)) {
      throw SyscallException.denied(
          "host "
              + url.getHost()
              + " is a number that programs take for different addresses; write an address as 192.0.2.1");
    }
    int fallback = isSecure(url) ? 443 : 80;
    return new Destination(url.getHost(), url.getPort() < 0 ? fallback : url.getPort());
  }

  /** Whether the URL's scheme is https. */
  public static boolean isSecure(URI url) {
    return "https".equalsIgnoreCase(url.getScheme());
  }

  /** Where the same request goes over TLS. */
  public Destination upgraded() {
    return new Destination(host, port == 80 ? 443 : port);
  }

  /** Refuses a host that the rules do not let through. */
  public void judge(DomainRules rules) throws SyscallException {
    if (!allowed(() -> rules.allows(host, port))) {
      throw SyscallException.denied(
          "host "
              + host
              + portIfOdd()
              + " is not among this agent's network domains "
              + rules.patterns());
    }
  }

  /** Refuses bytes that nobody looks into, unless the rules let them through. */
  public void judgeTunnel(DomainRules rules) throws SyscallException {
    judge(rules);
    if (!allowed(() -> rules.allowsTunnel(host, port))) {
      throw SyscallException.denied(
          "a tunnel to port "
              + port
              + " of "
              + host
              + " needs a network domain that names the port, such as "
              + host
              + ":"
              + port
              + "; without, tunnels lead to port 443 only");
    }
  }

  private String portIfOdd() {
    return port == 443 || port == 80 ? "" : " port " + port;
  }

  private interface Question {
    boolean ask();
  }

  private static boolean allowed(Question question) throws SyscallException {
    try {
      return question.ask();
    } catch (IllegalArgumentException e) {
      throw SyscallException.invalid("url names no valid host: " + e.getMessage());
    }
  }

  /**
   * The addresses to connect to, all of them judged: nobody resolves the name again. May block.
   *
   * @throws SyscallException UNAVAILABLE when the name is not known, PERMISSION_DENIED when it
   *     leads to where the rules do not
   */
  public List<InetAddress> resolve(DomainRules rules) throws SyscallException {
    InetAddress[] addresses;
    try {
      addresses = InetAddress.getAllByName(host);
    } catch (UnknownHostException e) {
      throw new SyscallException(ErrorCode.UNAVAILABLE, "host " + host + " is not known");
    }
    for (InetAddress address : addresses) {
      if (!PublicAddress.is(address)
          && !rules.names(host, port)
          && !rules.names(address.getHostAddress(), port)) {
        throw SyscallException.denied(
            "host "
                + host
                + " is at "
                + address.getHostAddress()
                + ", a private, local or reserved address; to allow that, list the host by its exact name");
      }
    }
    return List.of(addresses);
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
