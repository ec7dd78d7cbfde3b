// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.fs;

import io.agentos.kernel.fs.Files;
import io.agentos.kernel.syscall.Caller;
import io.agentos.kernel.syscall.Syscall;
import io.agentos.kernel.wire.SyscallException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Writes a regular file as the caller sees it. */
public final class WriteFile implements Syscall.Blocking<WriteFile.Request, WriteFile.Response> {
  private final Files files;

  public WriteFile(Files files) {
    this.files = files;
  }

  /**
   * {@code mode}: write (replace, default), append, create (must not exist); {@code sync}: whether
   * it has to survive a crash of the machine once it is answered.
   */
  public record Request(
      @Nullable String path,
      @Nullable String content,
      @Nullable String mode,
      @Nullable String encoding,
      @Nullable Boolean sync) {}

  /** All bytes were written. */
  public record Response(int bytesWritten) {}

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Response handle(Caller caller, Request request) throws SyscallException {
    if (request.path() == null || request.content() == null) {
      throw SyscallException.invalid("WRITE needs the fields path and content");
    }
    byte[] bytes = bytes(request.content(), Encoding.of(request.encoding()));
    Files.Change change =
        new Files.Change(bytes, mode(request.mode()), Boolean.TRUE.equals(request.sync()));
    return new Response(files.write(FileAccess.of(caller), request.path(), change));
  }

  private static byte[] bytes(String content, Encoding encoding) throws SyscallException {
    try {
      if (encoding == Encoding.BASE64) {
        return Base64.getDecoder().decode(content);
      }
      ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(content));
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      return bytes;
    } catch (IllegalArgumentException e) {
      throw SyscallException.invalid("content is not valid base64: " + e.getMessage());
    } catch (CharacterCodingException e) {
      throw SyscallException.invalid(
          "content holds half a surrogate pair, which UTF-8 can't express; send base64");
    }
  }

  private static Files.Mode mode(@Nullable String name) throws SyscallException {
    if (name == null) {
      return Files.Mode.WRITE;
    }
    return switch (name) {
      case "write" -> Files.Mode.WRITE;
      case "append" -> Files.Mode.APPEND;
      case "create" -> Files.Mode.CREATE;
      default ->
          throw SyscallException.invalid(
              "mode must be write, append or create, was \"" + name + "\"");
    };
  }
}
