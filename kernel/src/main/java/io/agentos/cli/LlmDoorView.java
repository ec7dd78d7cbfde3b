// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.client.Fields;
import io.agentos.cli.client.Json;
import io.agentos.cli.client.KernelClient;
import io.agentos.cli.client.Op;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/** Says what a program of this host needs to ask the LLM as it would ask OpenAI. */
final class LlmDoorView {
  private LlmDoorView() {}

  /**
   * Prints lines for a shell, or an object with {@code base_url} and {@code token_file}. The token
   * itself is not printed: whoever may have it can read it.
   *
   * @throws IOException also when the kernel has no such address, with what to configure
   */
  static void print(KernelOptions kernel, PrintWriter out) throws IOException {
    Fields status;
    try (KernelClient client = kernel.connect()) {
      status = client.call(Op.LLM_STATUS, Map.of()).fields();
    }
    if (!status.has("door")) {
      throw new IOException(
          "this kernel lets no programs of the host ask; put these lines into its agentos.toml and"
              + " restart it:\n[door]\nlisten = \"127.0.0.1:8090\"");
    }
    String url = status.object("door").text("base_url");
    String file = status.object("door").text("token_file");
    if (kernel.json) {
      Map<String, Object> door = new LinkedHashMap<>();
      door.put("base_url", url);
      door.put("token_file", file);
      out.println(Json.text(door));
    } else {
      out.println("export OPENAI_BASE_URL=" + quoted(url));
      out.println("export OPENAI_API_KEY=\"$(cat " + quoted(file) + ")\"");
    }
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
