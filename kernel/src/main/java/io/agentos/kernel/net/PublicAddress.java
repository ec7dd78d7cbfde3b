// SPDX-License-Identifier: MIT
package io.agentos.kernel.net;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;

/**
 * Whether an address belongs to the open internet: none of the ranges of the IANA special-purpose
 * registries.
 */
final class PublicAddress {
  private static final byte[] NAT64 = {0, 0x64, (byte) 0xff, (byte) 0x9b};

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
    return address instanceof Inet4Address
        ? isPublic4(bytes)
        : isPublic6((Inet6Address) address, bytes);
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
    if (address.isIPv4CompatibleAddress() || Arrays.equals(Arrays.copyOf(b, 4), NAT64)) {
      return isPublic4(Arrays.copyOfRange(b, 12, 16));
    }
    boolean global = (b[0] & 0xE0) == 0x20;
    boolean sixToFour = b[0] == 0x20 && b[1] == 0x02;
    boolean protocolOrDocumentation =
        b[0] == 0x20 && b[1] == 0x01 && (b[2] == 0 || (b[2] == 0x0d && (b[3] & 0xFF) == 0xb8));
    return global
        && !protocolOrDocumentation
        && !(sixToFour && !isPublic4(Arrays.copyOfRange(b, 2, 6)));
  }
}
