// SPDX-License-Identifier: MIT
package io.agentos.llm.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.agentos.llm.base.FieldException;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Compares what an image says it is with the bytes it begins with. */
final class ImageCheck {
  private static final int HEAD_BYTES = 16;

  private static final Map<String, Pattern> SIGNATURES =
      Map.of(
          "image/png", Pattern.compile("\\x89PNG\\r\\n\\x1a\\n.*", Pattern.DOTALL),
          "image/jpeg", Pattern.compile("\\xff\\xd8\\xff.*", Pattern.DOTALL),
          "image/gif", Pattern.compile("GIF8[79]a.*", Pattern.DOTALL),
          "image/webp", Pattern.compile("RIFF.{4}WEBP.*", Pattern.DOTALL));

  private ImageCheck() {}

  /** Types whose beginnings are not known here are the provider's to judge. */
  static void check(String mimeType, byte[] bytes, String path) throws FieldException {
    String head = new String(bytes, 0, Math.min(bytes.length, HEAD_BYTES), ISO_8859_1);
    Optional<String> actual =
        SIGNATURES.entrySet().stream()
            .filter(entry -> entry.getValue().matcher(head).matches())
            .map(Map.Entry::getKey)
            .findFirst();
    if (actual.isPresent() && !actual.get().equals(mimeType)) {
      throw new FieldException(path + " is " + mimeType + ", but the data is " + actual.get());
    }
    if (actual.isEmpty() && SIGNATURES.containsKey(mimeType)) {
      throw new FieldException(
          path + " is " + mimeType + ", but the data does not begin as such an image does");
    }
  }
}
