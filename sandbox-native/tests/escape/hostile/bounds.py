# SPDX-License-Identifier: MIT
"""An agent that takes as much of one thing as it gets: bounds.py KIND AMOUNT SCRATCH.

Prints "held N" when it has what it wanted, and then holds on to it until it is ended, which it may well be before; or
prints "refused" and why.
"""

import contextlib
import ctypes
import mmap
import os
import signal
import sys
import time
from collections.abc import Callable

MEBIBYTE = 1 << 20
CHUNK = b"x" * MEBIBYTE
CHILDREN = 12
IPC_PRIVATE = 0
IPC_RMID = 0
KEPT: list[object] = []


def memory(amount: int, _: str) -> int:
    """MiB in one process."""
    for _ in range(amount):
        KEPT.append(bytearray(CHUNK))
    return amount


def memory_of_children(amount: int, _: str) -> int:
    """MiB in 12 processes."""
    ready, tell = os.pipe()
    for _ in range(CHILDREN):
        if os.fork() == 0:
            memory(amount // CHILDREN, "")
            os.write(tell, b".")
            signal.pause()
    os.close(tell)
    done = 0
    while done < CHILDREN:
        count = len(os.read(ready, CHILDREN))
        if count == 0:
            raise OSError(0, f"only {done} children have theirs")
        done += count
    return amount


def shared_memory(amount: int, _: str) -> int:
    """MiB in one mapping that is shared."""
    mapping = mmap.mmap(-1, amount * MEBIBYTE)
    for number in range(amount):
        mapping[number * MEBIBYTE : (number + 1) * MEBIBYTE] = CHUNK
    KEPT.append(mapping)
    return amount


def memory_file(amount: int, _: str) -> int:
    """MiB in a file without a name, which no process maps."""
    file = os.memfd_create("attack")
    return sum(os.write(file, CHUNK) for _ in range(amount)) // MEBIBYTE


def segments(amount: int, scratch: str) -> int:
    """MiB in System V segments that nobody has attached any more."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.shmat.restype = ctypes.c_void_p
    libc.shmdt.argtypes = [ctypes.c_void_p]
    made: list[int] = []
    try:
        for _ in range(amount):
            number = libc.shmget(IPC_PRIVATE, MEBIBYTE, 0o600)
            if number < 0:
                raise OSError(ctypes.get_errno(), f"after {len(made)}: {os.strerror(ctypes.get_errno())}")
            made.append(number)
            place = libc.shmat(number, None, 0)
            ctypes.memset(place, 1, MEBIBYTE)
            libc.shmdt(place)
        return amount
    finally:
        # Outside nobody else gives them back.
        for number in made if scratch != "/tmp" else ():
            libc.shmctl(number, IPC_RMID, None)


def temporary_files(amount: int, scratch: str) -> int:
    """MiB in a file of /tmp, or of the scratch folder outside."""
    with open(f"{scratch}/big", "wb", buffering=0) as file:
        try:
            return sum(file.write(CHUNK) for _ in range(amount)) // MEBIBYTE
        finally:
            if scratch != "/tmp":
                os.unlink(f"{scratch}/big")


def workspace_files(amount: int, scratch: str) -> int:
    """The same in the workspace."""
    return temporary_files(amount, "/workspace" if scratch == "/tmp" else scratch)


def small_files(amount: int, scratch: str) -> int:
    """Empty files."""
    for number in range(amount):
        os.close(os.open(f"{scratch}/small-{number}", os.O_CREAT | os.O_WRONLY, 0o600))
    return amount


def processes(amount: int, _: str) -> int:
    """Processes that sleep."""
    for number in range(amount):
        if os.fork() == 0:
            signal.pause()
        KEPT.append(number)
    return amount


def zombies(amount: int, _: str) -> int:
    """Processes that have ended and are waited for by nobody."""
    for number in range(amount):
        if os.fork() == 0:
            os._exit(0)
        KEPT.append(number)
    return amount


def threads(amount: int, _: str) -> int:
    """Threads that sleep."""
    import threading

    for number in range(amount):
        threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
        KEPT.append(number)
    return amount


def descriptors(amount: int, _: str) -> int:
    """Open files."""
    for _ in range(amount):
        KEPT.append(os.open("/dev/null", os.O_RDONLY))
    return amount


def timers(amount: int, _: str) -> int:
    """Timers of the kernel's."""
    libc = ctypes.CDLL(None, use_errno=True)
    number = ctypes.c_void_p()
    for count in range(amount):
        if libc.timer_create(1, None, ctypes.byref(number)) < 0:
            raise OSError(ctypes.get_errno(), f"after {count}")
        KEPT.append(number)
    return amount


def processor(amount: int, _: str) -> int:
    """Milliseconds of CPU time within one second by the clock, with two processes."""
    end = time.monotonic() + 2.0
    child = os.fork()
    while time.monotonic() < end:
        pass
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    times = os.times()
    used = int((times.user + times.system + times.children_user + times.children_system) * 1000 / 2.0)
    if used < amount:
        raise OSError(0, f"{used} ms of each second")
    return used


def output(amount: int, _: str) -> int:
    """MiB of output."""
    line = b"y" * 1023 + b"\n"
    for _ in range(amount):
        for _ in range(1024):
            os.write(1, line)
    return amount


def stay(_: int, __: str) -> int:
    """Outlive every wish that it end."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.write(1, b"held 1\n")
            time.sleep(600)
        os._exit(0)
    time.sleep(600)
    return 1


KINDS: dict[str, Callable[[int, str], int]] = {
    kind.__name__: kind
    for kind in (
        memory,
        memory_of_children,
        shared_memory,
        memory_file,
        segments,
        temporary_files,
        workspace_files,
        small_files,
        processes,
        zombies,
        threads,
        descriptors,
        timers,
        processor,
        output,
        stay,
    )
}


def main() -> None:
    """Take it, tell, and hold it."""
    kind, amount, scratch = KINDS[sys.argv[1]], int(sys.argv[2]), sys.argv[3]
    try:
        os.write(1, f"held {kind(amount, scratch)}\n".encode())
    except (OSError, MemoryError, RuntimeError) as refusal:
        KEPT.clear()
        os.write(1, f"refused: {refusal or 'no memory'}\n".encode())
        return
    with contextlib.suppress(KeyboardInterrupt):
        signal.pause()


main()
