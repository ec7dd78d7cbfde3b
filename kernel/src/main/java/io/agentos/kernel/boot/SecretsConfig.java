// SPDX-License-Identifier: MIT
package io.agentos.kernel.boot;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.net.Secrets;
import io.agentos.kernel.permission.DomainRules;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the tables {@code [secrets.NAME]}; no message of this class holds a value. */
final class SecretsConfig {
  static final String KEY = "secrets";

  private static final int MOST = 256;
  private static final int LEAST_CHARACTERS = 8;
  private static final int MOST_CHARACTERS = 8192;
  private static final Set<String> FIELDS =
      Set.of("env", "file", "domains", "header", "insecure", "upgrade");

  /** The connection's own business. */
  private static final Set<String> REFUSED_HEADERS =
      Set.of(
          "host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer");

  private final String key;
  private final JsonNode table;
  private final Map<String, String> environment;

  private SecretsConfig(String key, JsonNode table, Map<String, String> environment) {
    this.key = key;
    this.table = table;
    this.environment = environment;
  }

  static Secrets read(JsonNode tables, Map<String, String> environment) throws IOException {
    if (tables.isMissingNode()) {
      return Secrets.NONE;
    }
    if (!tables.isObject() || tables.size() > MOST) {
      throw new BootException(KEY + " must hold up to " + MOST + " tables");
    }
    List<Secrets.Secret> secrets = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : tables.properties()) {
      String key = KEY + "." + entry.getKey();
      secrets.add(new SecretsConfig(key, entry.getValue(), environment).secret(entry.getKey()));
    }
    return new Secrets(secrets);
  }

  private Secrets.Secret secret(String name) throws IOException {
    if (!table.isObject() || !name.matches("[A-Za-z0-9_.-]{1,64}")) {
      throw wrong("must be a table whose name has letters, digits, _ . - only");
    }
    for (Map.Entry<String, JsonNode> field : table.properties()) {
      if (!FIELDS.contains(field.getKey())) {
        throw wrong(
            "has no field " + field.getKey() + "; there are " + FIELDS.stream().sorted().toList());
      }
    }
    String[] header = header();
    boolean insecure = flag("insecure");
    boolean upgrade = flag("upgrade");
    if (insecure && upgrade) {
      throw wrong("can't be both insecure (sent over plain HTTP) and upgrade (never)");
    }
    return new Secrets.Secret(name, value(), domains(), header[0], header[1], insecure, upgrade);
  }

  private String value() throws IOException {
    String variable = text("env");
    String file = text("file");
    if ((variable == null) == (file == null)) {
      throw wrong("needs exactly one of env (a variable of the kernel) and file");
    }
    String value =
        variable != null ? environment.get(variable) : content(Path.of(String.valueOf(file)));
    if (value == null) {
      throw wrong("names the variable " + variable + ", which is not set");
    }
    if (value.length() < LEAST_CHARACTERS
        || value.length() > MOST_CHARACTERS
        || !value.matches("[\\x20-\\x7e]*")) {
      throw wrong(
          "has a value that is not "
              + LEAST_CHARACTERS
              + " to "
              + MOST_CHARACTERS
              + " printable ASCII characters");
    }
    return value;
  }

  private String content(Path file) throws IOException {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw wrong("names the file " + file + ", which does not exist or can't be read");
    }
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
    if (mode.contains(PosixFilePermission.OTHERS_READ)) {
      throw wrong("names the file " + file + ", which everyone can read; chmod 600 it");
    }
    if (Files.size(file) > MOST_CHARACTERS) {
      throw wrong(
          "names the file " + file + ", which is larger than " + MOST_CHARACTERS + " bytes");
    }
    return Files.readString(file, StandardCharsets.ISO_8859_1).stripTrailing();
  }

  private DomainRules domains() throws BootException {
    List<String> patterns = new ArrayList<>();
    for (JsonNode pattern : table.path("domains")) {
      patterns.add(pattern.asText());
    }
    if (!table.path("domains").isArray()
        || patterns.isEmpty()
        || patterns.stream().anyMatch(p -> p.contains("*"))) {
      throw wrong("needs domains, a list of host names without wildcards");
    }
    try {
      return DomainRules.of(patterns);
    } catch (IllegalArgumentException e) {
      throw wrong("has wrong domains: " + e.getMessage());
    }
  }

  private String[] header() throws BootException {
    String text = text("header");
    String template = text == null ? "Authorization: Bearer {secret}" : text;
    int colon = template.indexOf(':');
    String name = colon < 0 ? "" : template.substring(0, colon);
    String value = template.substring(colon + 1).strip();
    if (!name.matches("[A-Za-z0-9-]{1,256}")
        || REFUSED_HEADERS.contains(name.toLowerCase(Locale.ROOT))
        || !value.matches("[\\x20-\\x7e]*\\{secret\\}[\\x20-\\x7e]*")) {
      throw wrong("needs a header such as \"Authorization: Bearer {secret}\"");
    }
    return new String[] {name, value};
  }

  private @Nullable String text(String field) throws BootException {
    JsonNode value = table.get(field);
    if (value != null && !value.isTextual()) {
      throw wrong("needs text for " + field);
    }
    return value == null ? null : value.textValue();
  }

  private boolean flag(String field) throws BootException {
    JsonNode value = table.get(field);
    if (value != null && !value.isBoolean()) {
      throw wrong("needs true or false for " + field);
    }
    return value != null && value.booleanValue();
  }

  private BootException wrong(String what) {
    return new BootException(key + " " + what);
  }
}
