// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.fs;

import io.agentos.kernel.base.Limits;
import io.agentos.kernel.fs.Files;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.wire.SyscallException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Reads a regular file as the caller sees it, whole or in part. */
public final class ReadFile implements Syscall.Blocking<ReadFile.Request, ReadFile.Response> {
  private final Files files;

  public ReadFile(Files files) {
    this.files = files;
  }

  /** {@code offset} and {@code limit} in bytes; {@code encoding}: utf-8 (default) or base64. */
  public record Request(
      @Nullable String path,
      @Nullable Long offset,
      @Nullable Integer limit,
      @Nullable String encoding) {}

  /** {@code size}: of the whole file in bytes; {@code truncated}: there is more after this part. */
  public record Response(String content, long size, boolean truncated, String encoding) {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Response handle(Caller caller, Request request) throws SyscallException {
    if (request.path() == null) {
      throw SyscallException.invalid("READ needs the field path");
    }
    long offset = request.offset() == null ? 0 : request.offset();
    int limit = request.limit() == null ? Limits.READ_LIMIT : request.limit();
    if (offset < 0 || limit < 0 || limit > Limits.READ_LIMIT) {
      throw SyscallException.invalid(
          "offset must not be negative and limit must be 0 to " + Limits.READ_LIMIT);
    }
    Encoding encoding = Encoding.of(request.encoding());
    Files.Content content = files.read(FileAccess.of(caller), request.path(), offset, limit);
    boolean truncated = offset + content.bytes().length < content.size();
    return new Response(
        text(content.bytes(), encoding, request.path(), truncated),
        content.size(),
        truncated,
        encoding.wireName());
  }

  private static String text(byte[] bytes, Encoding encoding, String path, boolean truncated)
      throws SyscallException {
    if (encoding == Encoding.BASE64) {
      return Base64.getEncoder().encodeToString(bytes);
    }
    CharBuffer text = CharBuffer.allocate(bytes.length);
    ByteBuffer source = ByteBuffer.wrap(bytes);
    // Where the file goes on, a character that is cut in two is left to the next READ.
    CoderResult result =
        StandardCharsets.UTF_8.newDecoder().decode(source, text, /* endOfInput= */ !truncated);
    if (result.isError() || (source.position() == 0 && bytes.length > 0)) {
      throw SyscallException.invalid(
          path
              + (truncated ? " (or this part of it)" : "")
              + " is not UTF-8 text; ask for encoding base64");
    }
    return text.flip().toString();
  }
}
