// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.kernel.wire.ErrorCode;
import io.agentos.kernel.wire.Json;
import io.agentos.kernel.wire.SyscallException;
import java.util.Map;

/** How answers look on the wire. */
final class Answers {
  private Answers() {}

  /** {@code "success": true} and the response's fields; an array stays bare, as LIST wants it. */
  static byte[] success(Object response) throws SyscallException {
    JsonNode tree = Json.tree(response);
    if (tree.isArray()) {
      return Json.encode(tree);
    }
    ObjectNode answer = Json.object().put("success", true);
    answer.setAll((ObjectNode) tree);
    return Json.encode(answer);
  }

  /** One frame of a stream before the last. */
  static byte[] part(Object part) throws SyscallException {
    ObjectNode answer = Json.object().put("success", true).put("partial", true);
    answer.setAll((ObjectNode) Json.tree(part));
    return Json.encode(answer);
  }

  static byte[] failure(SyscallException refusal) {
    ObjectNode answer =
        Json.object()
            .put("success", false)
            .put("error", refusal.sentence())
            .put("code", refusal.code().name());
    for (Map.Entry<String, Object> detail : refusal.details().entrySet()) {
      answer.set(detail.getKey(), Json.tree(detail.getValue()));
    }
    try {
      return Json.encode(answer);
    } catch (SyscallException unwritable) {
      // The sentence quotes text that is no Unicode: the code still tells the program what
      // happened.
      return ("{\"success\":false,\"error\":\"refused\",\"code\":\"" + refusal.code() + "\"}")
          .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }
  }

  static SyscallException internal() {
    return new SyscallException(
        ErrorCode.INTERNAL, "the kernel failed at this call; its log says more");
  }
}
