// SPDX-License-Identifier: MIT
package io.agentos.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FailuresTest {
  @TempDir private Path folder;

  private static String of(IOException e) {
    return Failures.sentence(e);
  }

  @Test
  void sayWhatIsTheMatterWithAFile() throws IOException {
    assertThat(of(new AccessDeniedException("/root/x"))).isEqualTo("/root/x: permission denied");
    assertThat(of(new NotDirectoryException("/x"))).contains("/x: ", "NotDirectory");
    try {
      Files.readString(folder.resolve("none"));
    } catch (IOException e) {
      assertThat(of(e)).isEqualTo(folder + "/none: there is no such file or folder");
    }
    Files.createFile(folder.resolve("there"));
    try {
      Files.createDirectory(folder.resolve("there"));
    } catch (IOException e) {
      assertThat(of(e)).startsWith(folder + "/there: it is there already");
    }
  }

  @Test
  void keepWhatASystemSays() {
    assertThat(of(new FileSystemException("/x", null, "No space left on device")))
        .isEqualTo("/x: No space left on device");
    assertThat(of(new IOException("the kernel is gone"))).isEqualTo("the kernel is gone");
  }
}
