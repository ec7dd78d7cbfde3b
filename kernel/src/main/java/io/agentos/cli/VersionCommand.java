// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.client.Json;
import io.agentos.kernel.base.Version;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says which release this is. */
@Command(name = "version", description = "Print the version.")
final class VersionCommand implements Runnable, IVersionProvider {
  @Spec private CommandSpec spec;

  @Option(names = "--json", description = "Print it as JSON.")
  private boolean json;

  @Override
  public void run() {
    spec.commandLine()
        .getOut()
        .println(json ? Json.text(Map.of("version", Version.TEXT)) : getVersion()[0]);
  }

  @Override
  public String[] getVersion() {
    return new String[] {"agentos " + Version.TEXT};
  }
}
