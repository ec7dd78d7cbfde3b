# SPDX-License-Identifier: MIT
"""Attacks on the AgentOS kernel, through the socket that an agent is given. Only agents can make them."""

import json
import os
import socket
import struct
from collections.abc import Callable
from typing import Any

from agentos import AgentOSClient, AgentOSError, InvalidRequest, NotFound, PermissionDenied
from attack import Attack, CameToNothing, Target

HEADER = struct.Struct("<IIBQ")
MAGIC = 0x41474E54
HELLO = 0xFE
SOMEBODY_ELSE = 1
REFUSED = (NotFound, PermissionDenied, InvalidRequest)
# Shown by an operator.
NEEDS = "operator"
# Nobody can do it: only a bug of AgentOS would let it through.
NOBODY = "never"


def call(make: Callable[[AgentOSClient, Target], Any]) -> Callable[[Target], str]:
    """An attack that is one call, which has succeeded when it is answered."""

    def run(target: Target) -> str:
        with AgentOSClient() as client:
            return str(make(client, target))[:200]

    return run


def widen_own(target: Target) -> str:
    with AgentOSClient() as client:
        before = client.get_permissions()["permissions"]
        client.set_permissions(level="unrestricted")
        if client.get_permissions()["permissions"] == before:
            raise CameToNothing("its permissions stay as they were")
    return "it may do more"


def through_link(target: Target, to: str, use: Callable[[AgentOSClient, str], Any]) -> str:
    """The kernel must judge where a link leads, and see it as the agent does."""
    link = f"{target.scratch}/way-{os.getpid()}"
    os.symlink(to, link)
    try:
        with AgentOSClient() as client:
            return str(use(client, link))[:200]
    finally:
        os.unlink(link)


def read_through_link(target: Target) -> str:
    return through_link(target, target.secret, lambda client, link: client.read(link))


def write_through_link(target: Target) -> str:
    def write(client: AgentOSClient, link: str) -> str:
        client.write(link, "attack")
        if not os.path.islink(link):
            raise CameToNothing("the link itself was replaced by a file")
        return "what the link leads to was written"

    return through_link(target, f"{target.home}/.profile", write)


def read_through_parent(target: Target) -> str:
    with AgentOSClient() as client:
        return str(client.read(f"{target.scratch}/" + "../" * 32 + target.secret[1:]))[:100]


def read_own_process(target: Target) -> str:
    with AgentOSClient() as client:
        if not target.holds_token(client.read("/proc/self/environ").content):
            raise CameToNothing("only its own is to be seen")
    return "the environment of whoever reads for it"


def command_environment(target: Target) -> str:
    with AgentOSClient() as client:
        if not target.holds_token(client.exec(f"env; cat /proc/{target.victim}/environ", cwd="/").stdout):
            raise CameToNothing("a command has its agent's environment")
    return "a victim's variable"


def command_of_kernel(target: Target) -> str:
    with AgentOSClient() as client:
        if not target.holds_token(client.exec(["/bin/cat", target.secret], cwd="/").stdout):
            raise CameToNothing("a command sees what its agent sees")
    return "the owner's file"


def forge_identity(_: Target) -> str:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(os.environ["AGENTOS_SOCKET"])
        connection.sendall(HEADER.pack(MAGIC, SOMEBODY_ELSE, HELLO, 2) + b"{}")
        with connection.makefile("rb") as answers:
            size = HEADER.unpack(answers.read(HEADER.size))[3]
            identity = json.loads(answers.read(size))
    with AgentOSClient() as client:
        honest = client.hello()
    if identity["role"] == honest.role and identity["agent_id"] != SOMEBODY_ELSE:
        raise CameToNothing(f"is still taken for {honest.role} {honest.agent_id}")
    return f"is taken for {identity['role']} {identity['agent_id']}"


def see_others(target: Target) -> str:
    with AgentOSClient() as client:
        names = [agent.name for agent in client.list()]
    if target.peer not in names:
        raise CameToNothing("it sees none but itself")
    return " ".join(names)


SINGLE: tuple[tuple[str, str, Callable[[AgentOSClient, Target], Any]], ...] = (
    ("SPAWN an agent", NEEDS, lambda client, _: client.spawn("accomplice", command=["/bin/true"])),
    (
        "SPAWN without a sandbox",
        NEEDS,
        lambda client, _: client.spawn("accomplice-free", command=["/bin/true"], sandboxed=False),
    ),
    (
        "SPAWN with the host's network",
        NEEDS,
        lambda client, _: client.spawn("accomplice-out", command=["/bin/true"], network=True),
    ),
    (
        "SPAWN with the owner's files",
        NEEDS,
        lambda client, target: client.spawn(
            "accomplice-in", command=["/bin/true"], mounts=[{"source": target.home, "target": "/home", "mode": "ro"}]
        ),
    ),
    (
        "SET_PERMS of another agent",
        NEEDS,
        lambda client, target: client.set_permissions(agent_id=target.peer_id, level="readonly"),
    ),
    ("READ the owner's file", NEEDS, lambda client, target: client.read(target.secret)),
    (
        "READ /etc/shadow",
        NEEDS + " opens=/etc/shadow",
        lambda client, _: len(client.read("/etc/shadow", limit=1).content),
    ),
    ("READ another agent's file", NEEDS, lambda client, target: client.read(target.peer_file)),
    ("WRITE the owner's file", NEEDS, lambda client, target: client.write(f"{target.home}/.profile", "attack")),
    ("WRITE its own script", NEEDS, lambda client, _: client.write(__file__, "", mode="append")),
    ("EXEC a blocked command", NEEDS, lambda client, _: client.exec("sudo -n true", cwd="/")),
    ("EXEC in a folder of the owner's", NEEDS, lambda client, target: client.exec("pwd", cwd=target.home)),
    ("LOGS of another agent", NEEDS, lambda client, target: client.logs(target.peer)),
    ("REGISTER as another agent", NOBODY, lambda client, target: client.register(target.peer)),
    ("PAUSE another agent", NEEDS, lambda client, target: client.pause(target.peer)),
    ("KILL another agent", NEEDS, lambda client, target: client.kill(target.peer, grace=0)),
    ("HTTP to the host's loopback", NOBODY, lambda client, target: client.http(f"http://127.0.0.1:{target.tcp_port}/")),
    ("HTTP of a file", NOBODY, lambda client, target: client.http(f"file://{target.secret}")),
)

CALL_ATTACKS = [
    *(Attack("calls", name, call(make), needs, refusals=(AgentOSError,)) for name, needs, make in SINGLE),
    Attack("calls", "SET_PERMS to unrestricted", widen_own, NOBODY, refusals=REFUSED),
    Attack("calls", "READ through a link", read_through_link, NEEDS, refusals=REFUSED),
    Attack("calls", "READ by ..", read_through_parent, NEEDS, refusals=REFUSED),
    Attack("calls", "READ the reader's environment", read_own_process, NEEDS, refusals=REFUSED),
    Attack("calls", "WRITE through a link", write_through_link, NEEDS, refusals=REFUSED),
    Attack("calls", "EXEC for a victim's environment", command_environment, NEEDS),
    Attack("calls", "EXEC for the owner's file", command_of_kernel, NEEDS),
    Attack("calls", "forge its identity", forge_identity, NOBODY),
    Attack(
        "calls",
        "LIST other agents",
        see_others,
        NEEDS,
    ),
]
