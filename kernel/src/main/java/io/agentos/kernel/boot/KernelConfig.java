// SPDX-License-Identifier: MIT
package io.agentos.kernel.boot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.toml.TomlMapper;
import io.agentos.kernel.base.KernelPaths;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.base.Nearest;
import io.agentos.kernel.llm.LlmConfig;
import io.agentos.kernel.net.Secrets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be configured: command line over environment over {@code agentos.toml} over
 * defaults. An unknown key refuses to start and names the nearest known one.
 *
 * @param operators who may beside the kernel's own user and root
 * @param strictLimits refuse a limit that only a fallback could hold
 * @param mcpServers what is started with the kernel, in their order in the file
 * @param auditEntries kept at most
 * @param auditDays for which entries are kept
 * @param secrets what is attached to requests on the way out
 * @param door where programs of the host can ask the LLM over HTTP
 * @param devices that sandboxes may be given
 * @param jsonLogs one JSON object a line instead of text for people
 */
public record KernelConfig(
    KernelPaths paths,
    int maxPayload,
    boolean strictLimits,
    boolean jsonLogs,
    String logLevel,
    LlmConfig llm,
    Operators operators,
    List<McpServers.Server> mcpServers,
    int auditEntries,
    int auditDays,
    Secrets secrets,
    Optional<HostDoor.Settings> door,
    List<Path> devices,
    Optional<Path> file) {
  private static final List<String> KEYS =
      List.of(
          "socket",
          "state_dir",
          "runtime_dir",
          "log.format",
          "log.level",
          "protocol.max_payload",
          "limits.strict",
          "audit.max_entries",
          "audit.max_days",
          "scheduler.concurrency",
          "scheduler.queue_per_agent",
          "scheduler.timeout_s",
          "scheduler.retries",
          SchedulerConfig.LIMITS,
          SchedulerConfig.PRICES,
          SchedulerConfig.FALLBACK,
          SchedulerConfig.BUDGETS,
          Operators.KEY,
          HostDoor.KEY,
          HostDoor.MAX_TOKENS,
          HostDoor.MAX_CALLS,
          HostDoor.MAX_COST,
          SandboxConfig.DEVICES,
          SecretsConfig.KEY,
          McpServers.KEY);

  private static final String[] LOG_LEVELS = {"error", "warn", "info", "debug", "trace"};

  /** The tables that others read. */
  private static final List<String> FOREIGN_TABLES = List.of("llm");

  private static final List<String> LLM_ENVIRONMENT =
      List.of(
          "PATH",
          "HOME",
          "LANG",
          "LC_ALL",
          "TZ",
          "TMPDIR",
          "GEMINI_API_KEY",
          "GOOGLE_API_KEY",
          "OPENAI_API_KEY",
          "OPENAI_BASE_URL",
          "ANTHROPIC_API_KEY",
          "ANTHROPIC_BASE_URL",
          "AGENTOS_LLM_SCRIPT",
          "AGENTOS_LLM_CASSETTE",
          "AGENTOS_LLM_CASSETTE_MODE",
          "AGENTOS_GEMINI_BASE_URL",
          "HTTPS_PROXY",
          "https_proxy",
          "NO_PROXY",
          "no_proxy",
          "SSL_CERT_FILE");

  /** What the command line may say. */
  public record Options(
      @Nullable Path config,
      @Nullable Path socket,
      @Nullable Boolean jsonLogs,
      @Nullable String logLevel) {}

  /**
   * Reads the configuration.
   *
   * @param home the folder AgentOS is installed in
   * @param environment the process's
   * @throws BootException naming the key and what would be right
   */
  public static KernelConfig load(Path home, Map<String, String> environment, Options options)
      throws IOException {
    Optional<Path> file = Optional.ofNullable(options.config()).or(() -> defaultFile());
    JsonNode toml = file.isPresent() ? parse(file.get()) : new TomlMapper().createObjectNode();
    checkKeys(toml, "", file.map(Path::toString).orElse(""));
    Values values = new Values(toml, file.map(Path::toString).orElse("the configuration"));
    Optional<Path> socketInFile = values.path("socket");
    Optional<Path> runtimeInFile = values.path("runtime_dir");
    Optional<Path> stateInFile = values.path("state_dir");
    Path socket =
        Optional.ofNullable(options.socket())
            .or(() -> path(environment.get("AGENTOS_SOCKET")))
            .or(() -> socketInFile)
            .orElse(Places.defaultSocket(environment));
    Path runtime =
        path(environment.get("AGENTOS_RUNTIME_DIR"))
            .or(() -> runtimeInFile)
            .orElse(Places.runtimeFor(socket, environment));
    Path state =
        path(environment.get("AGENTOS_STATE_DIR"))
            .or(() -> stateInFile)
            .orElse(Places.defaultState(environment));
    KernelPaths paths =
        new KernelPaths(
            socket.toAbsolutePath(),
            state.toAbsolutePath(),
            runtime.toAbsolutePath(),
            home.resolve("sandbox-native/build/agentos-sandbox"),
            home.resolve("sdk-python/src"));
    boolean json =
        Optional.ofNullable(options.jsonLogs())
            .orElse(values.oneOf("log.format", "text", "text", "json").equals("json"));
    Optional<HostDoor.Settings> door = HostDoor.read(values.at(HostDoor.TABLE), values.file());
    return new KernelConfig(
        paths,
        values.integer(
            "protocol.max_payload",
            Limits.DEFAULT_MAX_PAYLOAD,
            Limits.DEFAULT_MAX_PAYLOAD,
            Limits.LARGEST_MAX_PAYLOAD),
        values.flag("limits.strict"),
        json,
        logLevel(options, values),
        llm(home, file, values, paths, door),
        Operators.read(values.at(Operators.KEY)),
        McpServers.read(values.at(McpServers.KEY), values.file()),
        values.integer("audit.max_entries", 1_000_000, 1000, 100_000_000),
        values.integer("audit.max_days", 90, 1, 36_500),
        SecretsConfig.read(values.at(SecretsConfig.KEY), environment),
        door,
        SandboxConfig.devices(values.at(SandboxConfig.DEVICES)),
        file);
  }

  private static LlmConfig llm(
      Path home,
      Optional<Path> file,
      Values values,
      KernelPaths paths,
      Optional<HostDoor.Settings> door)
      throws IOException {
    return new LlmConfig(
        llmCommand(home, file),
        llmEnvironment(values),
        paths.state().resolve("usage.db"),
        values.integer("scheduler.concurrency", 8, 1, 1000),
        values.integer("scheduler.queue_per_agent", 64, 1, 10_000),
        Duration.ofSeconds(values.integer("scheduler.timeout_s", 120, 1, 1800)),
        values.integer("scheduler.retries", 3, 0, 20),
        SchedulerConfig.limits(values.at(SchedulerConfig.LIMITS)),
        SchedulerConfig.prices(values.at(SchedulerConfig.PRICES)),
        SchedulerConfig.fallbacks(values.at(SchedulerConfig.FALLBACK)),
        SchedulerConfig.budgets(values.at(SchedulerConfig.BUDGETS)),
        door.map(open -> new LlmConfig.Door(open.baseUrl(), HostDoor.tokenFile(paths.runtime()))));
  }

  /** The usual variables, and those that a provider's table names for its key. */
  private static List<String> llmEnvironment(Values values) {
    List<String> names = new ArrayList<>(LLM_ENVIRONMENT);
    for (JsonNode provider : values.at("llm.providers")) {
      if (provider.path("api_key_env").isTextual()) {
        names.add(provider.get("api_key_env").textValue());
      }
    }
    return List.copyOf(names);
  }

  private static String logLevel(Options options, Values values) throws BootException {
    String inFile = values.oneOf("log.level", "info", LOG_LEVELS);
    String level = options.logLevel() == null ? inFile : options.logLevel();
    if (!List.of(LOG_LEVELS).contains(level)) {
      throw new BootException("--log-level must be one of " + String.join(", ", LOG_LEVELS));
    }
    return level;
  }

  private static List<String> llmCommand(Path home, Optional<Path> config) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx512m",
                "-Xshare:auto",
                "-Xlog:disable",
                "-Xlog:all=warning:stderr",
                "-XX:SharedArchiveFile=" + home.resolve(".agentos/llm.jsa"),
                "-jar",
                home.resolve("llm-service/target/agentos-llm-service-0.1.0.jar").toString()));
    config.ifPresent(file -> command.addAll(List.of("--config", file.toAbsolutePath().toString())));
    return List.copyOf(command);
  }

  private static Optional<Path> defaultFile() {
    return List.of(Path.of("agentos.toml"), Path.of("/etc/agentos/agentos.toml")).stream()
        .filter(Files::isRegularFile)
        .findFirst();
  }

  private static Optional<Path> path(@Nullable String text) {
    return text == null || text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
  }

  private static JsonNode parse(Path file) throws IOException {
    if (!Files.isReadable(file)) {
      throw new BootException(
          "the configuration file " + file + " does not exist or can't be read");
    }
    try {
      return new TomlMapper().readTree(file.toFile());
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new BootException(file + " is no valid TOML: " + e.getOriginalMessage());
    }
  }

  private static void checkKeys(JsonNode table, String prefix, String file) throws BootException {
    for (Map.Entry<String, JsonNode> field : table.properties()) {
      String key = prefix + field.getKey();
      if (prefix.isEmpty() && FOREIGN_TABLES.contains(key)) {
        continue;
      }
      if (field.getValue().isObject()
          && KEYS.stream().anyMatch(known -> known.startsWith(key + "."))) {
        checkKeys(field.getValue(), key + ".", file);
      } else if (!KEYS.contains(key) || field.getKey().contains(".")) {
        throw new BootException(
            "unknown key \""
                + key
                + "\" in "
                + file
                + "; did you mean \""
                + Nearest.to(key, KEYS)
                + "\"?");
      }
    }
  }

  /** Typed access by dotted key. */
  private record Values(JsonNode toml, String file) {
    JsonNode at(String key) {
      return toml.at("/" + key.replace('.', '/'));
    }

    Optional<Path> path(String key) throws BootException {
      JsonNode value = at(key);
      if (value.isMissingNode()) {
        return Optional.empty();
      }
      if (!value.isTextual() || value.textValue().isEmpty()) {
        throw new BootException(key + " in " + file + " must be a path");
      }
      return Optional.of(Path.of(value.textValue()));
    }

    String oneOf(String key, String fallback, String... allowed) throws BootException {
      JsonNode value = at(key);
      if (value.isMissingNode()) {
        return fallback;
      }
      if (!value.isTextual() || !List.of(allowed).contains(value.textValue())) {
        throw new BootException(
            key + " in " + file + " must be one of " + String.join(", ", allowed));
      }
      return value.textValue();
    }

    boolean flag(String key) throws BootException {
      JsonNode value = at(key);
      if (!value.isMissingNode() && !value.isBoolean()) {
        throw new BootException(key + " in " + file + " must be true or false");
      }
      return value.asBoolean(false);
    }

    int integer(String key, int fallback, int least, int most) throws BootException {
      JsonNode value = at(key);
      if (value.isMissingNode()) {
        return fallback;
      }
      if (!value.canConvertToInt()
          || !value.isIntegralNumber()
          || value.intValue() < least
          || value.intValue() > most) {
        throw new BootException(
            key + " in " + file + " must be a whole number from " + least + " to " + most);
      }
      return value.intValue();
    }
  }
}
