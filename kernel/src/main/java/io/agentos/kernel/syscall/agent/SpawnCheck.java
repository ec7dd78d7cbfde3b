// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.agent;

import io.agentos.kernel.agent.AgentSpec;
import io.agentos.kernel.agent.Devices;
import io.agentos.kernel.agent.HostPlaces;
import io.agentos.kernel.agent.NetworkMode;
import io.agentos.kernel.agent.RestartPolicy;
import io.agentos.kernel.agent.SandboxLayout;
import io.agentos.kernel.base.Limits;
import io.agentos.kernel.sandbox.ResourceLimits;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Names;
import io.agentos.kernel.wire.SyscallException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns a SPAWN request into a checked {@link AgentSpec}; looks at files, so it runs on a worker
 * thread.
 */
final class SpawnCheck {
  private static final String PYTHON = "/usr/bin/python3";
  private static final int MOST_RESTARTS = 1_000_000;
  private static final int MOST_DEVICES = 16;

  /**
   * Of the system calls that the filter refuses those that act on the caller's own processes and
   * memory: debuggers, profilers of memory, emulators and io_uring need them. What makes namespaces
   * or mounts, opens by handle, loads code or keys into the system stays refused for everyone.
   */
  private static final Set<String> ALLOWABLE_SYSCALLS =
      Set.of(
          "get_mempolicy",
          "io_uring_enter",
          "io_uring_register",
          "io_uring_setup",
          "kcmp",
          "mbind",
          "memfd_secret",
          "modify_ldt",
          "move_pages",
          "msgget",
          "personality",
          "process_madvise",
          "process_vm_readv",
          "process_vm_writev",
          "ptrace",
          "set_mempolicy",
          "shmget",
          "userfaultfd");

  /** Folders too broad to be shown just because a script lies in them; then only the script is. */
  private static final Set<String> BROAD =
      Set.of(
          "/",
          "/bin",
          "/boot",
          "/dev",
          "/etc",
          "/home",
          "/lib",
          "/media",
          "/mnt",
          "/opt",
          "/root",
          "/run",
          "/srv",
          "/tmp",
          "/usr",
          "/usr/local",
          "/usr/bin",
          "/var",
          "/var/tmp",
          "/var/lib");

  private SpawnCheck() {}

  static AgentSpec check(Caller caller, SpawnRequest request, HostPlaces places, Devices devices)
      throws SyscallException {
    String name = Names.checkFor(caller, request.name());
    requireOperatorFor(caller, request);
    if ((request.script() == null) == (request.command() == null)) {
      throw SyscallException.invalid(
          "SPAWN needs exactly one of script (a file) and command (program and arguments)");
    }
    Path script = request.script() == null ? null : script(request.script());
    boolean whole = script != null && showsFolder(script);
    List<String> command = command(request, script);
    checkCount("env", environment(request).size(), Limits.ENVIRONMENT_ENTRIES);
    for (Map.Entry<String, String> entry : environment(request).entrySet()) {
      checkVariable(entry.getKey(), entry.getValue());
    }
    ResourceLimits limits =
        request.limits() == null ? ResourceLimits.NONE : request.limits().check();
    return new AgentSpec(
        name,
        command,
        environment(request),
        cwd(request, script),
        request.isSandboxed(),
        network(request),
        script,
        whole,
        request.workspace() == null ? null : folder("workspace", request.workspace()),
        new MountCheck(caller, places).check(request.mounts()),
        allowedSyscalls(request),
        devices(caller, request, devices),
        limits,
        llmWeight(request),
        restart(request),
        inside(
            request.hasOpenai(),
            request,
            "openai needs a sandbox, and network none or proxy: its own loopback interface is where it asks"),
        request.freezesWhileWaiting(),
        inside(
            request.learns(),
            request,
            "learn needs a sandbox, and network none or proxy: only what goes through the kernel is seen"));
  }

  /** Whether it is asked for what takes a network of the sandbox's own, or none. */
  private static boolean inside(boolean asked, SpawnRequest request, String sentence)
      throws SyscallException {
    if (asked && (!request.isSandboxed() || request.networkMode() == NetworkMode.HOST)) {
      throw SyscallException.invalid(sentence);
    }
    return asked;
  }

  private static int llmWeight(SpawnRequest request) throws SyscallException {
    int weight = request.llmWeight() == null ? AgentSpec.DEFAULT_LLM_WEIGHT : request.llmWeight();
    if (weight < 1 || weight > AgentSpec.MOST_LLM_WEIGHT) {
      throw SyscallException.invalid(
          "llm_weight must be 1 to " + AgentSpec.MOST_LLM_WEIGHT + ", was " + weight);
    }
    return weight;
  }

  private static Map<String, String> environment(SpawnRequest request) {
    return request.env() == null ? Map.of() : request.env();
  }

  /** An agent passes on what it has; no child reaches the host's files or lifts the sandbox. */
  private static void requireOperatorFor(Caller caller, SpawnRequest request)
      throws SyscallException {
    if (caller.isUnrestricted()) {
      return;
    }
    String field = operatorsField(request);
    if (field != null) {
      throw SyscallException.denied(
          (caller.isOperator() ? caller.origin() : "an agent")
              + " may not use "
              + field
              + " in SPAWN; only an operator without a level may");
    }
  }

  private static @Nullable String operatorsField(SpawnRequest request) {
    if (!request.isSandboxed()) {
      return "sandboxed: false";
    }
    if (request.networkMode() == NetworkMode.HOST) {
      return "network: \"host\"";
    }
    if (request.learns()) {
      return "learn";
    }
    if (request.allowSyscalls() != null) {
      return "allow_syscalls";
    }
    if (request.workspace() != null) {
      return "workspace";
    }
    return request.script() == null
        ? null
        : "script (use command with a program inside the sandbox)";
  }

  private static NetworkMode network(SpawnRequest request) throws SyscallException {
    if (request.networkMode() == NetworkMode.PROXY && !request.isSandboxed()) {
      throw SyscallException.invalid(
          "network: \"proxy\" needs a sandbox; without one an agent has the host's network anyway");
    }
    return request.networkMode();
  }

  private static Path script(String text) throws SyscallException {
    Path path = absolute("script", text);
    if (!Files.exists(path)) {
      throw SyscallException.notFound("script " + path + " does not exist");
    }
    if (!Files.isRegularFile(path)) {
      throw SyscallException.invalid("script " + path + " is not a regular file");
    }
    if (!Files.isReadable(path)) {
      throw SyscallException.denied("script " + path + " can't be read by the kernel's user");
    }
    return path;
  }

  private static boolean showsFolder(Path script) {
    String folder = folderOf(script);
    return !BROAD.contains(folder)
        && !folder.equals(System.getProperty("user.home"))
        && !folder.matches("/home/[^/]+");
  }

  private static List<String> command(SpawnRequest request, @Nullable Path script)
      throws SyscallException {
    List<String> command = new ArrayList<>();
    if (script == null) {
      command.addAll(request.command() == null ? List.of() : request.command());
      if (command.isEmpty() || command.get(0).isEmpty()) {
        throw SyscallException.invalid("command must name a program");
      }
    } else {
      if (request.python() != null || script.toString().endsWith(".py")) {
        command.add(request.python() == null ? PYTHON : request.python());
      } else if (!Files.isExecutable(script)) {
        throw SyscallException.invalid(
            "script "
                + script
                + " is neither a .py file nor executable; give python or make it executable");
      }
      command.add(
          request.isSandboxed()
              ? SandboxLayout.SCRIPTS + "/" + script.getFileName()
              : script.toString());
    }
    command.addAll(request.args() == null ? List.of() : request.args());
    checkCount("command and args", command.size(), Limits.ARGUMENTS);
    for (String word : command) {
      if (word.indexOf('\0') >= 0) {
        throw SyscallException.invalid("command and args must not hold a NUL");
      }
    }
    return command;
  }

  private static String cwd(SpawnRequest request, @Nullable Path script) throws SyscallException {
    if (request.cwd() != null) {
      return absolute("cwd", request.cwd()).toString();
    }
    if (request.isSandboxed()) {
      return SandboxLayout.WORKSPACE;
    }
    return script == null ? "/" : folderOf(script);
  }

  private static String folderOf(Path file) {
    return String.valueOf(file.getParent());
  }

  /** An operator gives what the configuration lists; an agent what it was given. */
  private static List<Devices.Device> devices(Caller caller, SpawnRequest request, Devices devices)
      throws SyscallException {
    List<String> asked = request.devices() == null ? List.of() : request.devices();
    checkCount("devices", asked.size(), MOST_DEVICES);
    if (!asked.isEmpty() && !request.isSandboxed()) {
      throw SyscallException.invalid("devices needs a sandbox; without one the host's are there");
    }
    List<Devices.Device> granted = new ArrayList<>();
    for (String text : asked) {
      Path path = absolute("devices", text);
      Devices.Device device =
          caller.isUnrestricted() ? devices.require(path) : passedOn(caller, path);
      if (granted.contains(device)) {
        throw SyscallException.invalid("devices names " + path + " twice");
      }
      granted.add(device);
    }
    return List.copyOf(granted);
  }

  private static Devices.Device passedOn(Caller caller, Path path) throws SyscallException {
    List<Devices.Device> own = caller.agent() == null ? List.of() : caller.agent().spec().devices();
    return own.stream()
        .filter(device -> device.path().equals(path))
        .findFirst()
        .orElseThrow(
            () ->
                SyscallException.denied(
                    "device "
                        + path
                        + " is none that this caller was given itself; only an operator without a level gives others"));
  }

  private static List<String> allowedSyscalls(SpawnRequest request) throws SyscallException {
    List<String> asked = request.allowSyscalls() == null ? List.of() : request.allowSyscalls();
    for (String name : asked) {
      if (!ALLOWABLE_SYSCALLS.contains(name)) {
        throw SyscallException.invalid(
            "allow_syscalls: \""
                + name.replaceAll("\\p{Cntrl}", "?")
                + "\" is not one that can be allowed; these can: "
                + ALLOWABLE_SYSCALLS.stream().sorted().toList());
      }
    }
    return asked.stream().distinct().toList();
  }

  private static RestartPolicy restart(SpawnRequest request) throws SyscallException {
    int most = request.maxRestarts() == null ? RestartPolicy.DEFAULT_MOST : request.maxRestarts();
    if (most < 0 || most > MOST_RESTARTS) {
      throw SyscallException.invalid(
          "max_restarts must be 0 to " + MOST_RESTARTS + ", was " + most);
    }
    Duration window = RestartPolicy.DEFAULT_WINDOW;
    if (request.restartWindow() != null) {
      if (!(request.restartWindow() > 0 && request.restartWindow() < 1e9)) {
        throw SyscallException.invalid("restart_window must be a number of seconds above 0");
      }
      window = Duration.ofMillis(Math.round(request.restartWindow() * 1000));
    }
    return new RestartPolicy(
        request.restartPolicy() == null ? RestartPolicy.When.NEVER : request.restartPolicy(),
        most,
        window);
  }

  private static Path folder(String field, String text) throws SyscallException {
    Path path = absolute(field, text);
    if (!Files.isDirectory(path)) {
      throw SyscallException.notFound(field + " " + path + " is no folder");
    }
    return path;
  }

  static Path absolute(String field, String text) throws SyscallException {
    try {
      Path path = Path.of(text);
      if (path.isAbsolute()) {
        return path.normalize();
      }
    } catch (InvalidPathException e) {
      throw SyscallException.invalid(field + " is no path: " + e.getReason());
    }
    throw SyscallException.invalid(field + " must be an absolute path, was \"" + text + "\"");
  }

  private static void checkVariable(String name, @Nullable String value) throws SyscallException {
    if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")
        || name.startsWith("AGENTOS_")
        || value == null
        || value.indexOf('\0') >= 0) {
      throw SyscallException.invalid(
          "env: \""
              + name.replaceAll("\\p{Cntrl}", "?")
              + "\" is no variable that can be set (letters, digits, _; not AGENTOS_*; no NUL in the value)");
    }
  }

  static void checkCount(String field, int count, int most) throws SyscallException {
    if (count > most) {
      throw SyscallException.invalid(
          field + " has " + count + " entries; at most " + most + " are allowed");
    }
  }
}
