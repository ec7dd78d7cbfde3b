// SPDX-License-Identifier: MIT
package io.agentos.kernel.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.syscall.Opcode;
import io.agentos.kernel.testing.Expect;
import io.agentos.kernel.testing.KernelProcess;
import io.agentos.kernel.testing.Operator;
import io.agentos.kernel.testing.Procs;
import io.agentos.kernel.testing.SandboxedAgent;
import io.agentos.kernel.testing.Until;
import io.agentos.kernel.testing.WireClient;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** READ and WRITE while someone changes what a path leads to, or the file itself. */
final class FileRacesIT {
  private static final int SWAPS = 10_000;
  private static final String SECRET = "of someone else";

  private static KernelProcess kernel;
  private static Operator operator;
  private static SandboxedAgent agent;
  private static Path workspace;
  private static Path secret;

  @BeforeAll
  static void start() throws IOException {
    kernel = KernelProcess.start();
    operator = new Operator(kernel);
    Path victim = Files.createDirectory(kernel.folder().resolve("victim"));
    Files.setPosixFilePermissions(victim, PosixFilePermissions.fromString("rwxrwxrwx"));
    secret = Files.writeString(victim.resolve("secret"), SECRET);
    // The system would let the agent do as it likes here; only the rules are in its way.
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-rw-rw-"));
    Map<String, String> mount =
        Map.of("source", victim.toString(), "target", "/victim", "mode", "rw");
    agent = SandboxedAgent.start(kernel, operator, "racer", Map.of("mounts", List.of(mount)));
    workspace = agent.workspace();
    agent.shell("mkdir own; echo mine > own/secret; chmod 777 own; chmod 666 own/secret");
    Expect.success(agent.call(Opcode.READ, Map.of("path", "/workspace/own/secret")));
    Expect.refusal(
        agent.call(Opcode.READ, Map.of("path", "/victim/secret")), "PERMISSION_DENIED", "outside");
  }

  @AfterAll
  static void stop() throws IOException {
    agent.close();
    operator.close();
    kernel.close();
  }

  /** Makes {@code link} lead to one and the other in turn until it is stopped. */
  private static final class Swapper implements AutoCloseable {
    final AtomicInteger swaps = new AtomicInteger();
    private final Thread thread;

    Swapper(Path link, String one, String other) {
      thread = new Thread(() -> swap(link, Path.of(one), Path.of(other)), "swapper");
      thread.start();
    }

    private void swap(Path link, Path one, Path other) {
      Path next = link.resolveSibling(link.getFileName() + ".next");
      try {
        while (!Thread.currentThread().isInterrupted()) {
          Files.createSymbolicLink(next, swaps.getAndIncrement() % 2 == 0 ? one : other);
          Files.move(next, link, StandardCopyOption.ATOMIC_MOVE);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() {
      thread.interrupt();
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** The link is the file's name, or a folder on the way to it. */
  @ParameterizedTest
  @CsvSource({
    "READ, file, own/secret, /victim/secret, ''",
    "READ, folder, own, /victim, /secret",
    "APPEND, tail, own/secret, /victim/secret, ''",
    "APPEND, aside, own, /victim, /secret",
    "WRITE, over, own, /victim, /secret",
  })
  void reachesNothingElse_whileALinkIsSwapped(
      String call, String link, String inside, String outside, String rest) throws IOException {
    TreeSet<String> outcomes = new TreeSet<>();
    String path = "/workspace/" + link + rest;
    try (Swapper swapper = new Swapper(workspace.resolve(link), inside, outside)) {
      while (swapper.swaps.get() < SWAPS || outcomes.size() < 2) {
        JsonNode answer =
            call.equals("READ")
                ? agent.call(Opcode.READ, Map.of("path", path))
                : agent.call(
                    Opcode.WRITE,
                    Map.of(
                        "path", path, "content", "mine\n", "mode", call.toLowerCase(Locale.ROOT)));
        assertThat(answer.path("content").asText()).isIn("", "mine\n", "mine\n".repeat(2));
        outcomes.add(answer.get("success").asBoolean() + answer.path("code").asText());
        if (call.equals("APPEND") && answer.get("success").asBoolean()) {
          agent.call(Opcode.WRITE, Map.of("path", "/workspace/own/secret", "content", "mine\n"));
        }
      }
    }
    assertThat(outcomes).contains("true", "falsePERMISSION_DENIED");
    assertThat(secret).hasContent(SECRET);
    assertThat(secret.getParent()).isDirectoryNotContaining(f -> !f.equals(secret));
  }

  /** A name that is a file one moment and a link to a foreign one the next. */
  @Test
  void replacesTheNameOnly_whileItBecomesALink() throws IOException {
    try (Swapper swapper =
        new Swapper(workspace.resolve("flips"), "own/secret", "/victim/secret")) {
      while (swapper.swaps.get() < SWAPS) {
        agent.call(Opcode.WRITE, Map.of("path", "/workspace/flips", "content", "mine\n"));
      }
    }
    assertThat(secret).hasContent(SECRET);
  }

  @Test
  void readsOneMomentOfAFileThatGrows() throws Exception {
    Path log = Files.createFile(workspace.resolve("grows"));
    Files.setPosixFilePermissions(log, PosixFilePermissions.fromString("rw-r--r--"));
    byte[] block = "x".repeat(4096).getBytes(StandardCharsets.US_ASCII);
    Thread writer =
        new Thread(
            () -> {
              try (OutputStream out = Files.newOutputStream(log, StandardOpenOption.APPEND)) {
                for (int i = 0; i < 2000; i++) {
                  out.write(block);
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    writer.start();
    long size = 0;
    while (writer.isAlive()) {
      JsonNode answer = Expect.success(agent.call(Opcode.READ, Map.of("path", "/workspace/grows")));
      int length = answer.get("content").asText().length();
      assertThat(length).isLessThanOrEqualTo(512 * 1024);
      assertThat(answer.get("size").asLong()).isGreaterThanOrEqualTo(Math.max(size, length));
      size = answer.get("size").asLong();
    }
    writer.join();
  }

  /** A hole of a tebibyte takes no memory and no time. */
  @Test
  void readsAPartOfAHugeFile() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(workspace.resolve("huge").toFile(), "rw")) {
      file.setLength(1L << 40);
      file.seek((1L << 40) - 3);
      file.write('e');
    }
    Files.setPosixFilePermissions(
        workspace.resolve("huge"), PosixFilePermissions.fromString("rw-rw-rw-"));
    long before = Procs.status(kernel.pid(), "VmRSS");
    for (int i = 0; i < 50; i++) {
      JsonNode head =
          agent.call(Opcode.READ, Map.of("path", "/workspace/huge", "encoding", "base64"));
      assertThat(Expect.success(head).get("size").asLong()).isEqualTo(1L << 40);
      assertThat(head.get("truncated").asBoolean()).isTrue();
    }
    JsonNode end =
        agent.call(
            Opcode.READ, Map.of("path", "/workspace/huge", "offset", (1L << 40) - 3, "limit", 100));
    assertThat(end.get("content").asText()).isEqualTo("e\0\0");
    JsonNode beyond =
        agent.call(
            Opcode.READ, Map.of("path", "/workspace/huge", "offset", Long.MAX_VALUE, "limit", 9));
    assertThat(Expect.success(beyond).get("content").asText()).isEmpty();
    assertThat(Procs.status(kernel.pid(), "VmRSS") - before).isLessThan(64 << 10);
  }

  /** At whichever moment the kernel dies, there is the old file or the new one. */
  @ParameterizedTest
  @CsvSource({"false", "true"})
  void leavesTheOldOrTheNew_whenTheKernelIsKilled(boolean sync) throws Exception {
    for (int round = 0; round < 5; round++) {
      KernelProcess doomed = KernelProcess.start();
      Path file = Files.writeString(doomed.folder().resolve("file"), "0".repeat(300_000));
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-x---"));
      AtomicInteger answered = new AtomicInteger();
      Thread writer = new Thread(() -> writeOn(doomed, file, sync, answered));
      writer.start();
      int enough = 3 + round;
      Until.holds("it writes", () -> answered.get() >= enough);
      doomed.process().destroyForcibly().onExit().join();
      writer.join();
      String content = Files.readString(file);
      assertThat(content).hasSize(300_000);
      assertThat(content.chars().distinct().count()).isEqualTo(1);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rwxr-x---");
      KernelProcess.deleteTree(doomed.folder());
    }
  }

  private static void writeOn(KernelProcess to, Path file, boolean sync, AtomicInteger answered) {
    try (WireClient client = to.connect()) {
      for (int i = 1; ; i++) {
        String content = String.valueOf((char) ('0' + i % 10)).repeat(300_000);
        Map<String, ?> request = Map.of("path", file.toString(), "content", content, "sync", sync);
        Expect.success(Operator.call(client, Opcode.WRITE, request));
        answered.incrementAndGet();
      }
    } catch (IOException killed) {
      // what it waits for
    }
  }
}
