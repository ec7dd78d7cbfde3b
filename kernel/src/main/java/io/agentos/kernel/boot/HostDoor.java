// SPDX-License-Identifier: MIT
package io.agentos.kernel.boot;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where programs of the host can ask the LLM over HTTP, if anywhere, and what lets them in. */
final class HostDoor {
  static final String KEY = "door.listen";

  private static final Pattern LOOPBACK = Pattern.compile("(127\\.0\\.0\\.1|\\[::1]):([0-9]{1,5})");
  private static final int LARGEST_PORT = 65_535;
  private static final int TOKEN_BYTES = 32;

  private HostDoor() {}

  static Optional<InetSocketAddress> read(JsonNode value) throws IOException {
    if (value.isMissingNode()) {
      return Optional.empty();
    }
    Matcher address = LOOPBACK.matcher(value.asText());
    int port = address.matches() ? Integer.parseInt(address.group(2)) : 0;
    if (port < 1 || port > LARGEST_PORT) {
      throw new BootException(
          KEY
              + " must be an address of this machine's loopback interface, such as \"127.0.0.1:8080\", was \""
              + value.asText()
              + "\": nobody else is to reach it");
    }
    return Optional.of(
        new InetSocketAddress(
            InetAddress.getByName(address.group(1).replaceAll("[\\[\\]]", "")), port));
  }

  /** Where the token of the kernel that runs is. */
  static Path tokenFile(Path runtime) {
    return runtime.resolve("door.token");
  }

  /** Makes a token that only the kernel's user can read. */
  static String makeToken(Path runtime) throws IOException {
    byte[] random = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(random);
    String token = HexFormat.of().formatHex(random);
    Path file = tokenFile(runtime);
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(file, (token + "\n").getBytes(StandardCharsets.US_ASCII));
    return token;
  }
}
