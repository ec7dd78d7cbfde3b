// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.client.CallFailed;
import io.agentos.cli.client.Json;
import io.agentos.cli.client.NoKernel;
import java.io.IOException;
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
    line.getErr().println("agentos: " + failure.getMessage());
    return CommandLine.ExitCode.SOFTWARE;
  }

  private static String json(IOException e) {
    if (e instanceof CallFailed refusal) {
      return refusal.answer().json();
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("success", false);
    fields.put("error", String.valueOf(e.getMessage()));
    fields.put("code", e instanceof NoKernel ? "UNAVAILABLE" : "INTERNAL");
    return Json.text(fields);
  }
}
