# SPDX-License-Identifier: MIT
"""What the attackers are after: files, processes, sockets and memory of the owner's that are really there."""

import contextlib
import ctypes
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Any

from kernel import Failure

LIBC = ctypes.CDLL(None, use_errno=True)
IPC_CREAT, IPC_EXCL, IPC_RMID = 0o1000, 0o2000, 0
SEGMENT_BYTES = 4096
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nowner\n"
WATCH_SECONDS = 0.1


def check(what: str, result: int) -> int:
    """Turn a failed call of the C library into a failure of the suite."""
    if result < 0:
        raise Failure(f"{what}: {os.strerror(ctypes.get_errno())}")
    return result


class Victims:
    """Everything that an attacker might reach, each thing marked by a token; for the length of a `with` statement.

    Attributes:
        visitors: how often somebody came in by one of the owner's sockets.
    """

    def __init__(self) -> None:
        """Make the files, start the process, open the sockets."""
        self.tokens = {name: f"token-{name}-{secrets.token_hex(8)}" for name in ("file", "process", "kernel", "peer")}
        self.visitors = 0
        self._stack = contextlib.ExitStack()
        # Not below /tmp, because a sandbox has a /tmp too: there is no telling one from the other by name.
        base = next(folder for folder in ("/var/tmp", "/run", "/tmp") if os.access(folder, os.W_OK))
        self.folder = Path(tempfile.mkdtemp(prefix="agentos-attack-owner-", dir=base))
        self._stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        try:
            self._make_files()
            self._start_process()
            self._open_sockets()
            self._make_shared_memory()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "Victims":
        """Nothing more: all is there."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove everything."""
        self.close()

    def close(self) -> None:
        """Remove everything."""
        self._stack.close()

    def _make_files(self) -> None:
        self.home = self.folder / "home"
        self.secret = self.folder / "secret"
        keys = (".ssh/id_ed25519", ".aws/credentials", ".profile")
        self.files = [self.secret, *(self.home / name for name in keys)]
        self.restore()
        self.shared_file = Path("/dev/shm") / f"agentos-attack-{os.getpid()}"
        self.shared_file.write_text(self.tokens["file"])
        self._stack.callback(self.shared_file.unlink)

    def restore(self) -> None:
        """Put the files back as they were."""
        for path in self.files:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.write_text(f"{self.tokens['file']}\n")
            path.chmod(0o600)

    def _start_process(self) -> None:
        script = "import sys; sys.stdin.read()"
        self.process = subprocess.Popen(
            ["/usr/bin/python3", "-c", script, self.tokens["process"]],
            env={"PATH": os.defpath, "OWNER_KEY": self.tokens["process"]},
            stdin=subprocess.PIPE,
            cwd=self.home,
        )
        self._stack.callback(self.process.wait)
        self._stack.callback(self.process.stdin.close)

    def _open_sockets(self) -> None:
        self.abstract = f"agentos-attack-{os.getpid()}"
        self.tcp = self._serve(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
        self.udp = self._serve(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0))
        self._serve(socket.AF_UNIX, socket.SOCK_STREAM, "\0" + self.abstract)
        self._serve(socket.AF_UNIX, socket.SOCK_DGRAM, "\0" + self.abstract + "-datagram")

    def _serve(self, family: int, kind: int, address: Any) -> socket.socket:
        server = socket.socket(family, kind)
        self._stack.callback(server.close)
        server.bind(address)
        if kind == socket.SOCK_STREAM:
            server.listen()
        stop = threading.Event()
        server.settimeout(WATCH_SECONDS)
        thread = threading.Thread(target=self._answer, args=(server, kind, stop))
        thread.start()
        self._stack.callback(thread.join)
        self._stack.callback(stop.set)
        return server

    def _answer(self, server: socket.socket, kind: int, stop: threading.Event) -> None:
        while not stop.is_set():
            with contextlib.suppress(OSError):
                if kind == socket.SOCK_STREAM:
                    visitor, _ = server.accept()
                    self.visitors += 1
                    visitor.sendall(ANSWER)
                    visitor.close()
                else:
                    _, sender = server.recvfrom(64)
                    self.visitors += 1
                    if sender is not None:
                        server.sendto(b"owner", sender)

    def _make_shared_memory(self) -> None:
        self.key = secrets.randbelow(1 << 30) + 1
        LIBC.shmat.restype = ctypes.c_void_p
        number = check("shmget", LIBC.shmget(self.key, SEGMENT_BYTES, IPC_CREAT | IPC_EXCL | 0o666))
        self._stack.callback(LIBC.shmctl, number, IPC_RMID, None)
        ctypes.memmove(LIBC.shmat(number, None, 0), self.tokens["file"].encode(), len(self.tokens["file"]))
        messages = check("msgget", LIBC.msgget(self.key, IPC_CREAT | IPC_EXCL | 0o666))
        self._stack.callback(LIBC.msgctl, messages, IPC_RMID, None)
        semaphores = check("semget", LIBC.semget(self.key, 1, IPC_CREAT | IPC_EXCL | 0o666))
        self._stack.callback(LIBC.semctl, semaphores, 0, IPC_RMID)
        self.queue = f"/agentos-attack-{os.getpid()}"
        queue = check("mq_open", LIBC.mq_open(self.queue.encode(), os.O_RDWR | os.O_CREAT, 0o666, None))
        self._stack.callback(LIBC.mq_unlink, self.queue.encode())
        self._stack.callback(os.close, queue)

    def target(self) -> dict[str, Any]:
        """What every attacker is told; see hostile/attack.py."""
        root = os.stat("/")
        return {
            "tokens": [token[::-1] for token in self.tokens.values()],
            "home": str(self.home),
            "secret": str(self.secret),
            "victim": self.process.pid,
            "tcp_port": self.tcp.getsockname()[1],
            "udp_port": self.udp.getsockname()[1],
            "abstract": self.abstract,
            "shared_memory_key": self.key,
            "queue": self.queue,
            "shared_file": str(self.shared_file),
            "root_identity": [root.st_dev, root.st_ino],
        }
