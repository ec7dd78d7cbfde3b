# SPDX-License-Identifier: MIT
"""The configuration files of MCP clients: what an entry looks like in each, and how one gets in without harm."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ._limits import CONFIGURATION_BYTES

_OURS = ("agentos", "agentos-mcp")


class Refused(Exception):
    """The file was left as it is; the text says why and what to do."""


@dataclass(frozen=True)
class Client:
    """Where a client has its configuration, below the home folder, and how.

    Attributes:
        file: the file of the user's own servers.
        key: the object in it that holds them by name.
        typed: whether an entry says that it is served over stdio.
    """

    file: str
    key: str = "mcpServers"
    typed: bool = False

    @property
    def path(self) -> Path:
        """The file; XDG_CONFIG_HOME moves those that are below .config."""
        folder, _, rest = self.file.partition("/")
        moved = os.environ.get("XDG_CONFIG_HOME")
        return Path(moved) / rest if moved and folder == ".config" else Path.home() / self.file

    def entry(self, arguments: list[str]) -> dict[str, Any]:
        """Describe a server that is started with these arguments."""
        command = launch()
        described: dict[str, Any] = {"type": "stdio"} if self.typed else {}
        described |= {"command": command[0], "args": [*command[1:], *arguments]}
        path = os.environ.get("PYTHONPATH")
        if path and command[0] == sys.executable:
            described["env"] = {"PYTHONPATH": path}
        return described


CLIENTS = {
    "claude-desktop": Client(".config/Claude/claude_desktop_config.json"),
    "claude-code": Client(".claude.json", typed=True),
    "cursor": Client(".cursor/mcp.json"),
    "vscode": Client(".config/Code/User/mcp.json", key="servers", typed=True),
    "windsurf": Client(".codeium/windsurf/mcp_config.json"),
    "gemini-cli": Client(".gemini/settings.json"),
}


def launch() -> list[str]:
    """Say how this server is started from anywhere: by the launcher that started us, our script, or our Python."""
    home = os.environ.get("AGENTOS_HOME")
    if home and os.access(os.path.join(home, "agentos"), os.X_OK):
        return [os.path.join(home, "agentos"), "mcp"]
    script = os.path.join(os.path.dirname(sys.executable), "agentos-mcp")
    if os.access(script, os.X_OK):
        return [script]
    return [sys.executable, "-m", "agentos.mcp"]


def install(client: Client, path: Path, name: str, entry: dict[str, Any], replace: bool) -> Path | None:
    """Put an entry into a client's file and keep everything else; a copy of the file as it was is kept beside it.

    Returns:
        The copy, or None when there was no file, or the entry was in it already.

    Raises:
        Refused: the file is not what it should be, or has another server of that name. It is not touched.
        OSError: it cannot be read or written. It is as it was.
    """
    path = Path(os.path.realpath(path))  # A link stays a link.
    written = _read(path)
    configuration = {} if written is None else _parse(path, written)
    servers = configuration.setdefault(client.key, {})
    if not isinstance(servers, dict):
        raise Refused(f"{path}: {client.key} should be an object; the file was left as it is")
    if servers.get(name) == entry:
        return None
    if name in servers and not replace and not _is_ours(servers[name]):
        raise Refused(
            f"{path} has another server called {name!r}; the file was left as it is: give --as NAME for another "
            "name, or --replace"
        )
    servers[name] = entry
    backup = None if written is None else _back_up(path)
    _write(path, json.dumps(configuration, indent=2, ensure_ascii=False) + "\n")
    return backup


def _is_ours(entry: Any) -> bool:
    if not isinstance(entry, dict):
        return False
    arguments = entry.get("args")
    by_module = isinstance(arguments, list) and "agentos.mcp" in arguments
    return by_module or os.path.basename(str(entry.get("command"))) in _OURS


def _read(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            written = file.read(CONFIGURATION_BYTES + 1)
    except FileNotFoundError:
        return None
    if len(written) > CONFIGURATION_BYTES:
        raise Refused(f"{path} has more than {CONFIGURATION_BYTES >> 20} MiB; it was left as it is")
    return written


def _parse(path: Path, written: bytes) -> dict[str, Any]:
    if not written.strip():
        return {}
    try:
        configuration = json.loads(written.decode("utf-8-sig"), object_pairs_hook=_without_twins)
    except (ValueError, RecursionError) as error:
        raise Refused(
            f"{path} is not JSON ({error}); it was left as it is: mend it, or add by hand what `agentos mcp config` "
            "prints"
        ) from None
    if not isinstance(configuration, dict):
        raise Refused(f"{path} holds no JSON object; it was left as it is")
    return configuration


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two fields of one name, reading would drop the first, and writing would lose it."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the field {next(name for name in names if names.count(name) > 1)!r} is there twice")
    return fields


def _back_up(path: Path) -> Path:
    stem = f"{path.name}.backup-{time.strftime('%Y%m%d-%H%M%S')}"
    for number in range(1000):
        backup = path.with_name(f"{stem}-{number}" if number else stem)
        if not backup.exists():
            return Path(shutil.copy2(path, backup))
    raise Refused(f"{path} has a thousand backups of this second; the file was left as it is")


def _write(path: Path, text: str) -> None:
    """Replace the file in one step, so that nobody ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            if path.exists():
                owner = path.stat()
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
                os.fchmod(file.fileno(), owner.st_mode & 0o7777)
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
