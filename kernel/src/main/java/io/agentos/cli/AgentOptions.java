// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.client.Json;
import io.agentos.cli.perms.PermissionsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How an agent is started; the fields of SPAWN. */
final class AgentOptions {
  private static final String TMPFS_SIZE = "64M";

  @Parameters(
      index = "0",
      paramLabel = "SCRIPT",
      description = "A .py file, or any executable; its folder is shown to it, read-only.")
  private Path script;

  @Parameters(index = "1..*", paramLabel = "ARGS", description = "Its arguments.")
  private List<String> arguments = new ArrayList<>();

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "How others call it (default: the script's name).")
  private @Nullable String name;

  @Option(names = "--memory", paramLabel = "SIZE", description = "Most memory, such as 256M.")
  private @Nullable String memory;

  @Option(names = "--cpu", paramLabel = "CORES", description = "Most CPU, such as 0.5.")
  private @Nullable Double cpu;

  @Option(names = "--pids", paramLabel = "N", description = "Most processes and threads.")
  private @Nullable Integer pids;

  @Option(names = "--nofile", paramLabel = "N", description = "Most open files.")
  private @Nullable Integer nofile;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "End it when it has run for so long.")
  private @Nullable Double timeout;

  @Option(
      names = "--network",
      paramLabel = "MODE",
      description =
          "none (default), proxy (HTTP by its permissions, for programs that know no kernel) or host.")
  private @Nullable String network;

  @Option(
      names = "--freeze-while-waiting",
      description = "Let it stand still while it only waits for the LLM, and give back its memory.")
  private boolean freezes;

  @Option(
      names = "--openai",
      description =
          "Let programs in it ask the LLM as OpenAI's clients do: sets OPENAI_BASE_URL, and no key is needed.")
  private boolean openai;

  @Option(
      names = "--no-sandbox",
      description = "Run it as the kernel's own user: supervised and limited, but not confined.")
  private boolean noSandbox;

  @Option(
      names = "--workspace",
      paramLabel = "DIR",
      description = "A folder that is its /workspace (default: a new one).")
  private @Nullable Path workspace;

  @Option(
      names = "--mount",
      paramLabel = "SRC:DST[:ro|rw]",
      description = "Show it one more file or folder; repeatable.")
  private List<String> mounts = new ArrayList<>();

  @Option(
      names = "--tmpfs",
      paramLabel = "DST[:SIZE]",
      description = "Give it an empty folder in memory (default size 64M); repeatable.")
  private List<String> tmpfs = new ArrayList<>();

  @Option(
      names = "--allow-syscall",
      paramLabel = "NAME",
      description = "Let it make a system call that sandboxes refuse, such as ptrace; repeatable.")
  private List<String> syscalls = new ArrayList<>();

  @Option(
      names = "--device",
      paramLabel = "PATH",
      description =
          "Give it a character device that the kernel's configuration lists, such as /dev/kvm; repeatable.")
  private List<String> devices = new ArrayList<>();

  @Option(
      names = "--llm-weight",
      paramLabel = "N",
      description = "1 to 10000: its share of the LLM among others' shares (default 100).")
  private @Nullable Integer llmWeight;

  @Option(
      names = "--env-pass",
      paramLabel = "NAME",
      description = "Pass a variable of this shell on; no other is; repeatable.")
  private List<String> passed = new ArrayList<>();

  @Option(names = "--env", paramLabel = "K=V", description = "Set a variable; repeatable.")
  private Map<String, String> environment = new LinkedHashMap<>();

  @Option(names = "--python", paramLabel = "PROGRAM", description = "Run SCRIPT by this.")
  private @Nullable String python;

  @Option(
      names = "--level",
      paramLabel = "LEVEL",
      description = "Permissions: unrestricted, standard, sandboxed, readonly or minimal.")
  private @Nullable String level;

  @Option(
      names = "--permissions",
      paramLabel = "FILE|JSON",
      description = "Permissions in full: a TOML file, or JSON as the protocol has it.")
  private @Nullable String permissions;

  @Option(
      names = "--restart",
      paramLabel = "POLICY",
      description = "never (default), on-failure or always.")
  private @Nullable String restart;

  @Option(
      names = "--max-restarts",
      paramLabel = "N",
      description = "Give up after so many within 5 minutes (default 5).")
  private @Nullable Integer maxRestarts;

  /** The request. */
  Map<String, Object> request() throws IOException {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("name", name());
    request.put("script", script.toAbsolutePath().normalize().toString());
    putIf(request, "args", arguments.isEmpty() ? null : arguments);
    putIf(request, "python", python);
    Map<String, String> variables = variables();
    putIf(request, "env", variables.isEmpty() ? null : variables);
    putIf(request, "sandboxed", noSandbox ? false : null);
    putIf(request, "network", network);
    putIf(request, "openai", openai ? true : null);
    putIf(request, "freeze_while_waiting", freezes ? true : null);
    Map<String, Object> limits = limits();
    putIf(request, "limits", limits.isEmpty() ? null : limits);
    putIf(request, "permissions", permissions());
    putIf(request, "restart_policy", restart);
    putIf(request, "max_restarts", maxRestarts);
    putIf(request, "mounts", mounts.isEmpty() && tmpfs.isEmpty() ? null : mounts());
    putIf(request, "workspace", workspace == null ? null : workspace.toAbsolutePath().toString());
    putIf(request, "llm_weight", llmWeight);
    putIf(request, "allow_syscalls", syscalls.isEmpty() ? null : syscalls);
    putIf(request, "devices", devices.isEmpty() ? null : devices);
    return request;
  }

  private Map<String, String> variables() throws IOException {
    Map<String, String> variables = new LinkedHashMap<>();
    for (String passedOn : passed) {
      String value = System.getenv(passedOn);
      if (value == null) {
        throw new IOException("--env-pass: the variable " + passedOn + " is not set here");
      }
      variables.put(passedOn, value);
    }
    variables.putAll(environment);
    return variables;
  }

  /** What it is called unless a living one is. */
  String name() {
    return name == null ? defaultName(script) : name;
  }

  /** Whether the name was given, so that no other will do. */
  boolean isNamed() {
    return name != null;
  }

  private Map<String, Object> limits() {
    Map<String, Object> limits = new LinkedHashMap<>();
    putIf(limits, "memory", memory);
    putIf(limits, "cpu", cpu);
    putIf(limits, "max_pids", pids);
    putIf(limits, "wall_time", timeout);
    putIf(limits, "nofile", nofile);
    return limits;
  }

  private @Nullable Map<String, Object> permissions() throws IOException {
    Map<String, Object> all = new LinkedHashMap<>();
    putIf(all, "level", level);
    if (permissions != null) {
      given(permissions).forEach((key, value) -> all.put(String.valueOf(key), value));
    }
    return all.isEmpty() ? null : all;
  }

  private static Map<?, ?> given(String permissions) throws IOException {
    String text = permissions.strip();
    if (!text.startsWith("{") && !text.startsWith("[") && !text.isEmpty()) {
      return PermissionsFile.read(Path.of(text));
    }
    if (!(parsed(text) instanceof Map<?, ?> object)) {
      throw new IOException(
          "--permissions must be a file or a JSON object, such as {\"can_exec\": false}");
    }
    return object;
  }

  private static @Nullable Object parsed(String json) {
    try {
      return Json.parse(json);
    } catch (IOException notJson) {
      return null;
    }
  }

  private List<Map<String, String>> mounts() throws IOException {
    List<Map<String, String>> all = new ArrayList<>();
    for (String mount : mounts) {
      String[] parts = mount.split(":", -1);
      if (parts.length < 2
          || parts.length > 3
          || (parts.length == 3 && !parts[2].matches("rw|ro"))) {
        throw new IOException("--mount takes SRC:DST or SRC:DST:rw, was \"" + mount + "\"");
      }
      all.add(
          Map.of(
              "source",
              Path.of(parts[0]).toAbsolutePath().normalize().toString(),
              "target",
              parts[1],
              "mode",
              parts.length == 3 ? parts[2] : "ro"));
    }
    for (String folder : tmpfs) {
      String[] parts = folder.split(":", -1);
      if (parts.length > 2 || parts[0].isEmpty()) {
        throw new IOException("--tmpfs takes DST or DST:SIZE, was \"" + folder + "\"");
      }
      String size = parts.length == 2 ? parts[1] : TMPFS_SIZE;
      all.add(Map.of("target", parts[0], "mode", "tmpfs", "size", size));
    }
    return all;
  }

  /** The script's file name without its extension, with only what a name may hold. */
  static String defaultName(Path script) {
    String file = String.valueOf(script.getFileName());
    String stem = file.lastIndexOf('.') > 0 ? file.substring(0, file.lastIndexOf('.')) : file;
    String legal = stem.replaceAll("[^A-Za-z0-9_.@-]", "-").replaceAll("^[-.@]+", "");
    return legal.isEmpty() ? "agent" : legal.substring(0, Math.min(legal.length(), 50));
  }

  private static void putIf(Map<String, Object> map, String key, @Nullable Object value) {
    if (value != null) {
      map.put(key, value);
    }
  }
}
