# SPDX-License-Identifier: MIT
"""Ways in which processes of one host talk to each other."""

import array
import ctypes
import errno
import os
import socket
import struct

from attack import Attack, CameToNothing, Target

LIBC = ctypes.CDLL(None, use_errno=True)
CONNECT_SECONDS = 2.0
SHM_RDONLY = 0o10000
BUSES = ("/run/dbus/system_bus_socket", "/var/run/dbus/system_bus_socket", "/run/systemd/private")
ABSTRACT = "abstract names belong to the network: with the host's they come along where Landlock has no scopes"
ENGINES = ("/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock")


def check(result: int) -> int:
    """Turn a failed call of the C library into an OSError."""
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def connect(path: str) -> str:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(CONNECT_SECONDS)
        connection.connect(path)
    return path.replace("\0", "@")


def connect_any(paths: tuple[str, ...]) -> str:
    refusal = FileNotFoundError(2, "none of these sockets is here")
    for path in paths:
        try:
            return connect(path)
        except OSError as error:
            refusal = error
    raise refusal


def operator_socket(target: Target) -> str:
    return connect(target.operator_socket)


def default_operator_sockets(target: Target) -> str:
    if target.outside:
        return connect(target.operator_socket)
    user = os.environ.get("USER", "root")
    return connect_any(("/run/agentos/agentos.sock", "/tmp/agentos.sock", f"/tmp/agentos-{user}/agentos.sock"))


def peer_socket(target: Target) -> str:
    return connect(target.peer_socket)


def abstract_socket(target: Target) -> str:
    return connect("\0" + target.abstract)


def abstract_datagram(target: Target) -> str:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"attack", "\0" + target.abstract + "-datagram")
    return "a datagram has been sent"


def message_buses(_: Target) -> str:
    return connect_any(BUSES)


def container_engines(_: Target) -> str:
    return connect_any(ENGINES)


def system_v_memory(target: Target) -> str:
    LIBC.shmat.restype = ctypes.c_void_p
    number = check(LIBC.shmget(target.shared_memory_key, 0, 0))
    address = LIBC.shmat(number, None, SHM_RDONLY)
    if address in (None, ctypes.c_void_p(-1).value):
        raise OSError(ctypes.get_errno(), "shmat")
    if not target.holds_token(ctypes.string_at(address, 4096)):
        raise CameToNothing("it is another segment")
    return f"segment {number}"


def system_v_messages(target: Target) -> str:
    return f"queue {check(LIBC.msgget(target.shared_memory_key, 0))}"


def system_v_semaphores(target: Target) -> str:
    return f"semaphore {check(LIBC.semget(target.shared_memory_key, 0, 0))}"


def posix_queue(target: Target) -> str:
    check(LIBC.mq_open(target.queue.encode(), os.O_RDONLY))
    return target.queue


def posix_memory(target: Target) -> str:
    with open(target.shared_file, "rb") as file:
        if not target.holds_token(file.read(4096)):
            raise CameToNothing("it is another file")
    return target.shared_file


def forge_credentials(target: Target) -> str:
    """Say to be root, and the owner's process: the system attaches to a message what its sender claims."""
    sender, receiver = socket.socketpair(socket.AF_UNIX)
    with sender, receiver:
        forged = struct.pack("3i", target.victim, 0, 0)
        try:
            sender.sendmsg([b"\0"], [(socket.SOL_SOCKET, socket.SCM_CREDENTIALS, forged)])
        except OSError as error:
            if error.errno == errno.EINVAL:
                raise CameToNothing("neither that user nor that process exists here") from error
            raise
    return "claims to be root"


def send_descriptor(target: Target) -> str:
    """A descriptor that a process would have to close: the kernel must not take any."""
    path = target.operator_socket if target.outside else os.environ["AGENTOS_SOCKET"]
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        connection.sendmsg([b"\0"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1]))])
    return "descriptors have been sent"


IPC_ATTACKS = [
    Attack("ipc", "connect as an operator", operator_socket),
    Attack("ipc", "connect as an operator, at the usual places", default_operator_sockets),
    Attack("ipc", "connect as another agent", peer_socket),
    Attack(
        "ipc",
        "connect to an abstract socket of the host's",
        abstract_socket,
        with_network=ABSTRACT,
        unless="landlock-scopes",
    ),
    Attack(
        "ipc",
        "send to an abstract socket of the host's",
        abstract_datagram,
        with_network=ABSTRACT,
        unless="landlock-scopes",
    ),
    Attack("ipc", "message buses", message_buses, "socket=" + ",".join(BUSES)),
    Attack("ipc", "container engines", container_engines, "socket=" + ",".join(ENGINES)),
    Attack("ipc", "System V shared memory of the host's", system_v_memory),
    Attack("ipc", "System V message queues of the host's", system_v_messages),
    Attack("ipc", "System V semaphores of the host's", system_v_semaphores),
    Attack("ipc", "POSIX message queues of the host's", posix_queue),
    Attack("ipc", "POSIX shared memory of the host's", posix_memory),
    Attack("ipc", "forge credentials on a socket", forge_credentials, "CAP_SETUID CAP_SYS_ADMIN"),
    Attack(
        "ipc",
        "send descriptors to the AgentOS kernel",
        send_descriptor,
        design="sending is anybody's; the kernel receives none, so that they are closed",
    ),
]
