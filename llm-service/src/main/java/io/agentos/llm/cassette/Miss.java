// SPDX-License-Identifier: MIT
package io.agentos.llm.cassette;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.llm.base.FieldException;
import io.agentos.llm.base.Nearest;
import java.io.IOException;
import java.util.List;
import java.util.TreeSet;

/** Says of a request that is not on the cassette which one comes nearest, and where they part. */
final class Miss {
  private static final int QUOTED_CHARS = 60;
  private static final int WINDOW_CHARS = 128;

  private Miss() {}

  static String sentence(Tape tape, Canonical asked, int ordinal)
      throws IOException, FieldException {
    List<Integer> recorded = tape.ordinals(asked.hash());
    if (!recorded.isEmpty()) {
      return "the cassette has this request "
          + recorded.size()
          + " times, but this is time "
          + ordinal
          + " that it is asked";
    }
    String text = Tape.userText(asked.request());
    Tape.Similar nearest = null;
    int least = Integer.MAX_VALUE;
    for (Tape.Similar similar : tape.similar()) {
      int distance = distance(text, similar.userText());
      if (distance < least) {
        least = distance;
        nearest = similar;
      }
    }
    if (nearest == null) {
      return "the cassette is empty";
    }
    JsonNode request = tape.read(nearest.place()).request();
    return "this request is not on the cassette; nearest is line "
        + nearest.place().line()
        + ", \""
        + head(nearest.userText())
        + "\", which differs first in "
        + difference("", request, asked.request());
  }

  /** The distance of two texts; of long ones, that of where they begin to differ. */
  private static int distance(String left, String right) {
    int start = 0;
    int shorter = Math.min(left.length(), right.length());
    while (start < shorter && left.charAt(start) == right.charAt(start)) {
      start++;
    }
    int end = 0;
    while (end < shorter - start
        && left.charAt(left.length() - 1 - end) == right.charAt(right.length() - 1 - end)) {
      end++;
    }
    String from = left.substring(start, left.length() - end);
    String to = right.substring(start, right.length() - end);
    int beyond = Math.max(0, Math.max(from.length(), to.length()) - WINDOW_CHARS);
    return Nearest.distance(window(from), window(to)) + beyond;
  }

  private static String window(String text) {
    return text.substring(0, Math.min(text.length(), WINDOW_CHARS));
  }

  /** The first place, in the order of the keys, where two trees are not the same. */
  private static String difference(String path, JsonNode recorded, JsonNode asked) {
    if (recorded.isObject() && asked.isObject()) {
      TreeSet<String> names = new TreeSet<>();
      recorded.fieldNames().forEachRemaining(names::add);
      asked.fieldNames().forEachRemaining(names::add);
      for (String name : names) {
        JsonNode left = recorded.path(name);
        JsonNode right = asked.path(name);
        if (!left.equals(right)) {
          return difference(path.isEmpty() ? name : path + "." + name, left, right);
        }
      }
    }
    if (recorded.isArray() && asked.isArray()) {
      for (int i = 0; i < Math.max(recorded.size(), asked.size()); i++) {
        if (!recorded.path(i).equals(asked.path(i))) {
          return difference(path + "[" + i + "]", recorded.path(i), asked.path(i));
        }
      }
    }
    int start = common(recorded, asked);
    return (path.isEmpty() ? "nothing that is recorded" : path)
        + ": recorded "
        + quote(recorded, start)
        + ", asked "
        + quote(asked, start);
  }

  private static int common(JsonNode recorded, JsonNode asked) {
    String left = recorded.asText();
    String right = asked.asText();
    int start = 0;
    while (start < Math.min(left.length(), right.length())
        && left.charAt(start) == right.charAt(start)) {
      start++;
    }
    return start;
  }

  /** A value from a little before where it differs. */
  private static String quote(JsonNode node, int start) {
    if (node.isMissingNode()) {
      return "nothing";
    }
    if (!node.isTextual()) {
      return head(node.toString());
    }
    int from = Math.max(0, start - QUOTED_CHARS / 3);
    return "\"" + (from > 0 ? "..." : "") + head(node.textValue().substring(from)) + "\"";
  }

  private static String head(String text) {
    String line = text.replaceAll("\\s+", " ");
    return line.length() <= QUOTED_CHARS ? line : line.substring(0, QUOTED_CHARS) + "...";
  }
}
