# SPDX-License-Identifier: MIT
"""The promises of the package as a whole: its names, its exceptions, its twin, its start."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import agentos
from agentos import AgentOSClient, AgentOSError, AsyncAgentOSClient, KernelError, _errors

FOLDER = Path(__file__).parent.parent
# The protocol's codes, written out once more on purpose.
CODES = {
    "INVALID_FRAME",
    "INVALID_REQUEST",
    "UNKNOWN_SYSCALL",
    "PERMISSION_DENIED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "RESOURCE_EXHAUSTED",
    "QUOTA_EXCEEDED",
    "TOO_LARGE",
    "TIMEOUT",
    "CANCELLED",
    "UNAVAILABLE",
    "UNSUPPORTED",
    "INTERNAL",
}


def python(*arguments: str) -> str:
    """Run this interpreter without site packages, as a sandbox does."""
    environment = {"PYTHONPATH": str(FOLDER / "src"), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-S", *arguments], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_all_is_what_is_visible() -> None:
    for name in agentos.__all__:
        getattr(agentos, name)
    names = {name for name, value in vars(agentos).items() if not inspect.ismodule(value)}
    visible = {name for name in names if not name.startswith("_")} | {"__version__"}

    assert set(agentos.__all__) == visible
    assert list(agentos.__all__) == sorted(agentos.__all__)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = agentos.nothing_of_the_kind


def test_every_code_has_a_class() -> None:
    assert set(_errors.BY_CODE) == CODES
    assert all(issubclass(kind, KernelError) and kind.__doc__ for kind in _errors.BY_CODE.values())


def test_the_tree_of_exceptions_is_the_one_that_is_drawn() -> None:
    drawn: dict[str, str] = {}
    path: list[str] = []
    for line in (_errors.__doc__ or "").splitlines():
        match = re.match(r"([│ ]*)(?:[├└]── )?([A-Z]\w+)(?: |$)", line)
        if match and (line.startswith(("│", "├", "└", " ")) or line == "AgentOSError"):
            depth = 0 if line == "AgentOSError" else len(match[1]) // 4 + 1
            path[depth:] = [match[2]]
            drawn[match[2]] = path[depth - 1] if depth else ""
    classes = {kind.__name__: kind for kind in vars(_errors).values() if isinstance(kind, type)}
    actual = {name: kind.__bases__[0].__name__ for name, kind in classes.items() if issubclass(kind, AgentOSError)}

    assert drawn == {**actual, "AgentOSError": ""}


def test_the_twin_has_the_same_methods_with_the_same_parameters() -> None:
    def surface(kind: type) -> dict[str, list[str]]:
        return {
            name: list(inspect.signature(member).parameters)
            for name, member in inspect.getmembers(kind, inspect.isfunction)
            if not name.startswith("_")
        }

    assert surface(AgentOSClient) == surface(AsyncAgentOSClient)
    for name in surface(AsyncAgentOSClient):
        assert inspect.iscoroutinefunction(getattr(AsyncAgentOSClient, name)), name


def test_every_public_method_is_documented() -> None:
    for kind in (AgentOSClient, AsyncAgentOSClient):
        for name, member in inspect.getmembers(kind, inspect.isfunction):
            assert name.startswith("_") or inspect.getdoc(member), name


def test_the_derived_modules_are_what_their_sources_give() -> None:
    tool = FOLDER / "tools" / "make_async_client.py"
    done = subprocess.run([sys.executable, str(tool), "--check"], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr


def test_starting_loads_nothing_slow() -> None:
    modules = set(python("-c", "import sys, agentos; print(*sys.modules)").split())

    assert not modules & {
        "asyncio",
        "dataclasses",
        "inspect",
        "socket",
        "threading",
        "typing",
        "contextlib",
        "selectors",
    }
    assert len([name for name in modules if name.startswith("agentos")]) <= 20


def test_the_twin_comes_when_it_is_asked_for() -> None:
    program = "import sys; from agentos import AsyncAgentOSClient, AsyncStream; print('asyncio' in sys.modules)"

    assert python("-c", program) == "True\n"


def test_the_wheel_is_typed_complete_and_free_of_dependencies(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir"]
    subprocess.run([*build, str(tmp_path), str(FOLDER)], check=True, capture_output=True)

    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        (metadata,) = (archive.read(name).decode() for name in names if name.endswith("METADATA"))
    expected = {f"agentos/{path.name}" for path in (FOLDER / "src" / "agentos").iterdir() if path.is_file()}
    assert expected <= names
    assert "agentos/py.typed" in names
    needs = [line for line in metadata.splitlines() if line.startswith("Requires-Dist:")]
    assert [line for line in needs if "; extra == " not in line] == []
    assert f"Version: {agentos.__version__}" in metadata
