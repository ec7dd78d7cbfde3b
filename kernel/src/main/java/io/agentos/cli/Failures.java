// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.client.CallFailed;
import io.agentos.cli.client.Json;
import io.agentos.cli.client.NoKernel;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/**
 * Says what went wrong in one line; a stack trace is for bugs. With {@code --json} the refusal also
 * goes to standard output as the kernel gave it.
 */
final class Failures implements IExecutionExceptionHandler {
  @Override
  public int handleExecutionException(Exception e, CommandLine line, ParseResult parsed)
      throws Exception {
    if (!(e instanceof IOException failure)) {
      throw e;
    }
    if (parsed.hasMatchedOption("--json")) {
      line.getOut().println(json(failure));
    }
    line.getErr().println("agentos: " + sentence(failure));
    return CommandLine.ExitCode.SOFTWARE;
  }

  /** Of files Java's own message is the path alone when the kind of exception says it all. */
  static String sentence(IOException e) {
    if (!(e instanceof FileSystemException file) || file.getReason() != null) {
      return String.valueOf(e.getMessage());
    }
    if (e instanceof AccessDeniedException) {
      return e.getMessage() + ": permission denied";
    }
    if (e instanceof NoSuchFileException) {
      return e.getMessage() + ": there is no such file or folder";
    }
    if (e instanceof FileAlreadyExistsException) {
      return e.getMessage() + ": it is there already, and is not what is needed";
    }
    return e.getMessage() + ": it can't be used as that (" + e.getClass().getSimpleName() + ")";
  }

  private static String json(IOException e) {
    if (e instanceof CallFailed refusal) {
      return refusal.answer().json();
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("success", false);
    fields.put("error", sentence(e));
    fields.put("code", e instanceof NoKernel ? "UNAVAILABLE" : "INTERNAL");
    return Json.text(fields);
  }
}
