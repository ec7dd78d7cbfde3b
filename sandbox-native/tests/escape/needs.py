# SPDX-License-Identifier: MIT
"""What an attack needs of a host to succeed even outside: the words that attacks name, and whether they hold here."""

import glob
import os
import platform
import resource
import socket
from collections.abc import Callable
from pathlib import Path

# Bits of CapEff; linux/capability.h.
CAPABILITIES = {
    name: bit
    for bit, name in enumerate(
        "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE "
        "NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT "
        "SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE "
        "AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ "
        "PERFMON BPF CHECKPOINT_RESTORE".split()
    )
}

NO_PERF = 99
NO_TRACING = 3
ALL_IDS = 2**32 - 1
FIRST_PID_NAMESPACE = 0xEFFFFFFC  # its inode; PROC_PID_INIT_INO of linux/proc_ns.h


def has_capability(name: str) -> bool:
    """Whether this process has it, effectively."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("CapEff:"))
    return bool(int(line.split()[1], 16) >> CAPABILITIES[name] & 1)


def kernel_at_least(version: str) -> bool:
    """Whether Linux is that new, by its number."""
    numbers = [int("".join(filter(str.isdigit, part)) or 0) for part in platform.release().split("-")[0].split(".")]
    return numbers[:2] >= [int(part) for part in version.split(".")]


def number_in(path: str, default: int) -> int:
    """A number that a file of the kernel's holds."""
    try:
        return int(Path(path).read_text().split()[0])
    except (OSError, ValueError):
        return default


def can_open(family: int, kind: int, protocol: int = 0) -> bool:
    """Whether this kernel has that kind of socket at all, for whoever may."""
    try:
        socket.socket(family, kind, protocol).close()
        return True
    except PermissionError:
        return True
    except OSError:
        return False


def file_system_of(folder: str) -> str:
    """The type of the file system that the folder is on: the last mount on the longest way to it."""
    best, kind = "", ""
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, point, found = line.split()[:3]
        if (folder + "/").startswith(point.rstrip("/") + "/") and len(point) >= len(best):
            best, kind = point, found
    return kind


def system_call(number: int, *arguments: int) -> bool:
    """Whether the kernel knows a system call, whatever it thinks of the arguments."""
    import ctypes
    import errno

    libc = ctypes.CDLL(None, use_errno=True)
    return libc.syscall(number, *arguments) >= 0 or ctypes.get_errno() != errno.ENOSYS


def landlock_scopes() -> bool:
    """Whether Landlock can keep sockets with abstract names inside: ABI 6, Linux 6.12."""
    import ctypes

    create_ruleset = 444
    return ctypes.CDLL(None).syscall(create_ruleset, None, 0, 1) >= 6


def sees_route(address: str, interface: int = 0) -> bool:
    """Whether there is a way to it; nothing is sent."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sender:
            sender.connect((address, 80, 0, interface) if family == socket.AF_INET6 else (address, 80))
        return True
    except OSError:
        return False


def can_read(path: str) -> bool:
    """Whether it opens: a host may keep its disks from root too."""
    try:
        os.close(os.open(path, os.O_RDONLY))
        return True
    except OSError:
        return False


def any_writable(pattern: str) -> bool:
    """Whether one of the files may be written."""
    return any(os.access(path, os.W_OK) for path in glob.iglob(pattern, recursive=True))


def may_count_events() -> bool:
    """Whether perf is there, and for this process."""
    restriction = number_in("/proc/sys/kernel/perf_event_paranoid", NO_PERF)
    return restriction < NO_PERF and (restriction <= 1 or has_capability("PERFMON"))


def ptrace_scope() -> int:
    """What Yama restricts: 0 nothing, 1 tracing any but one's own children, 2 tracing without a capability, 3 all."""
    return number_in("/proc/sys/kernel/yama/ptrace_scope", 0)


def may_trace() -> bool:
    """Whether processes of the same user may trace each other here."""
    return ptrace_scope() == 0 or (ptrace_scope() < NO_TRACING and has_capability("SYS_PTRACE"))


def may_be_traced() -> bool:
    """Whether a child may ask its parent to trace it."""
    return ptrace_scope() <= 1 or (ptrace_scope() < NO_TRACING and has_capability("SYS_PTRACE"))


def may_load_kernels() -> bool:
    """Whether that was not switched off for good."""
    return number_in("/proc/sys/kernel/kexec_load_disabled", 0) == 0


X86 = platform.machine() == "x86_64"

# By name; each says whether the host has it.
WORDS: dict[str, Callable[[], bool]] = {
    "landlock-scopes": landlock_scopes,
    "operator": lambda: True,
    "never": lambda: False,
    "ptrace": may_trace,
    "traceme": may_be_traced,
    "all-cpus": lambda: len(os.sched_getaffinity(0)) == os.cpu_count(),
    "kcmp": lambda: system_call(312 if X86 else 272, 0, 0, 99),
    "numa": lambda: system_call(239 if X86 else 236, 0, 0, 0, 0, 0),
    "io-uring": lambda: system_call(425, 0, 0) and number_in("/proc/sys/kernel/io_uring_disabled", 0) == 0,
    "kexec": lambda: may_load_kernels() and system_call(246 if X86 else 104, 0, 0, 0, 1 << 30),
    "kexec-file": lambda: may_load_kernels() and system_call(320 if X86 else 294, -1, -1, 0, 0, 1 << 30),
    "modules": lambda: (
        system_call(175 if X86 else 105, 0, 0, 0) and number_in("/proc/sys/kernel/modules_disabled", 0) == 0
    ),
    "accounting": lambda: os.path.exists("/proc/sys/kernel/acct"),
    "ia32": lambda: X86 and os.path.exists("/proc/sys/abi/vsyscall32"),
    "x32": lambda: X86 and system_call(0x40000000 | 39),
    "io-ports": lambda: X86 and system_call(172, 0),
    "modify-ldt": lambda: X86 and system_call(154, 0, 0, 0),
    "packet": lambda: can_open(socket.AF_PACKET, socket.SOCK_RAW),
    "audit": lambda: can_open(socket.AF_NETLINK, socket.SOCK_RAW, 9),
    "vsock": lambda: can_open(socket.AF_VSOCK, socket.SOCK_STREAM),
    "alg": lambda: can_open(socket.AF_ALG, socket.SOCK_SEQPACKET),
    "ipv6": lambda: can_open(socket.AF_INET6, socket.SOCK_STREAM) and sees_route("::1"),
    "route": lambda: sees_route("1.1.1.1"),
    "route6": lambda: sees_route("2606:4700:4700::1111") or sees_route("2001:db8::1"),
    "link-local": lambda: any(sees_route("fe80::1", number) for number, name in socket.if_nameindex() if name != "lo"),
    "interfaces": lambda: any(name != "lo" for _, name in socket.if_nameindex()),
    "tty": lambda: os.access("/dev/ptmx", os.R_OK | os.W_OK) and os.path.ismount("/dev/pts"),
    "tiocsti": lambda: number_in("/proc/sys/dev/tty/legacy_tiocsti", 1) == 1,
    "unlimited-core": lambda: resource.getrlimit(resource.RLIMIT_CORE)[1] == resource.RLIM_INFINITY,
    "disk": lambda: any(can_read(path) for path in glob.glob("/dev/[svhx][dv][a-z]")),
    "host-pids": lambda: os.stat("/proc/self/ns/pid").st_ino == FIRST_PID_NAMESPACE,
    "cgroup-v1": lambda: bool(glob.glob("/sys/fs/cgroup/*/release_agent")),
    "cgroup-writable": lambda: any_writable("/sys/fs/cgroup/**/cgroup.procs"),
    "memory-writable": lambda: any_writable("/sys/fs/cgroup/**/memory.max"),
    "bpf": lambda: has_capability("BPF") or number_in("/proc/sys/kernel/unprivileged_bpf_disabled", 1) == 0,
    "perf": may_count_events,
    "dmesg": lambda: has_capability("SYSLOG") or number_in("/proc/sys/kernel/dmesg_restrict", 1) == 0,
    "core-handler": lambda: Path("/proc/sys/kernel/core_pattern").read_text().startswith("|"),
    "steady-time": lambda: "User Mode Linux" not in Path("/proc/cpuinfo").read_text(),
}


def holds(word: str, folder: str) -> bool:
    """Whether one word holds here; `folder` is where the victims' files are."""
    key, _, value = word.partition("=")
    if word.startswith("CAP_"):
        return has_capability(word.removeprefix("CAP_"))
    if key == "linux":
        return kernel_at_least(value)
    if key == "file":
        return os.path.lexists(value)
    if key == "opens":
        return can_read(value)
    if key == "fs":
        return file_system_of(folder) in value.split(",")
    if key == "glob":
        return bool(glob.glob(value))
    if key == "mounted":
        return any(line.split()[2] == value for line in Path("/proc/self/mounts").read_text().splitlines())
    if key == "socket":
        return any(os.path.exists(path) for path in value.split(","))
    if key == "writable":
        return not os.statvfs(value).f_flag & os.ST_RDONLY
    return WORDS[word]()


def missing(needs: str, folder: str) -> list[str]:
    """Those of the words that do not hold here."""
    return [word for word in needs.split() if not holds(word, folder)]


def surroundings() -> list[str]:
    """What this suite is itself kept in, which may refuse what the attacks without a sandbox try."""
    status = Path("/proc/self/status").read_text()
    found = []
    if "\nSeccomp:\t0" not in status:
        found.append("no seccomp filter around this suite")
    if int(Path("/proc/self/uid_map").read_text().split()[2]) != ALL_IDS:
        found.append("the host's own user namespace")
    if os.path.exists("/.dockerenv") or os.path.exists("/run/.containerenv"):
        found.append("no container around this suite")
    if label() not in ("", "unconfined", "kernel"):
        found.append(f"no profile such as {label()} around this suite")
    if "[none]" not in first_line("/sys/kernel/security/lockdown", "[none]"):
        found.append("a kernel that is not locked down")
    return found


def first_line(path: str, default: str) -> str:
    """What a file of the kernel's says, where there is one."""
    try:
        return Path(path).read_text().strip("\0\n")
    except OSError:
        return default


def label() -> str:
    """The security module's name for this process, without its mode."""
    return first_line("/proc/self/attr/current", "").split(" ")[0]


# What a person reads, for words that do not say it themselves.
DESCRIPTIONS = {
    "never": "a caller who may; nobody may",
    "operator": "an operator",
    "ptrace": "leave to trace processes of the same user (Yama)",
    "traceme": "leave to be traced (Yama)",
    "steady-time": "a processor of its own",
    "host-pids": "the host's own PID namespace",
    "opens": "a readable",
    "file": "the file",
    "socket": "one of the sockets",
    "glob": "any",
    "fs": "a file system of",
    "linux": "Linux",
    "mounted": "a mounted",
    "writable": "a writable",
}


def describe(word: str) -> str:
    """A need in words."""
    key, separator, value = word.partition("=")
    return f"{DESCRIPTIONS.get(key, key)} {value}" if separator else DESCRIPTIONS.get(word, word)
