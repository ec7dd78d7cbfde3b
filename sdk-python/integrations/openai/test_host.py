# SPDX-License-Identifier: MIT
"""The LLM's door on the host: for whoever may read the kernel's token."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from pathlib import Path

import openai
import pytest
from kernel.daemon import Daemon
from script import SCRIPT


@pytest.fixture(scope="module")
def port() -> int:
    """One that is free."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        found: int = server.getsockname()[1]
    return found


@pytest.fixture(scope="module")
def kernel(port: int) -> Iterator[Daemon]:
    """A kernel with the door."""
    with Daemon(SCRIPT, configuration=f'[door]\nlisten = "127.0.0.1:{port}"\n') as daemon:
        yield daemon


@pytest.fixture
def token_file(kernel: Daemon) -> Path:
    """What is to be sent stands there."""
    return Path(kernel.socket).parent / "run" / "door.token"


def asked(port: int, key: str) -> str | None:
    client = openai.OpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key=key)
    answer = client.chat.completions.create(model="default", messages=[{"role": "user", "content": "hello"}])
    return answer.choices[0].message.content


def test_the_token_opens_it(port: int, token_file: Path) -> None:
    assert asked(port, token_file.read_text().strip()) == "An answer, a few words long."


def test_the_token_is_the_kernel_s_user_s_alone(token_file: Path) -> None:
    assert token_file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("key", ["not-the-token", "0" * 64])
def test_another_key_does_not(port: int, kernel: Daemon, key: str) -> None:
    with pytest.raises(openai.AuthenticationError) as refusal:
        asked(port, key)
    assert refusal.value.code == "invalid_api_key"
    assert key not in kernel.log.read_text()


@pytest.mark.parametrize("header", [("Origin", "http://evil.example"), ("Host", "evil.example")])
def test_a_web_page_is_refused(port: int, token_file: Path, header: tuple[str, str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": "Bearer " + token_file.read_text().strip(), header[0]: header[1]}
    connection.request("GET", "/v1/models", headers=headers)
    answer = connection.getresponse()
    assert (answer.status, header[0] in answer.read().decode()) == (403, True)


@pytest.mark.parametrize("address", ["0.0.0.0:8080", "127.0.0.1", "localhost:8080", "192.0.2.1:80", "127.0.0.1:0"])
def test_an_address_that_others_reach_is_refused_at_the_start(address: str) -> None:
    with (
        pytest.raises(AssertionError, match="loopback interface"),
        Daemon(configuration=f'door.listen = "{address}"\n'),
    ):
        pass


def test_a_port_that_is_taken_is_named_at_the_start() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        pytest.raises(AssertionError, match="nothing can listen at"),
        Daemon(configuration=f'door.listen = "127.0.0.1:{server.getsockname()[1]}"\n'),
    ):
        pass
