// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.fs;

import io.agentos.kernel.fs.Files;
import io.agentos.kernel.syscall.Caller;

/** What a caller may do with files, at the moment. */
final class FileAccess {
  private FileAccess() {}

  static Files.Access of(Caller caller) {
    return new Files.Access(caller.view(), caller.now().paths(), caller.learned());
  }
}
