// SPDX-License-Identifier: MIT
package io.agentos.kernel.agent;

import io.agentos.kernel.base.AgentId;
import io.agentos.kernel.reactor.ReactorConfined;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Gives each agent and each operator connection a number that no other had under this state folder,
 * ever: logs and workspaces are named by it. Numbers are reserved on disk in blocks, so that a
 * killed kernel repeats none.
 */
@ReactorConfined
public final class Ids {
  private static final int BLOCK = 10_000;

  private final Path file;
  private int last;
  private int reserved;

  /**
   * Continues after the last block that was reserved in {@code file}.
   *
   * @throws IOException when the file can't be read, written or is no number
   */
  public Ids(Path file) throws IOException {
    this.file = file;
    try {
      last = Files.exists(file) ? Integer.parseUnsignedInt(Files.readString(file).trim()) : 0;
    } catch (NumberFormatException e) {
      throw new IOException(
          file
              + " should hold the last agent number, but does not; remove it to start from 1 again",
          e);
    }
    if (last < 0) {
      throw new IOException(file + " holds a number that is no agent's; remove it to start from 1");
    }
    reserved = last;
    reserve();
  }

  public AgentId next() {
    if (last == reserved) {
      try {
        reserve();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return new AgentId(++last);
  }

  /** Gives the unused rest of the block back; the last call on a clean end. */
  public void close() throws IOException {
    write(last);
  }

  private void reserve() throws IOException {
    if (last > Integer.MAX_VALUE - BLOCK) {
      throw new IOException(
          "all agent numbers are used up; remove " + file + " to start from 1 again");
    }
    reserved = last + BLOCK;
    write(reserved);
  }

  /** Whole or not at all: a kernel that is killed here must be able to start again. */
  private void write(int number) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(fresh, String.valueOf(number));
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
