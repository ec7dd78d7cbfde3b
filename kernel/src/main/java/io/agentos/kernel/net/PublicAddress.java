// SPDX-License-Identifier: MIT
package io.agentos.kernel.net;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * Whether an address belongs to the open internet: none of the ranges of the IANA special-purpose
 * registries.
 */
final class PublicAddress {
  /** 64:ff9b::/96, RFC 6052; 64:ff9b:1::/48 is local use and not global anyway. */
  private static final byte[] NAT64 = {0, 0x64, (byte) 0xff, (byte) 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};

  private PublicAddress() {}

  static boolean is(InetAddress address) {
    if (address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isSiteLocalAddress()
        || address.isMulticastAddress()) {
      return false;
    }
    byte[] bytes = address.getAddress();
    return address instanceof Inet6Address six ? isPublic6(six, bytes) : isPublic4(bytes);
  }

  private static boolean isPublic4(byte[] b) {
    int first = b[0] & 0xFF;
    int second = b[1] & 0xFF;
    int third = b[2] & 0xFF;
    boolean thisNetwork = first == 0;
    boolean shared = first == 100 && second >= 64 && second <= 127;
    boolean protocol = first == 192 && second == 0 && (third == 0 || third == 2);
    boolean relay = first == 192 && second == 88 && third == 99;
    boolean benchmark = first == 198 && (second == 18 || second == 19);
    boolean documentation =
        (first == 198 && second == 51 && third == 100)
            || (first == 203 && second == 0 && third == 113);
    boolean reserved = first >= 240;
    return !(thisNetwork || shared || protocol || relay || benchmark || documentation || reserved);
  }

  /**
   * Only 2000::/3 is global; of it and of the mapped forms, what carries an IPv4 address is judged
   * by that.
   */
  private static boolean isPublic6(Inet6Address address, byte[] b) {
    if (address.isIPv4CompatibleAddress() || Arrays.equals(Arrays.copyOf(b, NAT64.length), NAT64)) {
      return is(inner(b, 12));
    }
    if (b[0] == 0x20 && b[1] == 0x02) { // 6to4
      return is(inner(b, 2));
    }
    boolean global = (b[0] & 0xE0) == 0x20;
    boolean protocol = b[0] == 0x20 && b[1] == 0x01 && b[2] == 0;
    boolean documentation =
        (b[0] == 0x20 && b[1] == 0x01 && b[2] == 0x0d && (b[3] & 0xFF) == 0xb8)
            || (b[0] == 0x3f && (b[1] & 0xFF) == 0xff && (b[2] & 0xF0) == 0); // RFC 9637
    return global && !protocol && !documentation;
  }

  private static InetAddress inner(byte[] bytes, int from) {
    try {
      return InetAddress.getByAddress(Arrays.copyOfRange(bytes, from, from + 4));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are always an address", e);
    }
  }
}
