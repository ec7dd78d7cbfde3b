// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.fs;

import io.agentos.kernel.wire.SyscallException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How bytes are written in a JSON string. */
enum Encoding {
  UTF_8,
  BASE64;

  String wireName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static Encoding of(@Nullable String name) throws SyscallException {
    if (name == null || name.equals("utf-8")) {
      return UTF_8;
    }
    if (name.equals("base64")) {
      return BASE64;
    }
    throw SyscallException.invalid("encoding must be utf-8 or base64, was \"" + name + "\"");
  }
}
