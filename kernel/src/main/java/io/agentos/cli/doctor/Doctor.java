// SPDX-License-Identifier: MIT
package io.agentos.cli.doctor;

import io.agentos.cli.client.Json;
import io.agentos.cli.term.Style;
import io.agentos.cli.term.Table;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was found on this host.
 *
 * @param findings in the order in which they are shown
 */
public record Doctor(List<Finding> findings) {
  /**
   * Looks at everything; takes a few seconds, since most is tried rather than read.
   *
   * @param home the folder AgentOS is installed in
   * @param socket named by the user, or null
   */
  public static Doctor examine(Path home, @Nullable Path socket) {
    List<Finding> findings = new ArrayList<>();
    findings.add(HostChecks.linux());
    findings.add(HostChecks.java());
    findings.add(HostChecks.python());
    findings.addAll(SandboxChecks.layers(home));
    findings.add(CgroupChecks.hierarchy());
    findings.addAll(TrialRun.of(home));
    findings.add(HostChecks.llm(home));
    findings.add(HostChecks.running(socket));
    return new Doctor(List.copyOf(findings));
  }

  /** Whether a full sandbox can be made here: a language model or Python may still be missing. */
  public boolean canSandbox() {
    return findings.stream()
        .filter(finding -> finding.check().matches("sandbox.*|trial|linux"))
        .noneMatch(finding -> finding.status() == Finding.Status.MISSING);
  }

  /** A line for each finding, with the remedy below those that need one. */
  public List<String> lines(Style style) {
    Table table = new Table(style, "STATUS", "CHECK", "FOUND");
    for (Finding finding : findings) {
      table.row(status(finding.status(), style), finding.check(), finding.found());
      if (!finding.remedy().isEmpty()) {
        table.row("", "", style.dim("to change it: " + finding.remedy()));
      }
    }
    List<String> lines = new ArrayList<>(table.lines());
    lines.add("");
    lines.add(
        canSandbox()
            ? style.good("A full sandbox can be made here.")
            : style.bad("A full sandbox can't be made here; the missing lines say what it takes."));
    return lines;
  }

  private static String status(Finding.Status status, Style style) {
    return switch (status) {
      case OK -> style.good(status.word());
      case DEGRADED -> style.warning(status.word());
      case MISSING -> style.bad(status.word());
    };
  }

  /** One JSON object. */
  public String json() {
    List<Object> all = new ArrayList<>();
    findings.forEach(finding -> all.add(finding.json()));
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("success", canSandbox());
    fields.put("findings", all);
    return Json.text(fields);
  }
}
