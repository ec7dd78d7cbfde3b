// SPDX-License-Identifier: MIT
package io.agentos.llm.cassette;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.agentos.llm.base.FieldException;
import io.agentos.llm.base.Json;
import io.agentos.llm.base.Limits;
import io.agentos.llm.settings.SettingsException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is on a cassette: where each exchange stands, and enough of it to find similar ones. It
 * belongs to the thread that reads it until it is handed on whole.
 */
final class Tape {
  private static final int CHUNK_BYTES = 64 << 10;

  /** Where an exchange stands; lines count from 1. */
  record Place(int line, long offset, int length) {}

  /** Something to compare a request with that is not on the cassette. */
  record Similar(Place place, String userText) {}

  private final Path file;
  private final FileChannel channel;
  private final Map<String, Map<Integer, Place>> places = new HashMap<>();
  private final List<Similar> similar = new ArrayList<>();
  private int exchanges;
  private long end;
  private boolean lineOpen;
  private boolean torn;

  private Tape(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Reads all of a cassette; only what a killed recorder left of its last line may be broken. */
  static Tape read(Path file, FileChannel channel) throws SettingsException {
    Tape tape = new Tape(file, channel);
    try {
      tape.scan();
    } catch (IOException e) {
      throw new SettingsException(
          file + ": the cassette cannot be read (" + e.getClass().getSimpleName() + ")");
    }
    return tape;
  }

  private void scan() throws IOException, SettingsException {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    long position = 0;
    int number = 1;
    for (int read = channel.read(chunk, 0); read >= 0; read = channel.read(chunk, position)) {
      position += read;
      int from = 0;
      for (int i = 0; i < read; i++) {
        if (chunk.get(i) == '\n') {
          line.write(chunk.array(), from, i - from);
          add(number, line.toByteArray());
          end += line.size() + 1;
          line.reset();
          number++;
          from = i + 1;
        }
      }
      line.write(chunk.array(), from, read - from);
      if (line.size() > Limits.CASSETTE_LINE_BYTES_MAX) {
        throw broken(number, "is longer than " + Limits.CASSETTE_LINE_BYTES_MAX + " bytes");
      }
      chunk.clear();
    }
    addLast(number, line.toByteArray());
  }

  /** Who records ends a line with its newline; without one it may have been killed on the way. */
  private void addLast(int number, byte[] line) throws SettingsException {
    if (line.length == 0) {
      return;
    }
    try {
      Json.mapper().readTree(line);
    } catch (IOException e) {
      torn = true;
      return;
    }
    add(number, line);
    end += line.length;
    lineOpen = true;
  }

  private void add(int number, byte[] line) throws SettingsException {
    Exchange exchange;
    try {
      exchange = Exchange.read(Json.mapper().readTree(line));
    } catch (JsonProcessingException e) {
      throw broken(number, "is not JSON");
    } catch (IOException e) {
      throw broken(number, "is not UTF-8");
    } catch (FieldException e) {
      throw broken(number, "is no exchange: " + e.sentence());
    }
    if (++exchanges > Limits.CASSETTE_EXCHANGES_MAX) {
      throw broken(number, "is one exchange too many for " + Limits.CASSETTE_EXCHANGES_MAX);
    }
    Place place = new Place(number, end, line.length);
    Place other =
        places
            .computeIfAbsent(exchange.hash(), hash -> new HashMap<>())
            .putIfAbsent(exchange.ordinal(), place);
    if (other != null) {
      throw broken(number, "has the hash and the ordinal of line " + other.line());
    }
    if (similar.size() < Limits.COMPARED_EXCHANGES_MAX) {
      similar.add(new Similar(place, userText(exchange.request())));
    }
  }

  private SettingsException broken(int number, String predicate) {
    return new SettingsException(file + ": line " + number + " of the cassette " + predicate);
  }

  /** The head of what the user said last. */
  static String userText(JsonNode request) {
    JsonNode messages = request.path("messages");
    for (int i = messages.size() - 1; i >= 0; i--) {
      if (messages.get(i).path("role").asText().equals("user")) {
        StringBuilder text = new StringBuilder();
        messages.get(i).path("content").forEach(part -> text.append(part.path("text").asText("")));
        return text.substring(0, Math.min(text.length(), Limits.COMPARED_CHARS_MAX));
      }
    }
    return "";
  }

  /** How often a request was asked while this was recorded. */
  Map<String, Integer> asked() {
    Map<String, Integer> asked = new HashMap<>();
    places.forEach(
        (hash, ordinals) ->
            asked.put(
                hash, ordinals.keySet().stream().mapToInt(ordinal -> ordinal).max().orElse(0)));
    return asked;
  }

  Optional<Place> find(String hash, int ordinal) {
    return Optional.ofNullable(places.getOrDefault(hash, Map.of()).get(ordinal));
  }

  /** Which of the requests with this hash are there. */
  List<Integer> ordinals(String hash) {
    return places.getOrDefault(hash, Map.of()).keySet().stream().sorted().toList();
  }

  List<Similar> similar() {
    return List.copyOf(similar);
  }

  /** Reads an exchange that was found. */
  Exchange read(Place place) throws IOException, FieldException {
    ByteBuffer line = ByteBuffer.allocate(place.length());
    while (line.hasRemaining()) {
      if (channel.read(line, place.offset() + line.position()) < 0) {
        throw new IOException("the cassette has become shorter");
      }
    }
    return Exchange.read(Json.mapper().readTree(line.array()));
  }

  int exchanges() {
    return exchanges;
  }

  /** Where the last whole exchange ends. */
  long end() {
    return end;
  }

  /** Whether the last exchange has no newline yet. */
  boolean lineOpen() {
    return lineOpen;
  }

  /** Whether something follows the last whole exchange that is none. */
  boolean torn() {
    return torn;
  }
}
