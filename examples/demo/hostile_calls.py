# SPDX-License-Identifier: MIT
"""Attempts on the AgentOS kernel, through the socket that an agent is given."""

import json
import os
import socket
import struct

from agentos import AgentOSClient, NotFound, PermissionDenied

from hostile_attempts import Attempt, Context, Denied

HEADER = struct.Struct("<IIBQ")
MAGIC = 0x41474E54
HELLO = 0xFE
SOMEBODY_ELSE = 1


def spawn(_: Context) -> str:
    with AgentOSClient() as client:
        return f"started agent {client.spawn('accomplice', command=['/bin/true'])['id']}"


def widen_permissions(_: Context) -> str:
    with AgentOSClient() as client:
        before = client.get_permissions()["permissions"]
        after = client.set_permissions(level="unrestricted")["permissions"]
        if after == before:
            raise Denied("its permissions stay as they were")
        return f"may do {after}"


def read_shadow(_: Context) -> str:
    with AgentOSClient() as client:
        return f"{client.read('/etc/shadow')['size']} bytes"


def write_hosts(_: Context) -> str:
    with AgentOSClient() as client:
        return f"{client.write('/etc/hosts', '127.0.0.1 bank.example')['bytes_written']} bytes"


def run_blocked_command(_: Context) -> str:
    with AgentOSClient() as client:
        return f"exit code {client.exec('sudo id')['exit_code']}"


def kill_other(context: Context) -> str:
    with AgentOSClient() as client:
        return f"ended {client.kill(context.bystander, grace=0)}"


def fetch_metadata(_: Context) -> str:
    with AgentOSClient() as client:
        return f"status {client.http('http://169.254.169.254/latest/meta-data/')['status_code']}"


def forge_identity(_: Context) -> str:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(os.environ["AGENTOS_SOCKET"])
        connection.sendall(HEADER.pack(MAGIC, SOMEBODY_ELSE, HELLO, 2) + b"{}")
        with connection.makefile("rb") as answers:
            size = HEADER.unpack(answers.read(HEADER.size))[3]
            identity = json.loads(answers.read(size))["agent_id"]
    if str(identity) == os.environ["AGENTOS_AGENT_ID"]:
        raise Denied(f"is still taken for agent {identity}")
    return f"is taken for agent {identity}"


CALL_ATTEMPTS = [
    Attempt("SPAWN an agent", spawn, (PermissionDenied,)),
    Attempt("SET_PERMS to unrestricted", widen_permissions, (PermissionDenied,)),
    Attempt("READ /etc/shadow", read_shadow, (NotFound, PermissionDenied)),
    Attempt("WRITE /etc/hosts", write_hosts, (PermissionDenied,)),
    Attempt("EXEC a blocked command", run_blocked_command, (PermissionDenied,)),
    Attempt("KILL another agent", kill_other, (PermissionDenied,)),
    Attempt("HTTP to cloud metadata", fetch_metadata, (PermissionDenied,)),
    Attempt("forge its identity", forge_identity),
]
