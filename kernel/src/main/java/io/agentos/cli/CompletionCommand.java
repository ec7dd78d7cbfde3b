// SPDX-License-Identifier: MIT
package io.agentos.cli;

import java.io.PrintWriter;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints what a shell needs to complete our commands and options. */
@Command(
    name = "completion",
    description = "Print a completion script for a shell.",
    footer = {
      "",
      "bash: source <(agentos completion bash)",
      "zsh:  source <(agentos completion zsh)",
      "fish: agentos completion fish | source"
    })
final class CompletionCommand implements Runnable {
  /** The shells that can be helped. */
  enum Shell {
    BASH,
    ZSH,
    FISH
  }

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "bash|zsh|fish", description = "Which shell.")
  private Shell shell;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    CommandLine all = Commands.all();
    switch (shell) {
      case FISH -> FishCompletion.lines(all).forEach(out::println);
      case BASH -> out.print(AutoComplete.bash("agentos", all));
      case ZSH -> {
        out.println("autoload -U +X bashcompinit && bashcompinit");
        out.print(AutoComplete.bash("agentos", all));
      }
    }
  }
}
