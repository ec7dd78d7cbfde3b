# SPDX-License-Identifier: MIT
"""Runs the real program and looks at what it did, from inside and from the host."""

import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

BUILD = pathlib.Path(sys.argv[1]).resolve()
DEADLINE_SECONDS = 20
IS_ROOT = os.geteuid() == 0
MAPPED_ID = 100001

NAMESPACES = ("user", "mnt", "pid", "net", "uts", "ipc", "cgroup")
LAYERS = (
    "user mount pid net uts ipc cgroup-ns cgroup proc-hidden caps no-new-privs seccomp landlock rlimits idmap"
).split()

SYSTEM = [
    *("--ro-bind", "/usr", "/usr"),
    *("--symlink", "usr/bin", "/bin"),
    *("--symlink", "usr/lib", "/lib"),
    *("--symlink", "usr/lib64", "/lib64"),
    *("--proc", "/proc"),
    *("--dev", "/dev", "1048576"),
    *("--tmpfs", "/tmp", "16777216", "1024"),
]
IDENTITY = ["--map-uid", str(MAPPED_ID), "--map-gid", str(MAPPED_ID)] if IS_ROOT else []
SANDBOX = IDENTITY + SYSTEM


def program(name):
    """A copy of a built program that every user can execute: the source tree may be closed to others."""
    return str(PROGRAMS / name)


PROGRAMS = pathlib.Path(os.environ.get("AGENTOS_SANDBOX_TEST_PROGRAMS") or tempfile.mkdtemp(prefix="agentos-sandbox-"))


def install_programs():
    """Puts the copies in place, of this suite too; done once, before any test and as the user who built them."""
    PROGRAMS.chmod(0o755)
    for name in ("agentos-sandbox", "attempts"):
        shutil.copy(BUILD / name, PROGRAMS / name)
        (PROGRAMS / name).chmod(0o755)
    shutil.copytree(pathlib.Path(__file__).parent, PROGRAMS / "suite")
    for path in (PROGRAMS / "suite", *(PROGRAMS / "suite").iterdir()):
        path.chmod(0o755)
    os.environ["AGENTOS_SANDBOX_TEST_PROGRAMS"] = str(PROGRAMS)


def landlock_abi():
    """The host's, as the probe tells it; 0 without Landlock. Before 6, signals and abstract sockets are not scoped."""
    done = subprocess.run([BUILD / "agentos-sandbox", "--probe"], capture_output=True, text=True, check=False)
    found = re.search(r"^landlock yes ABI (\d+)", done.stdout, re.MULTILINE)
    return int(found.group(1)) if found else 0


LANDLOCK_ABI = landlock_abi()
SCOPED = LANDLOCK_ABI >= 6


def eventually(condition, what):
    """Waits until the condition holds; what the kernel does after a signal has no event that could be waited for."""
    end = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"still not so after {DEADLINE_SECONDS} s: {what}")
        select.select([], [], [], 0.002)


def all_stopped(pids):
    """Whether all of them are stopped. D: a shell whose child was stopped between its vfork and its exec, and which goes
    on when the child does."""
    states = {status_field(pid, "State")[0] for pid in pids}
    return "T" in states and states <= {"T", "D"}


def status_field(pid, name):
    """One field of the host's /proc/PID/status."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return re.search(rf"^{name}:\s*(.*)$", text, re.MULTILINE).group(1)


def living_processes():
    """The directories in /proc of all processes that are no zombies."""
    for entry in pathlib.Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and status_field(entry.name, "State")[0] != "Z":
                yield entry
        except OSError:
            continue  # it has ended meanwhile


def processes_in_pid_namespace(link):
    """Host pids of all living processes in the pid namespace that the link names."""
    found = []
    for entry in living_processes():
        try:
            if os.readlink(entry / "ns/pid") == link:
                found.append(int(entry.name))
        except OSError:
            continue  # somebody else's, or no longer there
    return found


def processes_with_argument(argument):
    """Host pids of all living processes that have the argument, but for helpers, which have the payload's too."""
    found = []
    for entry in living_processes():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if argument.encode() in words and not words[0].endswith(b"agentos-sandbox"):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def has_capability(number):
    """Whether this process has the capability; root in a container may lack some."""
    return int(status_field("self", "CapEff"), 16) >> number & 1 == 1


CAP_SYS_RESOURCE = 24


class Run:
    """One helper that has been started, with the other ends of its descriptors."""

    def __init__(self, words, command, *, stdin=subprocess.DEVNULL, pass_fds=(), control=True, **popen):
        status_read, status_write = os.pipe()
        control_read, self.control = os.pipe()
        words = [*words, "--status-fd", str(status_write)]
        inherited = [status_write, *pass_fds]
        if control:
            words += ["--control-fd", str(control_read)]
            inherited.append(control_read)
        self.process = subprocess.Popen(
            [program("agentos-sandbox"), *words, "--", *command],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=inherited,
            **popen,
        )
        os.close(status_write)
        os.close(control_read)
        self.status = os.fdopen(status_read)
        self.records = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close_control()
        self.finish()

    def close_control(self):
        if self.control is not None:
            os.close(self.control)
            self.control = None

    def send(self, number):
        """Writes one control byte."""
        os.write(self.control, bytes([number]))

    def until(self, kind):
        """Reads status records up to one of this kind and returns its text."""
        for line in self.status:
            self.records.append(line.rstrip("\n"))
            if line.split()[0] == kind:
                return self.records[-1]
        raise AssertionError(f"no '{kind}' record, only {self.records}; {self.process.stderr.read()!r}")

    def started(self):
        """Host pids of the payload and of pid 1, once exec has succeeded."""
        pids = re.fullmatch(r"started pid=(\d+) init=(\d+)", self.until("started"))
        return int(pids.group(1)), int(pids.group(2))

    def line(self):
        """The next line of the payload's output."""
        return self.process.stdout.readline().decode().rstrip("\n")

    def finish(self):
        """Waits for the end; the exit status, output, errors and records."""
        if not self.process.stdout.closed:
            out, errors = self.process.communicate(timeout=DEADLINE_SECONDS)
            self.out, self.errors = out.decode(errors="replace"), errors.decode(errors="replace")
            self.records += [line.rstrip("\n") for line in self.status]
            self.status.close()
            self.close_control()
        self.code = self.process.returncode
        return self


class SandboxTest(unittest.TestCase):
    """What the suites share."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="agentos-sandbox-test-"))
        self.folder.chmod(0o755)
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def start(self, command, *words, base=None, **options):
        run = Run([*(SANDBOX if base is None else base), *words], command, **options)
        self.addCleanup(run.__exit__)
        return run

    def run_in(self, command, *words, **options):
        """Runs to the end."""
        return self.start(command, *words, **options).finish()

    def shell(self, script, *words, **options):
        """Runs a script to its end, which must be a good one; what it printed."""
        run = self.run_in(["/bin/sh", "-c", script], *words, **options)
        self.assertEqual(run.code, 0, (run.errors, run.records))
        return run.out

    def python(self, script, *words, **options):
        """As shell, in Python."""
        run = self.run_in(["/usr/bin/python3", "-c", script], *words, **options)
        self.assertEqual(run.code, 0, (run.errors, run.records))
        return run.out

    def assert_refused(self, stage, text, command, *words, **options):
        """The helper starts nothing, and says what is wrong."""
        run = self.run_in(command, *words, **options)
        self.assertEqual(run.code, 125, run.records)
        self.assertEqual(len(run.records), 1, run.records)
        self.assertTrue(run.records[0].startswith(f"failed stage={stage} errno="), run.records)
        self.assertIn(text, run.records[0])
        self.assertEqual(run.out, "")

    def source(self, name, owner=None, mode=0o755):
        """A new directory to bind, which belongs to this user or to `owner`."""
        path = self.folder / name
        path.mkdir()
        path.chmod(mode)
        if owner is not None:
            os.chown(path, owner, owner)
        return path


class Ended:
    """Notices when processes end, by descriptors that a new process with the same number cannot confuse."""

    def __init__(self, pids):
        self.pidfds = [os.pidfd_open(pid) for pid in pids]

    def wait(self):
        for pidfd in self.pidfds:
            ready, _, _ = select.select([pidfd], [], [], DEADLINE_SECONDS)
            os.close(pidfd)
            if not ready:
                raise AssertionError("a process outlived its sandbox")


def careless_signals():
    """For preexec_fn: what a careless parent, such as a JVM, may leave behind."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGUSR1, signal.SIGCHLD})
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
