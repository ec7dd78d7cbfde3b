# SPDX-License-Identifier: MIT
from __future__ import annotations

import os
import pwd
import socket
from pathlib import Path

import pytest
from clients import connect
from peer import MakePeer

from agentos import AgentOSClient, NotRunning, _socket_path
from agentos._socket_path import Place, candidates, check_owner

KINDS = pytest.mark.parametrize("kind", ["blocking", "asyncio"])


def paths(explicit: str | Path | None) -> list[str]:
    return [place.path for place in candidates(explicit)]


def test_only_places_where_anyone_can_listen_are_doubtful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTOS_SOCKET", "")
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)

    assert [place.doubtful for place in candidates(None)] == [False, True, False, True]
    assert [place.doubtful for place in candidates("/tmp/agentos.sock")] == [False]


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Send the search into a folder of the test's own."""
    monkeypatch.delenv("AGENTOS_SOCKET", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "user"))
    monkeypatch.setattr(_socket_path, "SANDBOX_SOCKET", str(tmp_path / "sandbox.sock"))
    monkeypatch.setattr(_socket_path, "SERVICE_SOCKET", str(tmp_path / "service.sock"))
    monkeypatch.setattr(_socket_path, "HISTORIC_SOCKET", str(tmp_path / "historic.sock"))
    return tmp_path


def test_what_is_named_is_the_only_candidate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTOS_SOCKET", "/named/by/environment")

    assert paths("/named/by/argument") == ["/named/by/argument"]
    assert paths(Path("/named/by/argument")) == ["/named/by/argument"]
    assert paths(None) == ["/named/by/environment"]


def test_otherwise_the_sandbox_the_user_the_service_and_the_historic_place_in_this_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AGENTOS_SOCKET", "")
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/1000")

    assert paths(None) == [
        "/run/agentos.sock",
        "/run/user/1000/agentos/agentos.sock",
        "/run/agentos/agentos.sock",
        "/tmp/agentos.sock",
    ]
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    assert paths(None)[1] == f"/tmp/agentos-{pwd.getpwuid(os.geteuid()).pw_name}/agentos.sock"
    monkeypatch.setattr(os, "geteuid", lambda: 2**31 - 7)  # which has no name
    assert paths(None)[1] == f"/tmp/agentos-{2**31 - 7}/agentos.sock"


@KINDS
def test_the_first_that_answers_is_taken(
    kind: str, elsewhere: Path, make_peer: MakePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    (elsewhere / "sandbox.sock").touch()  # in the way, but nobody listens
    peer = make_peer()
    monkeypatch.setattr(_socket_path, "SERVICE_SOCKET", peer.path)

    with connect(kind, None) as client:
        assert client.echo("hello") == "hello"


@KINDS
def test_when_nobody_answers_the_error_lists_where_and_why(kind: str, elsewhere: Path) -> None:
    (elsewhere / "service.sock").touch()

    with pytest.raises(NotRunning) as caught, connect(kind, None):
        pass

    text = str(caught.value)
    assert text.startswith(f"no kernel at {elsewhere}/sandbox.sock (No such file or directory), ")
    assert f"{elsewhere}/user/agentos/agentos.sock (No such file or directory)" in text
    assert f"{elsewhere}/service.sock (Connection refused)" in text
    assert f"{elsewhere}/historic.sock (No such file or directory)" in text
    assert "start one with `agentos daemon`" in text
    assert isinstance(caught.value, ConnectionError)


@KINDS
def test_a_path_that_no_socket_can_have_is_named_as_such(kind: str, tmp_path: Path) -> None:
    with (
        pytest.raises(NotRunning, match="has at most 107 bytes, this one 1"),
        connect(kind, str(tmp_path / ("x" * 120))),
    ):
        pass


def test_an_impostor_in_tmp_is_refused_and_elsewhere_permissions_decide() -> None:
    stranger = os.geteuid() + 1

    with pytest.raises(OSError, match="neither root nor you"):
        check_owner(Place("/tmp/agentos.sock", doubtful=True), stranger)
    check_owner(Place("/tmp/agentos.sock", doubtful=True), os.geteuid())
    check_owner(Place("/tmp/agentos.sock", doubtful=True), 0)
    check_owner(Place("/run/agentos/agentos.sock"), stranger)


@KINDS
def test_a_full_backlog_is_waited_for_and_then_named(kind: str, tmp_path: Path) -> None:
    path = str(tmp_path / "busy.sock")
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as first:
        listener.bind(path)
        listener.listen(0)
        first.connect(path)
        with (
            pytest.raises(NotRunning, match="accepts no connections in time"),
            connect(kind, path, connect_timeout=0.1),
        ):
            pass


def test_a_client_that_never_connected_says_how_to() -> None:
    with pytest.raises(ConnectionError, match="call connect\\(\\) first"):
        AgentOSClient("/nowhere").noop()
