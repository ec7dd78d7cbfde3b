# SPDX-License-Identifier: MIT
"""A program for OpenAI's client that knows of no kernel: it streams an answer, and uses a tool."""

from __future__ import annotations

import json

from openai import OpenAI

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "word_count",
            "description": "How many words a text has.",
            "parameters": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]},
        },
    }
]

client = OpenAI()  # where it asks, and its key, are what OPENAI_BASE_URL and OPENAI_API_KEY say

print("streamed: ", end="", flush=True)
with client.chat.completions.create(
    model="default", messages=[{"role": "user", "content": "Write a short poem."}], stream=True
) as pieces:
    for piece in pieces:
        print(piece.choices[0].delta.content or "", end="", flush=True)
print()

messages = [{"role": "user", "content": "How many words has 'to be or not to be'?"}]
asked = client.chat.completions.create(model="default", messages=messages, tools=TOOLS).choices[0].message
call = asked.tool_calls[0]
text = json.loads(call.function.arguments)["text"]
print(f"the model calls {call.function.name}({text!r})")
messages += [asked, {"role": "tool", "tool_call_id": call.id, "content": f"{len(text.split())} words"}]
answer = client.chat.completions.create(model="default", messages=messages, tools=TOOLS)
print("it says:", answer.choices[0].message.content)
print("tokens:", answer.usage.total_tokens)
