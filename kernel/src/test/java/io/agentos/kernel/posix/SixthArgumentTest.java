// SPDX-License-Identifier: MIT
package io.agentos.kernel.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.types.intptr_t;
import jnr.ffi.types.off_t;
import jnr.ffi.types.size_t;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * jnr-ffi hands a sixth integer argument over wrongly on x86-64 unless it is told not to compile
 * its stubs; the launcher and the tests set that flag. mmap's sixth argument says where in a file
 * it begins.
 */
final class SixthArgumentTest {
  private static final int PAGE = 4096;
  private static final int PROT_READ = 1;
  private static final int MAP_PRIVATE = 2;

  /** The call with six. */
  public interface Memory {
    @intptr_t
    long mmap(
        @intptr_t long address,
        @size_t long length,
        int protection,
        int flags,
        int fd,
        @off_t long offset);

    int munmap(@intptr_t long address, @size_t long length);
  }

  @TempDir private Path folder;

  @Test
  void arrivesAsItWasGiven() throws IOException {
    Path file = folder.resolve("pages");
    byte[] pages = new byte[3 * PAGE];
    System.arraycopy("third".getBytes(StandardCharsets.US_ASCII), 0, pages, 2 * PAGE, 5);
    Files.write(file, pages);
    Memory memory = LibraryLoader.create(Memory.class).load("c");
    int fd = Sys.open(file.toString(), Sys.O_RDONLY);
    try {
      long address = memory.mmap(0, PAGE, PROT_READ, MAP_PRIVATE, fd, 2 * PAGE);
      byte[] head = new byte[5];
      Pointer.wrap(LibC.RUNTIME, address).get(0, head, 0, head.length);
      assertThat(new String(head, StandardCharsets.US_ASCII)).isEqualTo("third");
      assertThat(memory.munmap(address, PAGE)).isZero();
    } finally {
      Sys.close(fd);
    }
  }

  @Test
  void theLauncherSetsTheFlag() throws IOException {
    assertThat(Files.readString(Path.of("../agentos"))).contains("-Djnr.ffi.x86asm.enabled=false");
    assertThat(System.getProperty("jnr.ffi.x86asm.enabled")).isEqualTo("false");
  }
}
