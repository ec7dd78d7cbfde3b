// SPDX-License-Identifier: MIT
package io.agentos.kernel.boot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.kernel.permission.PermissionLevel;
import io.agentos.kernel.permission.PermissionSpec;
import io.agentos.kernel.permission.Permissions;
import io.agentos.kernel.wire.Json;
import io.agentos.kernel.wire.SyscallException;
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
  static final String TABLE = "door";
  static final String KEY = "door.listen";
  static final String MAX_TOKENS = "door.max_tokens";
  static final String MAX_CALLS = "door.max_calls";
  static final String MAX_COST = "door.max_cost";

  /** As who all that come in by it count, together. */
  static final String NAME = "door";

  private static final Pattern LOOPBACK = Pattern.compile("(127\\.0\\.0\\.1|\\[::1]):([0-9]{1,5})");
  private static final int LARGEST_PORT = 65_535;
  private static final int TOKEN_BYTES = 32;

  private HostDoor() {}

  /**
   * As the file has it.
   *
   * @param permissions of all that come in by it, together
   */
  record Settings(InetSocketAddress address, Permissions permissions) {
    /** What OpenAI's clients are given as theirs. */
    String baseUrl() {
      return "http:/" + address + "/v1";
    }
  }

  static Optional<Settings> read(JsonNode table, String file) throws IOException {
    if (table.isMissingNode()) {
      return Optional.empty();
    }
    if (!table.has("listen")) {
      throw new BootException(
          KEY + " in " + file + " is missing: the address, such as \"127.0.0.1:8080\"");
    }
    return Optional.of(new Settings(address(table.path("listen")), permissions(table, file)));
  }

  /** They may ask, within the quota that the table has; its fields are those of an agent's. */
  private static Permissions permissions(JsonNode table, String file) throws BootException {
    ObjectNode quota = table.deepCopy();
    quota.remove("listen");
    ObjectNode spec = Json.object().put("level", PermissionLevel.MINIMAL.wireName());
    spec.put("can_think", true).set("llm", quota);
    try {
      return Permissions.grant(
          Json.decode(Json.reader(PermissionSpec.class), Json.encode(spec)),
          PermissionLevel.MINIMAL);
    } catch (SyscallException wrong) {
      throw new BootException(TABLE + " in " + file + ": " + wrong.sentence());
    } catch (IllegalArgumentException wrong) {
      throw new BootException(TABLE + " in " + file + ": " + wrong.getMessage());
    }
  }

  private static InetSocketAddress address(JsonNode value) throws IOException {
    Matcher address = LOOPBACK.matcher(value.asText());
    int port = address.matches() ? Integer.parseInt(address.group(2)) : 0;
    if (port < 1 || port > LARGEST_PORT) {
      throw new BootException(
          KEY
              + " must be an address of this machine's loopback interface, such as \"127.0.0.1:8080\", was \""
              + value.asText()
              + "\": nobody else is to reach it");
    }
    return new InetSocketAddress(
        InetAddress.getByName(address.group(1).replaceAll("[\\[\\]]", "")), port);
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
