// SPDX-License-Identifier: MIT
package io.agentos.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in one line what is wrong with the words of a command, and where help is. */
final class Misuse implements IParameterExceptionHandler {
  @Override
  public int handleParseException(ParameterException e, String[] args) {
    CommandLine line = e.getCommandLine();
    PrintWriter err = line.getErr();
    err.println("agentos: " + sentence(e));
    UnmatchedArgumentException.printSuggestions(e, err);
    err.println("See `" + line.getCommandSpec().qualifiedName() + " --help`.");
    return CommandLine.ExitCode.USAGE;
  }

  private static String sentence(ParameterException e) {
    boolean commandExpected = !e.getCommandLine().getSubcommands().isEmpty();
    if (commandExpected && e instanceof UnmatchedArgumentException unmatched) {
      return "there is no command \"" + unmatched.getUnmatched().get(0) + "\"";
    }
    String sentence = String.valueOf(e.getMessage());
    return Character.toLowerCase(sentence.charAt(0)) + sentence.substring(1);
  }
}
