// SPDX-License-Identifier: MIT
package io.agentos.kernel.door;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * Refuses half characters. JSON's escapes can write one half of a surrogate pair, which is no
 * Unicode: nobody behind here could be given the text as it came. (Names of fields with one are
 * refused as they are read.)
 */
final class WholeText {
  private WholeText() {}

  /**
   * Looks at all that a value holds, which is as deep as JSON may be here.
   *
   * @param path of the value; empty for the request itself
   */
  static void require(String path, JsonNode value) throws Refused {
    if (value.isTextual() && !isWhole(value.textValue())) {
      throw Refused.parameter(
          path, path + " has half of a surrogate pair (\\ud800 to \\udfff), which is no character");
    }
    for (Map.Entry<String, JsonNode> field : value.properties()) {
      require(path.isEmpty() ? field.getKey() : path + "." + field.getKey(), field.getValue());
    }
    for (int i = 0; value.isArray() && i < value.size(); i++) {
      require(path + "[" + i + "]", value.get(i));
    }
  }

  private static boolean isWhole(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (i + 1 == text.length()
            || !Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1))) {
          return false;
        }
        i++;
      }
    }
    return true;
  }
}
