// SPDX-License-Identifier: MIT
package io.agentos.kernel.syscall.permission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentos.kernel.llm.Llm;
import io.agentos.kernel.permission.Permissions;
import io.agentos.kernel.wire.Json;
import java.util.List;

/** A permissions object as the wire has it; unlimited numbers are left out. */
final class PermissionsView {
  private PermissionsView() {}

  static ObjectNode of(Permissions p, Llm.Spent spent) {
    ObjectNode view = Json.object().put("level", p.level());
    view.put("can_exec", p.canExec()).put("can_read", p.canRead()).put("can_write", p.canWrite());
    view.put("can_think", p.canThink()).put("can_spawn", p.canSpawn()).put("can_http", p.canHttp());
    ObjectNode files = view.putObject("filesystem");
    put(files, "read", p.paths().readable());
    put(files, "write", p.paths().writable());
    put(files, "blocked", p.paths().blocked());
    put(view, "exec", p.commands().allowed());
    put(view, "blocked_commands", p.commands().blocked());
    put(view, "network", p.domains().patterns());
    ObjectNode llm = view.putObject("llm");
    putLimit(llm, "max_tokens", p.llm().maxTokens());
    putLimit(llm, "max_calls", p.llm().maxCalls());
    if (p.llm().maxNanodollars() != Long.MAX_VALUE) {
      llm.put("max_cost", p.llm().maxNanodollars() / 1e9);
    }
    llm.put("tokens_used", spent.tokens()).put("calls_made", spent.calls());
    llm.put("cost", spent.nanodollars() / 1e9);
    put(view, "secrets", p.secrets().names());
    putLimit(view, "max_exec_time_ms", p.maxExecTimeMs());
    return Json.object().set("permissions", view);
  }

  private static void put(ObjectNode node, String field, List<String> values) {
    values.forEach(node.putArray(field)::add);
  }

  private static void putLimit(ObjectNode node, String field, long value) {
    if (value != Long.MAX_VALUE) {
      node.put(field, value);
    }
  }
}
