// SPDX-License-Identifier: MIT
package io.agentos.llm;

import io.agentos.llm.cassette.Player;
import io.agentos.llm.cassette.Recorder;
import io.agentos.llm.offline.OfflineScript;
import io.agentos.llm.offline.ScriptReader;
import io.agentos.llm.provider.Backend;
import io.agentos.llm.serve.Kinds;
import io.agentos.llm.serve.LineServer;
import io.agentos.llm.serve.LineWriter;
import io.agentos.llm.serve.Providers;
import io.agentos.llm.serve.Service;
import io.agentos.llm.settings.CassetteSettings;
import io.agentos.llm.settings.RedactingStream;
import io.agentos.llm.settings.Settings;
import io.agentos.llm.settings.SettingsException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The process: its options, its outputs, its exit codes, which are those of sysexits.h. */
public final class Main {
  private static final int OK = 0;
  private static final int USAGE = 64;
  private static final int IO_ERROR = 74;
  private static final int CONFIG = 78;

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  private static int run(String... arguments) {
    try {
      CommandLine commandLine = CommandLine.parse(arguments);
      if (commandLine.help()) {
        System.out.print(CommandLine.USAGE);
        return OK;
      }
      serve(commandLine);
      return OK;
    } catch (CommandLine.UsageException e) {
      System.err.println("llm-service: " + e.getMessage() + "\n" + CommandLine.USAGE);
      return USAGE;
    } catch (SettingsException e) {
      System.err.println("llm-service: " + e.getMessage());
      return CONFIG;
    } catch (IOException e) {
      System.err.println("llm-service: cannot read requests: " + e.getMessage());
      return IO_ERROR;
    }
  }

  private static void serve(CommandLine commandLine) throws SettingsException, IOException {
    Settings settings =
        Settings.load(
            new Settings.Sources(
                commandLine.config(), commandLine.envFile(), Path.of(""), System.getenv()),
            Kinds.all());
    OutputStream answers = takeOutputs(settings);
    OfflineScript script =
        settings.script().isPresent()
            ? ScriptReader.read(settings.script().get())
            : OfflineScript.EMPTY;
    Backend backend = backend(settings, new Providers(settings, script));
    // Without a reader of answers there is nobody to tell.
    LineWriter writer =
        new LineWriter(answers, settings.redactor(), () -> Runtime.getRuntime().halt(IO_ERROR));
    Service service = new Service(backend, writer, System::nanoTime);
    new LineServer(new FileInputStream(FileDescriptor.in), service).run();
  }

  private static Backend backend(Settings settings, Providers providers) throws SettingsException {
    if (settings.cassette().isEmpty()) {
      return providers;
    }
    CassetteSettings cassette = settings.cassette().get();
    return switch (cassette.mode()) {
      case RECORD -> Recorder.open(providers, cassette.file(), settings.redactor());
      case REPLAY -> Player.open(cassette.file(), providers.choice());
    };
  }

  /** Keeps standard output for answers alone; what libraries print goes where logs go. */
  private static OutputStream takeOutputs(Settings settings) {
    PrintStream log =
        new PrintStream(
            new RedactingStream(new FileOutputStream(FileDescriptor.err), settings.redactor()),
            /* autoFlush= */ true,
            StandardCharsets.UTF_8);
    System.setErr(log);
    System.setOut(log);
    return new FileOutputStream(FileDescriptor.out);
  }
}
