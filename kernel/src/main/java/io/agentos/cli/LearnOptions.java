// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.client.Fields;
import io.agentos.cli.client.KernelClient;
import io.agentos.cli.client.Op;
import io.agentos.cli.perms.LearnedFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Finding out what a program needs: it may do all that its sandbox allows, and that is noted. */
final class LearnOptions {
  @Option(
      names = "--learn",
      description =
          "Let it do what its sandbox allows, and write what it used of its permissions to a file.")
  private boolean learn;

  @Option(
      names = "--permissions-out",
      paramLabel = "FILE",
      description = "With --learn: a new file to write (default: NAME.permissions.toml).")
  private @Nullable Path file;

  private String name = "";

  /** Refuses, before anything is started, what could not be written afterwards. */
  void check(AgentOptions agent) throws IOException {
    if (!learn) {
      if (file != null) {
        throw new IOException("--permissions-out goes with --learn");
      }
      return;
    }
    name = agent.name();
    file = (file == null ? Path.of(name + ".permissions.toml") : file).toAbsolutePath();
    if (Files.exists(file)) {
      throw new IOException(
          file + " exists; remove it, or name another file with --permissions-out");
    }
    Path folder = file.getParent();
    if (folder == null || !Files.isWritable(folder)) {
      throw new IOException("--permissions-out: " + file + " can't be written: no such folder");
    }
  }

  /** What SPAWN is asked besides. */
  Map<String, ?> fields() {
    return learn ? Map.of("learn", true) : Map.of();
  }

  /** Writes the file once the agent has ended. */
  void write(KernelClient client, int id, PrintWriter err) throws IOException {
    if (file == null) {
      return;
    }
    Map<String, ?> request = Map.of("agent_id", id, "learned", true);
    Fields learned = client.call(Op.GET_PERMS, request).fields().object("learned");
    Files.writeString(
        file,
        LearnedFile.of(learned, name),
        StandardCharsets.UTF_8,
        StandardOpenOption.CREATE_NEW,
        StandardOpenOption.WRITE);
    err.println("agentos: what it used is in " + file + "; look it through, then --permissions it");
  }
}
