// SPDX-License-Identifier: MIT
package io.agentos.cli.doctor;

import io.agentos.cli.client.Fields;
import io.agentos.cli.client.Json;
import io.agentos.cli.client.KernelClient;
import io.agentos.cli.client.Op;
import io.agentos.cli.client.Sockets;
import io.agentos.kernel.base.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Programs, versions, sockets and the language model. */
final class HostChecks {
  /** {@code clone3} into a cgroup, pidfds in waitid, and the rest that the sandbox is made of. */
  private static final int LEAST_MAJOR = 5;

  private static final int LEAST_MINOR = 14;
  private static final Duration LONGEST = Duration.ofSeconds(20);
  private static final String PYTHON = "/usr/bin/python3";

  private HostChecks() {}

  static Finding linux() {
    String release = System.getProperty("os.version", "");
    String[] parts = release.split("[^0-9]+");
    boolean known = parts.length >= 2 && !parts[0].isEmpty();
    int major = known ? Integer.parseInt(parts[0]) : 0;
    int minor = known ? Integer.parseInt(parts[1]) : 0;
    boolean enough = major > LEAST_MAJOR || (major == LEAST_MAJOR && minor >= LEAST_MINOR);
    String found = "Linux " + release + " on " + System.getProperty("os.arch", "");
    return enough
        ? Finding.ok("linux", found)
        : Finding.missing(
            "linux", found, "a kernel of " + LEAST_MAJOR + "." + LEAST_MINOR + " or newer");
  }

  static Finding java() {
    return Finding.ok(
        "java", System.getProperty("java.version", "") + " at " + System.getProperty("java.home"));
  }

  static Finding python() {
    String remedy = "install python3 (Debian: apt-get install python3)";
    try {
      Programs.Outcome version = Programs.run(LONGEST, List.of(PYTHON, "--version"));
      return version.code() == 0
          ? Finding.ok("python", version.firstLine() + " at " + PYTHON)
          : Finding.degraded("python", version.firstLine(), remedy);
    } catch (IOException e) {
      return Finding.degraded("python", "no " + PYTHON + ": Python agents can't run", remedy);
    }
  }

  /** Asks the service itself which provider it would use; it never says a key. */
  static Finding llm(Path home) {
    Path jar = home.resolve("llm-service/target/agentos-llm-service-" + Version.TEXT + ".jar");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-jar",
                jar.toString()));
    configuration().ifPresent(file -> command.addAll(List.of("--config", file.toString())));
    String remedy = "run `" + String.join(" ", command) + "` to see why";
    try {
      Programs.Outcome outcome = Programs.run(LONGEST, command);
      Fields ready = Fields.of(firstObject(outcome.lines()));
      if (!ready.text("type").equals("ready")) {
        return Finding.missing("llm", "the service says: " + outcome.firstLine(), remedy);
      }
      String found = ready.text("provider") + ", model " + ready.text("model");
      return ready.text("provider").equals("offline")
          ? Finding.degraded(
              "llm",
              found + ": answers are made up by rule",
              "set GEMINI_API_KEY, in the environment or in .env, for a real model")
          : Finding.ok("llm", found);
    } catch (IOException e) {
      return Finding.missing("llm", String.valueOf(e.getMessage()), remedy);
    }
  }

  private static @Nullable Object firstObject(List<String> lines) {
    for (String line : lines) {
      try {
        if (line.startsWith("{")) {
          return Json.parse(line);
        }
      } catch (IOException notJson) {
        // A line of its log.
      }
    }
    return null;
  }

  private static Optional<Path> configuration() {
    return List.of(Path.of("agentos.toml"), Path.of("/etc/agentos/agentos.toml")).stream()
        .filter(Files::isReadable)
        .map(Path::toAbsolutePath)
        .findFirst();
  }

  /** Whether a kernel runs; that none does is no fault. */
  static Finding running(@Nullable Path named) {
    try (KernelClient client = Sockets.connect(named, System.getenv())) {
      Fields hello = client.call(Op.HELLO, Map.of("client", "agentos doctor")).fields();
      return Finding.ok(
          "kernel", "version " + hello.text("kernel_version") + " serves " + client.socket());
    } catch (IOException none) {
      return Finding.ok(
          "kernel", "none is running; commands but run and demo need `agentos daemon`");
    }
  }
}
