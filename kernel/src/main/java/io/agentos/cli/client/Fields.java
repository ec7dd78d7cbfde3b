// SPDX-License-Identifier: MIT
package io.agentos.cli.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The fields of an answer, read by type. What is absent or of another type reads as empty: an older
 * kernel may not say it.
 */
public record Fields(Map<String, @Nullable Object> map) {
  /** Of any parsed value; of one that is no object, without fields. */
  @SuppressWarnings("unchecked") // JSON objects have strings as keys
  public static Fields of(@Nullable Object value) {
    return new Fields(
        value instanceof Map<?, ?> map ? (Map<String, @Nullable Object>) map : Map.of());
  }

  /** Every object in a parsed array. */
  public static List<Fields> list(@Nullable Object value) {
    List<Fields> all = new ArrayList<>();
    if (value instanceof List<?> items) {
      for (Object item : items) {
        all.add(of(item));
      }
    }
    return all;
  }

  public boolean has(String name) {
    return map.get(name) != null;
  }

  public String text(String name) {
    return map.get(name) instanceof String text ? text : "";
  }

  /** Whatever it is, as people read it. */
  public String shown(String name) {
    Object value = map.get(name);
    return value instanceof String text ? text : Json.text(value);
  }

  public boolean flag(String name) {
    return Boolean.TRUE.equals(map.get(name));
  }

  public long whole(String name) {
    return map.get(name) instanceof Number number ? number.longValue() : 0;
  }

  public double number(String name) {
    return map.get(name) instanceof Number number ? number.doubleValue() : 0;
  }

  public Fields object(String name) {
    return of(map.get(name));
  }

  public List<Fields> objects(String name) {
    return list(map.get(name));
  }
}
