# SPDX-License-Identifier: MIT
"""Chat completions, asked by the real package inside a sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest
from inside import Inside
from kernel.daemon import Daemon
from kernel.examples import expected, run

from agentos import AgentOSClient

HAIKU = "An old silent pond. A frog jumps in. Splash, silence again."
USED = {"prompt_tokens": 20, "completion_tokens": 35, "total_tokens": 55, "cached": 10, "reasoning": 5}
USAGE = """
def used(usage):
    return {"prompt_tokens": usage.prompt_tokens, "completion_tokens": usage.completion_tokens,
            "total_tokens": usage.total_tokens, "cached": usage.prompt_tokens_details.cached_tokens,
            "reasoning": usage.completion_tokens_details.reasoning_tokens}
"""


@pytest.mark.parametrize("network", ["none", "proxy"])
def test_an_answer_comes_whatever_the_network_is(inside: Inside, network: str) -> None:
    answer = inside(
        USAGE
        + """
answer = ask("a haiku", user="me", seed=1, n=1, temperature=0.5, max_tokens=100)
out = [answer.choices[0].message.content, answer.choices[0].finish_reason, used(answer.usage)]
""",
        network=network,
    )
    assert answer == [HAIKU, "stop", USED]


def test_an_answer_is_streamed(inside: Inside) -> None:
    pieces, finish, usage = inside(
        USAGE
        + """
pieces, finish = [], None
for piece in ask("a haiku", stream=True, stream_options={"include_usage": True}):
    for choice in piece.choices:
        pieces.append(choice.delta.content)
        finish = choice.finish_reason
out = [pieces, finish, used(piece.usage)]
"""
    )
    assert len(pieces) > 3
    assert "".join(piece or "" for piece in pieces) == HAIKU
    assert (finish, usage) == ("stop", USED)


def test_tools_are_called_and_answered(inside: Inside) -> None:
    called, streamed, answer = inside(
        """
tools = [{"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}]
messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "add 1 and 2"}]
said = client.chat.completions.create(model="default", messages=messages, tools=tools, tool_choice="auto").choices[0]
call = said.message.tool_calls[0]
with client.chat.completions.stream(model="default", messages=messages, tools=tools) as stream:
    final = stream.get_final_completion().choices[0]
again = final.message.tool_calls[0]
messages += [said.message, {"role": "tool", "tool_call_id": call.id, "content": "the sum is 3"}]
answer = client.chat.completions.create(model="default", messages=messages, tools=tools)
out = [[said.finish_reason, call.function.name, json.loads(call.function.arguments)],
       [final.finish_reason, again.function.name, json.loads(again.function.arguments)],
       answer.choices[0].message.content]
"""
    )
    assert called == streamed == ["tool_calls", "add", {"a": 1, "b": 2}]
    assert answer == "It is 3."


def test_a_schema_makes_an_object(inside: Inside) -> None:
    assert inside(
        """
from pydantic import BaseModel
class City(BaseModel):
    name: str
    people: int
answer = client.chat.completions.parse(
    model="default", messages=[{"role": "user", "content": "Tell me of the city"}], response_format=City)
city = answer.choices[0].message.parsed
out = [city.name, city.people]
"""
    ) == ["Ghent", 265000]


def test_a_picture_goes_as_a_data_url_only(inside: Inside) -> None:
    sent, refused = inside(
        """
PIXEL = ("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
def look(url):
    return [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": url}}]
answer = ask(look("data:image/png;base64," + PIXEL))
out = [answer.choices[0].message.content, refused(look("http://example.org/cat.png"))]
"""
    )
    assert sent == "An answer, a few words long."
    assert refused == ["BadRequestError", 400, None, "messages[0].content[1].image_url.url"]


def test_what_cannot_be_honoured_is_refused_by_name(inside: Inside) -> None:
    assert inside(
        """
out = [refused("hello", **more) for more in (
    {"n": 2}, {"stop": [5]}, {"logprobs": True}, {"top_p": "high"}, {"store": True}, {"temperature": 9},
    {"tool_choice": "required"}, {"tool_choice": {"type": "allowed_tools"}}, {"max_tokens": -1},
    {"extra_body": {"colour": "red"}})]
"""
    ) == [
        ["BadRequestError", 400, None, name]
        for name in ("n", "stop", "logprobs", "top_p", "store", None, "tool_choice", "tool_choice", None, "colour")
    ]


def test_what_a_provider_cannot_be_asked_is_said_of_it(inside: Inside) -> None:
    assert inside(
        """
tools = [{"type": "function", "function": {"name": "subtract"}}]
out = refused("hello", tools=tools, tool_choice="required")
"""
    ) == ["BadRequestError", 400, "unsupported_parameter", None]


def test_an_answer_is_steered(inside: Inside) -> None:
    one, several, streamed, both = inside(
        """
more = dict(top_p=0.5, seed=7, presence_penalty=0.5, frequency_penalty=-0.5)
one = ask("a haiku", stop=" A frog", **more).choices[0]
several = ask("a haiku", stop=["never", "."]).choices[0].message.content
streamed = "".join(piece.choices[0].delta.content or "" for piece in ask("a haiku", stop=["."], stream=True))
both = ask("a haiku", max_tokens=5, max_completion_tokens=50).choices[0].message.content
out = [[one.message.content, one.finish_reason], several, streamed, both]
"""
    )
    assert one == ["An old silent pond.", "stop"]
    assert several == streamed == "An old silent pond"
    assert both == HAIKU


def test_tools_are_called_as_chosen(inside: Inside) -> None:
    required, named, none = inside(
        """
tools = [{"type": "function", "function": {"name": name}} for name in ("look", "add")]
def calls(choice):
    message = ask("add 1 and 2", tools=tools, tool_choice=choice).choices[0].message
    return [call.function.name for call in message.tool_calls or []]
out = [calls("required"), calls({"type": "function", "function": {"name": "add"}}), calls("none")]
"""
    )
    assert required == named == ["add"]
    assert none == []


def test_instructions_may_stand_anywhere(inside: Inside) -> None:
    assert (
        inside(
            """
messages = [{"role": "system", "content": "One."}, {"role": "user", "content": "a haiku"},
            {"role": "assistant", "content": "No."}, {"role": "developer", "content": "Two."},
            {"role": "user", "content": "a haiku!"}, {"role": "system", "content": "Three."}]
out = client.chat.completions.create(model="default", messages=messages).choices[0].message.content
"""
        )
        == HAIKU
    )


def test_the_asyncio_client_is_answered_alike(inside: Inside) -> None:
    said, streamed, city, refused = inside(
        """
import asyncio
from pydantic import BaseModel
class City(BaseModel):
    name: str
    people: int
async def main():
    chat = openai.AsyncOpenAI().chat.completions
    def messages(words):
        return [{"role": "user", "content": words}]
    several = await asyncio.gather(*(chat.create(model="default", messages=messages("a haiku")) for _ in range(5)))
    pieces = await chat.create(model="default", messages=messages("a haiku"), stream=True)
    streamed = "".join([piece.choices[0].delta.content or "" async for piece in pieces])
    async with chat.stream(model="default", messages=messages("of the city"), response_format=City) as stream:
        city = (await stream.get_final_completion()).choices[0].message.parsed
    refused = None
    try:
        await chat.create(model="default", messages=messages("I am busy"))
    except openai.RateLimitError as e:
        refused = e.code
    return [[answer.choices[0].message.content for answer in several], streamed, city.people, refused]
out = asyncio.run(main())
"""
    )
    assert said == [HAIKU] * 5
    assert streamed == HAIKU
    assert city == 265000
    assert refused == "rate_limit_exceeded"


def test_a_tool_s_arguments_are_parsed(inside: Inside) -> None:
    assert inside(
        """
from pydantic import BaseModel
class add(BaseModel):
    a: int
    b: int
answer = client.beta.chat.completions.parse(
    model="default", messages=[{"role": "user", "content": "add 1 and 2"}], tools=[openai.pydantic_function_tool(add)],
    tool_choice="required")
parsed = answer.choices[0].message.tool_calls[0].function.parsed_arguments
with client.chat.completions.with_streaming_response.create(
        model="default", messages=[{"role": "user", "content": "hello"}]) as response:
    raw = json.loads(response.read())
out = [type(parsed).__name__, parsed.a + parsed.b, raw["choices"][0]["message"]["content"]]
"""
    ) == ["add", 3, "An answer, a few words long."]


def test_an_address_that_is_not_there_says_which_is(inside: Inside) -> None:
    responses, embeddings, versionless = inside(
        """
def sentence(call):
    try:
        call()
    except openai.NotFoundError as e:
        return e.message
out = [sentence(lambda: client.responses.create(model="default", input="hello")),
       sentence(lambda: client.embeddings.create(model="default", input="hello")),
       sentence(lambda: OpenAI(base_url=os.environ["OPENAI_BASE_URL"].removesuffix("/v1")).models.list())]
"""
    )
    assert "no /v1/responses here: ask for chat completions instead" in responses
    assert "no /v1/embeddings here" in embeddings
    assert "the base URL must end in /v1" in versionless


def test_errors_are_those_that_the_package_knows(inside: Inside) -> None:
    assert inside('out = [refused("I am busy"), refused("It is forbidden")]') == [
        ["RateLimitError", 429, "rate_limit_exceeded", None],
        ["PermissionDeniedError", 403, "permission_denied", None],
    ]


def test_the_quota_is_the_agent_s_own(inside: Inside) -> None:
    first, second = inside(
        'out = [ask("hello").choices[0].message.content, refused("hello")]',
        permissions={"llm": {"max_calls": 1}},
    )
    assert first == "An answer, a few words long."
    assert second == ["RateLimitError", 429, "insufficient_quota", None]


def test_an_agent_without_the_right_is_denied_and_that_is_written_down(inside: Inside, operator: AgentOSClient) -> None:
    denied = inside('out = refused("hello")', permissions={"can_think": False})
    assert denied == ["PermissionDeniedError", 403, "permission_denied", None]
    entry = operator.audit_log(limit=1).entries[0]
    assert (entry.category, entry.decision) == ("think", "denied")


def test_the_models_that_were_asked_are_listed(inside: Inside) -> None:
    one, missing = inside(
        """
ask("hello")
assert "default" in [model.id for model in client.models.list()]
missing = None
try:
    client.models.retrieve("gpt-9")
except openai.NotFoundError as e:
    missing = e.code
out = [client.models.retrieve("default").id, missing]
"""
    )
    assert (one, missing) == ("default", "model_not_found")


def test_who_goes_away_is_not_waited_for(inside: Inside, operator: AgentOSClient) -> None:
    assert (
        inside(
            """
try:
    client.with_options(timeout=1, max_retries=0).chat.completions.create(
        model="default", messages=[{"role": "user", "content": "be slow"}])
except openai.APITimeoutError:
    out = "gave up"
ask("hello")
"""
        )
        == "gave up"
    )
    assert operator.llm_status().running == 0


def test_a_key_is_neither_needed_nor_written_down(inside: Inside, kernel: Daemon) -> None:
    assert inside(
        """
client = OpenAI(api_key="sk-not-to-be-seen")
out = [os.environ["OPENAI_API_KEY"], ask("hello").choices[0].message.content]
"""
    ) == ["agentos", "An answer, a few words long."]
    folder = Path(kernel.socket).parent
    seen = [file for file in folder.rglob("*.log") if "sk-not-to-be-seen" in file.read_text(errors="replace")]
    assert seen == []


def test_the_example() -> None:
    assert run("openai", "agent.py", with_this_python=True, openai=True) == expected("openai")
