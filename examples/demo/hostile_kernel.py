# SPDX-License-Identifier: MIT
"""Attempts on the Linux kernel: privileges, namespaces, tracing, exhaustion."""

import ctypes
import errno
import os
import signal

from hostile_attempts import Attempt, Context, Denied, in_child, is_refusal

LIBC = ctypes.CDLL(None, use_errno=True)

CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
MS_REC_PRIVATE = 0x4000 | 0x40000
PTRACE_SEIZE = 0x4206


def check(result: int) -> None:
    """Turn a failed call of the C library into an OSError."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def trace_process(context: Context) -> str:
    # Outside, a process that was only seized runs on, and is let go when the one that seized it ends.
    target = context.owner_pid if context.outside else os.getppid()
    LIBC.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    LIBC.ptrace.restype = ctypes.c_long
    in_child(lambda: check(LIBC.ptrace(PTRACE_SEIZE, target, None, None)))
    return f"traced process {target}"


def mount_filesystem(context: Context) -> str:
    def mount() -> None:
        if context.outside:  # where nobody else sees it
            check(LIBC.unshare(CLONE_NEWNS))
            check(LIBC.mount(b"none", b"/", None, MS_REC_PRIVATE, None))
        check(LIBC.mount(b"none", b"/tmp", b"tmpfs", 0, None))

    in_child(mount)
    return "mounted over /tmp"


def make_namespace(_: Context) -> str:
    in_child(lambda: check(LIBC.unshare(CLONE_NEWUSER)))
    return "is root in a user namespace of its own"


def become_root(_: Context) -> str:
    try:
        in_child(lambda: os.setuid(0))
    except OSError as error:
        if error.errno == errno.EINVAL:
            raise Denied("there is no user 0 here") from error
        raise
    return "is root"


def fork_bomb(context: Context) -> str:
    """Try to have twice as many processes as it may."""
    children: list[int] = []
    try:
        while len(children) < 2 * context.max_pids:
            child = os.fork()
            if child == 0:
                signal.pause()
                os._exit(0)
            children.append(child)
    except OSError as error:
        if not is_refusal(error) or len(children) >= context.max_pids:
            raise
        raise Denied(f"stopped at {len(children) + 1} processes: {error.strerror}") from error
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
        for child in children:
            os.waitpid(child, 0)
    return f"{len(children) + 1} processes"


KERNEL_ATTEMPTS = [
    Attempt("trace a process", trace_process),
    Attempt("mount a file system", mount_filesystem),
    Attempt("make a user namespace", make_namespace),
    Attempt("become root", become_root),
    Attempt("fork bomb", fork_bomb),
]
