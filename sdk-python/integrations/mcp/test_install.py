# SPDX-License-Identifier: MIT
"""`install` and `config`: other people's files are changed with care, or not at all."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from kernel.daemon import Daemon
from mcp import Client, StdioServerParameters
from servers import PROGRAM

FILES = {
    "claude-desktop": (".config/Claude/claude_desktop_config.json", "mcpServers"),
    "claude-code": (".claude.json", "mcpServers"),
    "cursor": (".cursor/mcp.json", "mcpServers"),
    "vscode": (".config/Code/User/mcp.json", "servers"),
    "windsurf": (".codeium/windsurf/mcp_config.json", "mcpServers"),
    "gemini-cli": (".gemini/settings.json", "mcpServers"),
}


class Home:
    """A home folder, with a workspace in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workspace = folder / "work"
        self.workspace.mkdir(parents=True)
        self.desktop = folder / FILES["claude-desktop"][0]
        self.desktop.parent.mkdir(parents=True)

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PROGRAM, *arguments],
            env={"HOME": str(self.folder), "PATH": os.environ["PATH"], **variables},
            cwd=self.workspace,
            capture_output=True,
            text=True,
        )

    def install(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run("install", *arguments)

    def backups(self) -> list[Path]:
        return sorted(self.desktop.parent.glob(f"{self.desktop.name}.backup-*"))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def expected(home: Home, *more: str) -> dict[str, Any]:
    return {"command": PROGRAM, "args": ["serve", "--level", "sandboxed", "--workspace", str(home.workspace), *more]}


@pytest.mark.parametrize("client", FILES)
def test_each_client_finds_the_server_where_it_looks_for_it(home: Home, client: str) -> None:
    done = home.install("--client", client)
    assert (done.returncode, done.stderr) == (0, "")
    name, key = FILES[client]
    typed = {"type": "stdio"} if client in ("claude-code", "vscode") else {}
    written = json.loads((home.folder / name).read_text())
    assert written == {key: {"agentos": {**typed, **expected(home)}}}
    printed = home.run("config", "--client", client)
    assert json.loads(printed.stdout) == written


def test_everything_else_is_kept_and_a_backup_with_it(home: Home) -> None:
    before = '{"theme": "dunkelgrün", "mcpServers": {"other": {"command": "x"}}, "z": [1.50, null]}'
    home.desktop.write_text(before)
    home.desktop.chmod(0o640)
    done = home.install()
    written = json.loads(home.desktop.read_text())
    assert list(written) == ["theme", "mcpServers", "z"]
    assert written["theme"] == "dunkelgrün"
    assert written["mcpServers"] == {"other": {"command": "x"}, "agentos": expected(home)}
    assert home.desktop.stat().st_mode & 0o777 == 0o640
    (backup,) = home.backups()
    assert backup.read_text() == before
    assert str(backup) in done.stdout
    assert sorted(path.name for path in home.desktop.parent.iterdir()) == [home.desktop.name, backup.name]


def test_the_same_again_changes_nothing_and_other_options_replace_our_own(home: Home) -> None:
    home.install()
    home.install()
    assert home.backups() == []
    assert home.install("--level", "readonly", "--memory", "1G").returncode == 0
    arguments = json.loads(home.desktop.read_text())["mcpServers"]["agentos"]["args"]
    assert arguments[arguments.index("--level") + 1] == "readonly"
    assert arguments[-2:] == ["--memory", "1G"]
    assert len(home.backups()) == 1


def test_another_server_of_that_name_stays_unless_told_otherwise(home: Home) -> None:
    before = '{"mcpServers": {"agentos": {"command": "somebody-elses"}}}'
    home.desktop.write_text(before)
    refused = home.install()
    assert refused.returncode == 1
    assert "has another server called 'agentos'" in refused.stderr
    assert home.desktop.read_text() == before
    assert home.install("--as", "sandbox").returncode == 0
    assert list(json.loads(home.desktop.read_text())["mcpServers"]) == ["agentos", "sandbox"]
    assert home.install("--replace").returncode == 0
    assert json.loads(home.desktop.read_text())["mcpServers"]["agentos"] == expected(home)


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (b'{"mcpServers": {}', "is not JSON"),
        (b"// mine\n{}", "is not JSON"),
        (b"\xff{}", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b'{"mcpServers": {}, "mcpServers": {"x": {}}}', "the field 'mcpServers' is there twice"),
        (b"[]", "holds no JSON object"),
        (b'{"mcpServers": []}', "mcpServers should be an object"),
    ],
)
def test_a_broken_file_is_left_untouched_and_said(home: Home, broken: bytes, problem: str) -> None:
    home.desktop.write_bytes(broken)
    refused = home.install()
    assert (refused.returncode, refused.stdout) == (1, "")
    assert problem in refused.stderr
    assert str(home.desktop) in refused.stderr
    assert "left as it " in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert home.desktop.read_bytes() == broken
    assert [path.name for path in home.desktop.parent.iterdir()] == [home.desktop.name]


@pytest.mark.parametrize("nothing", [b"", b" \n", b"\xef\xbb\xbf{}"])
def test_an_empty_file_is_no_broken_one(home: Home, nothing: bytes) -> None:
    home.desktop.write_bytes(nothing)
    assert home.install().returncode == 0
    assert json.loads(home.desktop.read_text()) == {"mcpServers": {"agentos": expected(home)}}


def test_a_link_stays_a_link(home: Home, tmp_path: Path) -> None:
    dotfile = tmp_path / "dotfile.json"
    dotfile.write_text("{}")
    home.desktop.symlink_to(dotfile)
    assert home.install().returncode == 0
    assert home.desktop.is_symlink()
    assert "agentos" in dotfile.read_text()


def test_a_folder_that_cannot_be_written_is_said(home: Home) -> None:
    home.desktop.mkdir()
    refused = home.install()
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Traceback" not in refused.stderr
    assert str(home.desktop) in refused.stderr


def test_what_could_not_be_served_is_not_installed(home: Home) -> None:
    assert home.install("--workspace", "/nowhere").returncode == 2
    assert home.install("--permissions", "{").returncode == 2
    assert not home.desktop.exists()


def test_places_and_sockets_of_the_users_own(home: Home, tmp_path: Path) -> None:
    home.run("install", XDG_CONFIG_HOME=str(tmp_path / "xdg"))
    assert (tmp_path / "xdg/Claude/claude_desktop_config.json").exists()
    home.install("--file", str(tmp_path / "mine.json"))
    assert (tmp_path / "mine.json").exists()
    with_socket = home.run("config", AGENTOS_SOCKET="/run/mine.sock")
    entry = json.loads(with_socket.stdout)["mcpServers"]["agentos"]
    assert entry == expected(home, "--socket", "/run/mine.sock")


def test_the_launcher_writes_itself(home: Home, tmp_path: Path) -> None:
    launcher = tmp_path / "agentos"
    launcher.write_text("#!/bin/sh\n")
    launcher.chmod(0o755)
    printed = home.run("config", AGENTOS_HOME=str(tmp_path))
    entry = json.loads(printed.stdout)["mcpServers"]["agentos"]
    assert entry["command"] == str(launcher)
    assert entry["args"][:2] == ["mcp", "serve"]


@pytest.mark.anyio
async def test_what_is_installed_works(home: Home, kernel: Daemon) -> None:
    installed = home.run("install", "--level", "readonly", "--agent", "as-installed", AGENTOS_SOCKET=kernel.socket)
    assert installed.returncode == 0
    entry = json.loads(home.desktop.read_text())["mcpServers"]["agentos"]
    (home.workspace / "file").write_text("content")
    # As a client starts it: elsewhere, and with nothing of our environment.
    server = StdioServerParameters(command=entry["command"], args=entry["args"], env={}, cwd="/")
    async with Client(server) as client:
        read = await client.call_tool("read_file", {"path": "/workspace/file"})
        assert read.structured_content["content"] == "content"
        assert (await client.call_tool("write_file", {"path": "/workspace/file", "content": ""})).is_error
