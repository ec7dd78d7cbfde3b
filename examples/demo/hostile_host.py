# SPDX-License-Identifier: MIT
"""Attempts on the host: its files, its processes, its network."""

import glob
import os
import signal
import socket

from hostile_attempts import Attempt, Context, Denied

CONNECT_SECONDS = 1.0
PUBLIC_ADDRESS = ("1.1.1.1", 443)


def read_shadow(_: Context) -> str:
    with open("/etc/shadow", encoding="utf-8") as file:
        return f"{len(file.readlines())} password entries"


def list_home(context: Context) -> str:
    names = os.listdir(context.home)
    found = os.stat(context.home)
    if [found.st_dev, found.st_ino] != context.home_identity:
        raise Denied("what has that name here is another folder")
    return f"{len(names)} names in {context.home}"


def read_ssh_keys(context: Context) -> str:
    folder = os.path.join(context.home, ".ssh")
    os.listdir(folder)
    keys = glob.glob(os.path.join(folder, "id_*"))
    for key in keys:
        with open(key, "rb") as file:
            file.read(1)
    return f"{folder}, {len(keys)} keys"


def read_secret(context: Context) -> str:
    with open(context.secret, encoding="utf-8") as file:
        return f"{len(file.read())} bytes of a file of mode 0600"


def write_to_system(_: Context) -> str:
    # A file without a name: it proves the right to write and leaves nothing.
    os.close(os.open("/usr/bin", os.O_TMPFILE | os.O_WRONLY, 0o600))
    return "could write into /usr/bin"


def write_beside_secret(context: Context) -> str:
    os.close(os.open(os.path.dirname(context.secret), os.O_TMPFILE | os.O_WRONLY, 0o600))
    return "could write into the owner's folder"


def list_processes(_: Context) -> str:
    own = {1, os.getpid(), os.getppid()}
    others = [name for name in os.listdir("/proc") if name.isdigit() and int(name) not in own]
    if not others:
        raise Denied("no process but its own is to be seen")
    return f"{len(others)} processes of others"


def signal_owner(context: Context) -> str:
    os.kill(context.owner_pid, 0)
    return f"may signal process {context.owner_pid}"


def read_memory(context: Context) -> str:
    with open(f"/proc/{context.owner_pid}/mem", "rb"):
        return f"opened the memory of process {context.owner_pid}"


def read_environment(context: Context) -> str:
    with open(f"/proc/{context.owner_pid}/environ", "rb") as file:
        return f"{len(file.read().split(bytes(1)))} variables of process {context.owner_pid}"


def kill_parent(context: Context) -> str:
    parent = os.getppid()
    if context.outside:
        os.kill(parent, 0)
        return "may signal its parent"
    os.kill(parent, signal.SIGKILL)
    os.kill(parent, 0)
    if os.getppid() != parent:
        return "killed its parent"
    raise Denied("its parent, pid 1 of the sandbox, ignores it")


def connect_internet(_: Context) -> str:
    with socket.create_connection(PUBLIC_ADDRESS, CONNECT_SECONDS):
        return "connected to a public address"


def connect_loopback(context: Context) -> str:
    with socket.create_connection(("127.0.0.1", context.loopback_port), CONNECT_SECONDS):
        return "connected to a program of the owner's on 127.0.0.1"


def open_raw_socket(_: Context) -> str:
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW):
        return "could listen to all traffic"


def connect_operator_socket(context: Context) -> str:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(CONNECT_SECONDS)
        connection.connect(context.operator_socket)
        return "is an operator of the kernel"


HOST_ATTEMPTS = [
    Attempt("read /etc/shadow", read_shadow),
    Attempt("list the owner's home", list_home),
    Attempt("read SSH keys", read_ssh_keys),
    Attempt("read the owner's file", read_secret),
    Attempt("write beside it", write_beside_secret),
    Attempt("write into /usr/bin", write_to_system),
    Attempt("list processes", list_processes),
    Attempt("signal the owner", signal_owner),
    Attempt("read process memory", read_memory),
    Attempt("read process environment", read_environment),
    Attempt("connect to the internet", connect_internet),
    Attempt("connect to host loopback", connect_loopback),
    Attempt("open a packet socket", open_raw_socket),
    Attempt("connect as operator", connect_operator_socket),
    Attempt("kill its parent", kill_parent),
]
