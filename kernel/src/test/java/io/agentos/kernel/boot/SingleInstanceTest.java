// SPDX-License-Identifier: MIT
package io.agentos.kernel.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SingleInstanceTest {
  @TempDir private Path folder;

  @Test
  void refusesASecondKernelOnTheSameSocket_untilTheFirstHasEnded() throws IOException {
    Path socket = folder.resolve("s");
    SingleInstance first = SingleInstance.claim(socket);
    assertThatThrownBy(() -> SingleInstance.claim(socket))
        .isInstanceOf(BootException.class)
        .hasMessageContaining(socket.toString())
        .hasMessageContaining("another kernel");
    SingleInstance.claim(folder.resolve("other")).close();
    first.close();
    SingleInstance.claim(socket).close();
  }

  @Test
  void removesTheSocketOfADeadKernel() throws IOException {
    Path socket = folder.resolve("s");
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(socket));
    }
    assertThat(socket).exists();
    try (SingleInstance mine = SingleInstance.claim(socket)) {
      assertThat(socket).doesNotExist();
      assertThat(mine).isNotNull();
    }
  }

  /** A mistyped path must not cost a file. */
  @Test
  void refusesToReplaceWhatIsNoSocket() throws IOException {
    Path file = Files.writeString(folder.resolve("hosts"), "precious");
    assertThatThrownBy(() -> SingleInstance.claim(file))
        .isInstanceOf(BootException.class)
        .hasMessageContaining(file.toString());
    assertThat(file).hasContent("precious");
  }
}
