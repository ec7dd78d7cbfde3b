// SPDX-License-Identifier: MIT
package io.agentos.kernel.agent;

import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.base.KernelPaths;
import io.agentos.kernel.sandbox.SandboxPlan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** What an agent sees of the host: decides the mounts, identity and environment of its plan. */
public final class SandboxLayout {
  public static final String SOCKET = "/run/agentos.sock";
  public static final String WORKSPACE = "/workspace";
  public static final String SCRIPTS = "/agent";
  static final String SDK = "/opt/agentos/sdk";

  private static final long TMP_BYTES = 64L << 20;
  private static final int TMP_INODES = 16_384;
  private static final int BYTES_PER_INODE = 4096;
  private static final int MASK_BYTES = 4096;
  private static final int MASK_INODES = 2;
  private static final long SHM_BYTES = 64L << 20;

  /** Of /usr-merged systems these are links into /usr, of others folders. */
  static final List<String> SYSTEM =
      List.of("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32");

  /** What else every sandbox has for itself. */
  static final List<String> OWN = List.of("/usr", "/etc", "/proc", "/dev", "/tmp");

  /**
   * The files of /etc that programs need and that tell nothing about the host's people or secrets.
   */
  private static final List<String> ETC =
      List.of(
          "alternatives",
          "ca-certificates",
          "ca-certificates.conf",
          "debian_version",
          "ld.so.cache",
          "ld.so.conf",
          "ld.so.conf.d",
          "localtime",
          "magic",
          "mime.types",
          "nsswitch.conf",
          "os-release",
          "protocols",
          "python3",
          "python3.10",
          "python3.11",
          "python3.12",
          "python3.13",
          "services",
          "ssl/certs",
          "ssl/openssl.cnf",
          "java-17-openjdk",
          "java-21-openjdk");

  /** Only with the host's network: how to find names. */
  private static final List<String> ETC_NETWORK = List.of("hosts", "resolv.conf");

  /** In a script's folder these are shown empty: a project's keys lie beside its scripts. */
  static final List<String> MASKED =
      List.of(
          ".env",
          ".env.local",
          ".git",
          ".ssh",
          ".aws",
          ".gnupg",
          ".netrc",
          ".npmrc",
          ".pypirc",
          ".git-credentials");

  /** Shown in place of a secret. */
  private static final String EMPTY = "empty";

  /**
   * How a folder of the kernel's or the caller's is shown: as root with its owner seen as the
   * agent, otherwise it has to be the kernel user's, or readable for all, as it is.
   */
  private static final String READ_ONLY =
      HostIdentity.kernelIsRoot() ? "--own-ro-bind" : "--ro-bind";

  private static final String READ_WRITE = HostIdentity.kernelIsRoot() ? "--own-bind" : "--bind";

  private final KernelPaths paths;

  public SandboxLayout(KernelPaths paths) {
    this.paths = paths;
  }

  /** The plan of a sandboxed agent, without its limits. Makes the folders it needs. */
  public SandboxPlan sandboxed(AgentId id, AgentSpec spec) throws IOException {
    SandboxPlan plan = new SandboxPlan(spec.command());
    plan.with("--uid", HostIdentity.INSIDE_UID).with("--gid", HostIdentity.INSIDE_UID);
    if (HostIdentity.kernelIsRoot()) {
      plan.with("--map-uid", HostIdentity.uid(id)).with("--map-gid", HostIdentity.gid(id));
    }
    plan.with("--hostname", hostname(spec.name()));
    if (spec.network() == NetworkMode.HOST) {
      plan.with("--share-net");
    }
    spec.localPorts().forEach(plan::listening);
    system(plan, spec.network() == NetworkMode.HOST);
    accounts(plan, id);
    if (spec.network() == NetworkMode.PROXY) {
      ownNames(plan, id);
    }
    plan.with("--proc", "/proc").with("--dev", "/dev", SHM_BYTES);
    for (Devices.Device device : spec.devices()) {
      plan.opening(
          () -> new SandboxPlan.Source("--device", device.open()), device.path().toString());
    }
    plan.with("--tmpfs", "/tmp", TMP_BYTES, TMP_INODES);
    plan.with(READ_WRITE, workspace(id, spec), WORKSPACE);
    script(plan, id, spec);
    for (AgentSpec.Mount mount : spec.mounts()) {
      mount(plan, mount);
    }
    spec.allowedSyscalls().forEach(name -> plan.with("--allow-syscall", name));
    plan.with("--ro-bind", paths.sdk(), SDK);
    plan.with("--ro-bind", paths.agentSocket(id), SOCKET);
    plan.with("--chdir", spec.cwd());
    environment(plan, sandboxEnvironment(id, spec));
    return plan;
  }

  private static void mount(SandboxPlan plan, AgentSpec.Mount mount) {
    Path source = mount.source();
    HostPlace passedOn = mount.passedOn();
    if (passedOn != null) {
      plan.opening(() -> open(passedOn, mount.writable()), mount.target());
    } else if (source == null) {
      long inodes = Math.max(MASK_INODES, mount.tmpfsBytes() / BYTES_PER_INODE);
      plan.with("--tmpfs", mount.target(), mount.tmpfsBytes(), inodes);
    } else {
      plan.with(mount.writable() ? READ_WRITE : READ_ONLY, source, mount.target());
    }
  }

  /** The owner's rights go along only where they were the other agent's, too. */
  private static SandboxPlan.Source open(HostPlace place, boolean writable) throws IOException {
    HostPlace.Opened opened = place.open();
    String shared = writable ? "--bind-fd" : "--ro-bind-fd";
    String owned = writable ? "--own-bind-fd" : "--own-ro-bind-fd";
    return new SandboxPlan.Source(
        HostIdentity.kernelIsRoot() && opened.owned() ? owned : shared, opened.handle());
  }

  /**
   * The plan of an agent that asked for no sandbox: supervised, limited, and otherwise the kernel's
   * user.
   */
  public SandboxPlan unsandboxed(AgentId id, AgentSpec spec) {
    SandboxPlan plan =
        new SandboxPlan(spec.command()).with("--supervise-only").with("--chdir", spec.cwd());
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    variables.put("HOME", System.getProperty("user.home"));
    variables.put("PYTHONPATH", paths.sdk().toString());
    common(variables, id, spec, paths.agentSocket(id).toString());
    environment(plan, variables);
    return plan;
  }

  /** Environment of a sandboxed agent, and of the commands it runs by EXEC. */
  public static Map<String, String> sandboxEnvironment(AgentId id, AgentSpec spec) {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("PATH", "/usr/local/bin:/usr/bin:/bin");
    variables.put("HOME", WORKSPACE);
    variables.put("TMPDIR", "/tmp");
    variables.put("PYTHONPATH", SDK);
    if (spec.network() == NetworkMode.PROXY) {
      proxy(variables);
    }
    if (spec.openai()) {
      openai(variables, spec.network());
    }
    common(variables, id, spec, SOCKET);
    return variables;
  }

  /** As curl, Python, Node and the rest look for it: some in capitals only, some not. */
  private static void proxy(Map<String, String> variables) {
    String url = "http://127.0.0.1:" + LocalService.PROXY_PORT;
    for (String name : List.of("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")) {
      variables.put(name, url);
      variables.put(name.toLowerCase(Locale.ROOT), url);
    }
    variables.put("NO_PROXY", "");
    variables.put("no_proxy", "");
    variables.put("NODE_USE_ENV_PROXY", "1");
  }

  /** Clients want a key, and send it along; here it says nothing and counts for nothing. */
  private static void openai(Map<String, String> variables, NetworkMode network) {
    variables.put("OPENAI_BASE_URL", "http://127.0.0.1:" + LocalService.LLM_PORT + "/v1");
    variables.put("OPENAI_API_KEY", "agentos");
    if (network == NetworkMode.PROXY) {
      variables.put("NO_PROXY", "127.0.0.1");
      variables.put("no_proxy", "127.0.0.1");
    }
  }

  private static void common(
      Map<String, String> variables, AgentId id, AgentSpec spec, String socket) {
    variables.put("LANG", "C.UTF-8");
    variables.put("PYTHONUNBUFFERED", "1");
    variables.put("PYTHONDONTWRITEBYTECODE", "1");
    variables.putAll(spec.environment());
    variables.put("AGENTOS_SOCKET", socket);
    variables.put("AGENTOS_AGENT_ID", id.toString());
    variables.put("AGENTOS_AGENT_NAME", spec.name());
  }

  private static void environment(SandboxPlan plan, Map<String, String> variables) {
    variables.forEach((name, value) -> plan.with("--setenv", name, value));
  }

  private static void system(SandboxPlan plan, boolean network) throws IOException {
    plan.with("--ro-bind", "/usr", "/usr");
    for (String folder : SYSTEM) {
      Path path = Path.of(folder);
      if (Files.isSymbolicLink(path)) {
        plan.with("--symlink", Files.readSymbolicLink(path), folder);
      } else if (Files.isDirectory(path)) {
        plan.with("--ro-bind", folder, folder);
      }
    }
    for (String name : ETC) {
      plan.with("--ro-bind-try", "/etc/" + name, "/etc/" + name);
    }
    if (network) {
      for (String name : ETC_NETWORK) {
        plan.with("--ro-bind-try", "/etc/" + name, "/etc/" + name);
      }
    }
  }

  /** The sandbox knows two users: itself and nobody. */
  private void accounts(SandboxPlan plan, AgentId id) throws IOException {
    Path folder = paths.agentRuntime(id);
    String user =
        "agent:x:1000:1000::/workspace:/bin/sh\nnobody:x:65534:65534::/:/usr/sbin/nologin\n";
    readable(folder.resolve(EMPTY), "");
    Path passwd = readable(folder.resolve("passwd"), user);
    Path group = readable(folder.resolve("group"), "agent:x:1000:\nnogroup:x:65534:\n");
    plan.with("--ro-bind", passwd, "/etc/passwd").with("--ro-bind", group, "/etc/group");
  }

  /** With a proxy names are asked of the kernel, which knows the agent's rules and nobody else. */
  private void ownNames(SandboxPlan plan, AgentId id) throws IOException {
    Path folder = paths.agentRuntime(id);
    Path hosts = readable(folder.resolve("hosts"), "127.0.0.1 localhost\n::1 localhost\n");
    Path resolver =
        readable(
            folder.resolve("resolv.conf"), "nameserver 127.0.0.1\noptions timeout:2 attempts:2\n");
    plan.with("--ro-bind", hosts, "/etc/hosts").with("--ro-bind", resolver, "/etc/resolv.conf");
  }

  /** A file that the agent may read, whoever it is on the host. */
  private static Path readable(Path file, String text) throws IOException {
    Files.write(file, text.getBytes(StandardCharsets.US_ASCII));
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
  }

  private Path workspace(AgentId id, AgentSpec spec) throws IOException {
    if (spec.workspace() != null) {
      return spec.workspace();
    }
    Path folder = paths.workspace(id, spec.name());
    if (!Files.exists(folder)) {
      Files.createDirectories(folder);
      if (HostIdentity.kernelIsRoot()) {
        // Then no id mapping is needed, which tmpfs takes only since Linux 6.3.
        Files.setAttribute(folder, "unix:gid", HostIdentity.gid(id));
        Files.setAttribute(folder, "unix:uid", HostIdentity.uid(id));
      }
    }
    return folder;
  }

  private void script(SandboxPlan plan, AgentId id, AgentSpec spec) {
    Path script = spec.script();
    if (script == null) {
      return;
    }
    if (!spec.scriptWhole()) {
      plan.with(READ_ONLY, script, SCRIPTS + "/" + script.getFileName());
      return;
    }
    Path folder = Objects.requireNonNull(script.getParent());
    plan.with(READ_ONLY, folder, SCRIPTS);
    for (String secret : MASKED) {
      Path path = folder.resolve(secret);
      if (Files.isDirectory(path)) {
        plan.with("--tmpfs", SCRIPTS + "/" + secret, MASK_BYTES, MASK_INODES);
      } else if (Files.exists(path)) {
        plan.with("--ro-bind", paths.agentRuntime(id).resolve(EMPTY), SCRIPTS + "/" + secret);
      }
    }
  }

  /** Names may hold characters that host names may not. */
  private static String hostname(String name) {
    String cleaned =
        name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9-]+", "-").replaceAll("^-+|-+$", "");
    return cleaned.isEmpty() ? "agent" : cleaned.substring(0, Math.min(cleaned.length(), 63));
  }
}
