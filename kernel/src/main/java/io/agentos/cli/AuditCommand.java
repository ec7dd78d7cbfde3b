// SPDX-License-Identifier: MIT
package io.agentos.cli;

import io.agentos.cli.client.Fields;
import io.agentos.cli.client.Json;
import io.agentos.cli.client.KernelClient;
import io.agentos.cli.client.Op;
import io.agentos.cli.term.Style;
import io.agentos.cli.term.Table;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what the kernel decided, and checks that nobody changed what it wrote down. */
@Command(
    name = "audit",
    description = "Show what was asked of the kernel and what it decided, or verify the log.",
    footer = {
      "",
      "Examples:",
      "  agentos audit --denied                 the newest refusals",
      "  agentos audit --all --json > log.jsonl  all of it, a line each",
      "  agentos audit verify                   the running kernel's log",
      "  agentos audit verify log.jsonl         one that was kept elsewhere"
    })
final class AuditCommand implements Callable<Integer> {
  private static final int PAGE = 1000;
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

  @Spec private CommandSpec spec;
  @Mixin private KernelOptions kernel;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "show|verify",
      defaultValue = "show",
      description = "Show entries (default), or check that the chain is whole.")
  private String action;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "FILE",
      description = "With verify: JSON lines of an earlier --all --json.")
  private @Nullable Path file;

  @Option(
      names = "--agent",
      paramLabel = "ID",
      description = "Only what this agent asked for; also one that is long gone.")
  private @Nullable Integer agent;

  @Option(
      names = "--category",
      paramLabel = "CALL",
      description = "Only one call: read, write, exec, spawn, http ...")
  private @Nullable String category;

  @Option(names = "--denied", description = "Only refusals.")
  private boolean denied;

  @Option(
      names = {"-n", "--lines"},
      paramLabel = "N",
      description = "At most so many of the newest entries, up to 1000 (default 50).")
  private int lines = 50;

  @Option(names = "--all", description = "All entries, the oldest first.")
  private boolean all;

  @Override
  public Integer call() throws IOException {
    if (!action.matches("show|verify") || (file != null && action.equals("show"))) {
      throw new ParameterException(
          spec.commandLine(), "after audit comes nothing, or verify with at most a FILE");
    }
    if (action.equals("verify")) {
      return verify();
    }
    PrintWriter out = spec.commandLine().getOut();
    Style style = Style.of(Console.isTerminal(1), System.getenv());
    Table table = new Table(style, "ID", "TIME", "AGENT", "CALL", "DECISION", "WHAT", "WHY");
    read(
        entry -> {
          if (kernel.json) {
            out.println(Json.text(entry.map()));
          } else {
            row(table, entry, style);
          }
        });
    if (!kernel.json) {
      table.lines().forEach(out::println);
    }
    return 0;
  }

  private void read(Consumer<Fields> each) throws IOException {
    Map<String, Object> request = new HashMap<>();
    if (agent != null) {
      request.put("agent_id", agent);
    }
    if (category != null) {
      request.put("category", category);
    }
    if (denied) {
      request.put("decision", "denied");
    }
    try (KernelClient client = kernel.connect()) {
      if (!all) {
        request.put("limit", lines);
        client.call(Op.GET_AUDIT_LOG, request).fields().objects("entries").forEach(each);
        return;
      }
      request.put("limit", PAGE);
      long last = 0;
      List<Fields> page;
      do {
        request.put("since_id", last);
        page = client.call(Op.GET_AUDIT_LOG, request).fields().objects("entries");
        page.forEach(each);
        last = page.isEmpty() ? last : page.get(page.size() - 1).whole("id");
      } while (page.size() == PAGE);
    }
  }

  private static void row(Table table, Fields entry, Style style) {
    String decision = entry.text("decision");
    String agent = entry.text("agent").isEmpty() ? "-" : printable(entry.text("agent"));
    table.row(
        String.valueOf(entry.whole("id")),
        TIME.format(Instant.ofEpochMilli(entry.whole("time_ms")).atZone(ZoneId.systemDefault())),
        agent + " (" + entry.whole("agent_id") + ")",
        entry.text("category"),
        decision.equals("denied") ? style.bad(decision) : decision,
        printable(entry.text("subject")),
        printable(entry.text("reason")));
  }

  /** Agents choose these words, and a terminal obeys what is in them. */
  private static String printable(String text) {
    return text.replaceAll("\\p{C}", "?");
  }

  private int verify() throws IOException {
    AuditVerifier verifier = new AuditVerifier();
    if (file == null) {
      all = true;
      read(verifier::next);
    } else {
      try (BufferedReader reader = Files.newBufferedReader(file)) {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          verifier.next(
              Fields.of(Json.parse(line.getBytes(java.nio.charset.StandardCharsets.UTF_8))));
        }
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    if (kernel.json) {
      out.println(Json.text(verifier.report()));
    } else {
      out.println(verifier.sentence());
    }
    return verifier.holds() ? 0 : 1;
  }
}
