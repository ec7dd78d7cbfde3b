// SPDX-License-Identifier: MIT
package io.agentos.kernel.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.kernel.syscall.Opcode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An agent in a real sandbox that lends its place to the test: what connects to a socket in its
 * workspace is handed on to the agent's own socket, byte by byte.
 */
public final class SandboxedAgent implements AutoCloseable {
  private static final String BRIDGE =
      """
      import socket, threading
      def pump(source, target):
          try:
              while data := source.recv(65536):
                  target.sendall(data)
          except OSError:
              pass
          for end in (source, target):
              try:
                  end.shutdown(socket.SHUT_RDWR)
              except OSError:
                  pass
      def serve(outside):
          inside = socket.socket(socket.AF_UNIX)
          inside.connect('/run/agentos.sock')
          back = threading.Thread(target=pump, args=(inside, outside))
          back.start()
          pump(outside, inside)
          back.join()
          inside.close()
          outside.close()
      door = socket.socket(socket.AF_UNIX)
      door.bind('/workspace/.bridge')
      door.listen(300)
      print('ready', flush=True)
      while True:
          threading.Thread(target=serve, args=(door.accept()[0],), daemon=True).start()
      """;

  private final Operator operator;
  private final String name;
  private final int id;
  private final Path workspace;
  private final WireClient client;

  private SandboxedAgent(
      Operator operator, String name, int id, Path workspace, WireClient client) {
    this.operator = operator;
    this.name = name;
    this.id = id;
    this.workspace = workspace;
    this.client = client;
  }

  /** Starts one. */
  public static SandboxedAgent start(
      KernelProcess kernel, Operator operator, String name, Map<String, ?> more)
      throws IOException {
    Path workspace = Files.createTempDirectory(kernel.folder(), "workspace-");
    Files.setPosixFilePermissions(workspace, PosixFilePermissions.fromString("rwxrwxrwx"));
    Map<String, Object> fields = new HashMap<>(more);
    fields.put("workspace", workspace.toString());
    int id = operator.spawn(name, List.of("/usr/bin/python3", "-c", BRIDGE), fields);
    operator.awaitLine(name, "ready");
    return new SandboxedAgent(
        operator, name, id, workspace, WireClient.connect(workspace.resolve(".bridge")));
  }

  /** Calls as the agent. */
  public JsonNode call(Opcode opcode, Map<String, ?> fields) throws IOException {
    return Operator.call(client, opcode, fields);
  }

  /** Runs a shell line as the agent would by EXEC; fails unless it exits with 0. */
  public String shell(String line) throws IOException {
    JsonNode answer = call(Opcode.EXEC, Map.of("command", line));
    assertThat(answer.path("exit_code").asInt(-1)).as("%s: %s", line, answer).isZero();
    return answer.get("stdout").asText();
  }

  public WireClient client() {
    return client;
  }

  /** One more connection of the agent. */
  public WireClient connect() throws IOException {
    return WireClient.connect(workspace.resolve(".bridge"));
  }

  public String name() {
    return name;
  }

  public int id() {
    return id;
  }

  /** The folder on the host that the agent sees as {@code /workspace}. */
  public Path workspace() {
    return workspace;
  }

  @Override
  public void close() throws IOException {
    client.close();
    operator.kill(name);
  }
}
