// SPDX-License-Identifier: MIT
package io.agentos.cli;

import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Says what went wrong in one line; a stack trace is for bugs. */
final class Failures implements IExecutionExceptionHandler {
  @Override
  public int handleExecutionException(Exception e, CommandLine commandLine, ParseResult parsed)
      throws Exception {
    if (e instanceof java.io.IOException) {
      commandLine.getErr().println("agentos: " + e.getMessage());
      return 1;
    }
    throw e;
  }
}
