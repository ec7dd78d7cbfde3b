# SPDX-License-Identifier: MIT
"""The kernel's files: what they tell, and what writing to them would do. They are opened only."""

import glob
import os
from collections.abc import Callable

from attack import Attack, CameToNothing, Target

ROOT = "CAP_DAC_OVERRIDE"

# Name, pattern, needs.
READ = (
    ("the kernel's memory: kcore", "/proc/kcore", f"{ROOT} CAP_SYS_RAWIO file=/proc/kcore"),
    ("the kernel's symbols: kallsyms", "/proc/kallsyms", "file=/proc/kallsyms"),
    ("the kernel's configuration: config.gz", "/proc/config.gz", "file=/proc/config.gz"),
    ("the kernel's log: kmsg", "/proc/kmsg", f"{ROOT} CAP_SYSLOG"),
    ("the kernel's log: /dev/kmsg", "/dev/kmsg", "opens=/dev/kmsg"),
    ("keys: /proc/keys", "/proc/keys", "file=/proc/keys"),
    ("memory addresses: iomem", "/proc/iomem", ""),
    ("the host's CPUs: cpuinfo", "/proc/cpuinfo", ""),
    ("the host's memory: meminfo", "/proc/meminfo", ""),
    ("the host's mounts: /proc/1/mountinfo", "/proc/1/mountinfo", ""),
    ("the host's disks: /proc/partitions", "/proc/partitions", ""),
    ("the host's devices: /sys", "/sys/kernel/*", "file=/sys/kernel"),
    ("firmware: /sys/firmware", "/sys/firmware/*", "glob=/sys/firmware/*"),
    ("tracing", "/sys/kernel/tracing/*", f"{ROOT} file=/sys/kernel/tracing/trace"),
    ("debugfs", "/sys/kernel/debug/*", f"{ROOT} mounted=debugfs"),
    ("memory: /dev/mem", "/dev/mem", "opens=/dev/mem"),
    ("I/O ports: /dev/port", "/dev/port", f"{ROOT} CAP_SYS_RAWIO file=/dev/port"),
    ("disks", "/dev/[svhx][dv][a-z]", f"{ROOT} disk"),
    ("disks: NVMe", "/dev/nvme[0-9]*", "opens=/dev/nvme0"),
    ("loop devices", "/dev/loop[0-9]", "opens=/dev/loop0"),
    ("virtual machines: kvm", "/dev/kvm", "opens=/dev/kvm"),
    ("network devices: tun", "/dev/net/tun", "opens=/dev/net/tun"),
    ("file systems in programs: fuse", "/dev/fuse", "opens=/dev/fuse"),
    ("the hypervisor: /dev/vsock", "/dev/vsock", "opens=/dev/vsock"),
    ("keyboards", "/dev/input/event*", "opens=/dev/input/event0"),
    ("graphics", "/dev/dri/*", "opens=/dev/dri/card0"),
    ("terminals of others", "/dev/pts/[0-9]*", "opens=/dev/pts/0"),
)

WRITE = (
    ("sysrq-trigger", "/proc/sysrq-trigger", f"{ROOT} file=/proc/sysrq-trigger"),
    ("core_pattern", "/proc/sys/kernel/core_pattern", ROOT),
    ("modprobe", "/proc/sys/kernel/modprobe", f"{ROOT} file=/proc/sys/kernel/modprobe"),
    ("poweroff_cmd", "/proc/sys/kernel/poweroff_cmd", f"{ROOT} file=/proc/sys/kernel/poweroff_cmd"),
    ("uevent_helper", "/sys/kernel/uevent_helper", f"{ROOT} file=/sys/kernel/uevent_helper"),
    ("binfmt_misc", "/proc/sys/fs/binfmt_misc/register", f"{ROOT} file=/proc/sys/fs/binfmt_misc/register"),
    ("release_agent", "/sys/fs/cgroup/*/release_agent", f"{ROOT} cgroup-v1"),
    ("cgroup.procs", "/sys/fs/cgroup/**/cgroup.procs", "cgroup-writable"),
    ("its limits: memory.max", "/sys/fs/cgroup/**/memory.max", "memory-writable"),
    ("sysctls", "/proc/sys/vm/overcommit_memory", ROOT),
    ("ptrace_scope and its kin", "/proc/sys/kernel/randomize_va_space", ROOT),
    ("sysctls of the network", "/proc/sys/net/ipv4/ip_forward", f"{ROOT} CAP_NET_ADMIN"),
    ("the owner's process's timer slack", "/proc/{victim}/timerslack_ns", ""),
    ("the owner's process's out-of-memory score", "/proc/{victim}/oom_score_adj", ""),
    ("the owner's process's clear_refs", "/proc/{victim}/clear_refs", ""),
    ("/dev/kmsg", "/dev/kmsg", f"{ROOT} file=/dev/kmsg"),
    ("firmware's variables", "/sys/firmware/efi/efivars/*", f"{ROOT} mounted=efivarfs"),
    ("devices: bind and unbind", "/sys/bus/*/drivers_probe", f"{ROOT} file=/sys/bus"),
)

PAGES = 2


def opener(pattern: str, flags: int) -> Callable[[Target], str]:
    """An attack that opens whatever fits the pattern; the last refusal counts."""

    def open_any(target: Target) -> str:
        found = sorted(glob.glob(pattern.format(victim=target.victim), recursive=True))
        if not found:
            raise FileNotFoundError(2, f"nothing is called {pattern}")
        refusal: OSError = FileNotFoundError(2, pattern)
        for path in found:
            folder = os.path.isdir(path)
            try:
                os.close(os.open(path, os.O_RDONLY if folder else flags | os.O_NONBLOCK | os.O_NOCTTY))
                return path
            except OSError as error:
                refusal = error
        raise refusal

    return open_any


def see_uptime(_: Target) -> str:
    os.close(os.open("/proc/uptime", os.O_RDONLY))
    return "/proc/uptime"


def ask_sysinfo(_: Target) -> str:
    return f"{os.sysconf('SC_PHYS_PAGES')} pages, load {os.getloadavg()[0] if os.path.exists('/proc/loadavg') else '?'}"


def read_mountinfo(target: Target) -> str:
    """Where on the host the folders that are shown come from."""
    with open("/proc/self/mountinfo", encoding="utf-8") as mounts:
        sources = [line.split()[3] for line in mounts if line.split()[3] != "/"]
    if target.outside:
        return f"{len(sources)} sources"
    if not sources:
        raise CameToNothing("no mount tells where it comes from")
    return sources[-1]


INTERFACE_ATTACKS = [
    *(Attack("interfaces", f"read {name}", opener(pattern, os.O_RDONLY), needs) for name, pattern, needs in READ),
    *(Attack("interfaces", f"write {name}", opener(pattern, os.O_WRONLY), needs) for name, pattern, needs in WRITE),
    Attack("interfaces", "read the host's uptime: /proc/uptime", see_uptime),
    Attack(
        "interfaces",
        "ask for the host's memory and load",
        ask_sysinfo,
        design="sysinfo(2) tells every process the size of the machine; run times need it",
    ),
    Attack(
        "interfaces",
        "read where its mounts come from",
        read_mountinfo,
        design="the kernel tells every process its mounts: the names of the host's folders that it was given",
    ),
]
