// SPDX-License-Identifier: MIT
package io.agentos.llm.wire;

import io.agentos.llm.base.FieldException;
import io.agentos.llm.base.Nearest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Finds constants by the names they have on the wire. */
final class Constants {
  private Constants() {}

  /** The constant whose name in lower case this is. */
  static <E extends Enum<E>> E named(Class<E> type, String name, String path)
      throws FieldException {
    return find(type, name, path, constant -> constant.name().toLowerCase(Locale.ROOT));
  }

  /** The constant whose name this is. */
  static <E extends Enum<E>> E exactly(Class<E> type, String name, String path)
      throws FieldException {
    return find(type, name, path, Enum::name);
  }

  private static <E extends Enum<E>> E find(
      Class<E> type, String name, String path, Function<E, String> wireName) throws FieldException {
    List<String> known = Arrays.stream(type.getEnumConstants()).map(wireName).toList();
    int index = known.indexOf(name);
    if (index < 0) {
      throw new FieldException(path + " is unknown; " + Nearest.hint(name, known));
    }
    return type.getEnumConstants()[index];
  }
}
