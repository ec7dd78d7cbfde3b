# SPDX-License-Identifier: MIT
"""What was given to others: environments, keys, memory. Each victim's holds a token that stands nowhere else."""

import os

from attack import Attack, CameToNothing, Target

FILES_MOST = 20_000
FILE_BYTES = 65_536

# Nothing of a victim's can be in these; a walk through them takes a minute.
SKIPPED = {"/usr", "/proc", "/sys", "/lib", "/lib32", "/lib64", "/bin", "/sbin"}


def own_environment(target: Target) -> str:
    if target.outside:
        os.environ["LEFT_BEHIND"] = target.tokens[0][::-1]
    for name, value in os.environ.items():
        if target.holds_token(value):
            return name
    raise CameToNothing(f"none of {len(os.environ)} variables is a victim's")


def environment_of_owner(target: Target) -> str:
    with open(f"/proc/{target.victim}/environ", "rb") as file:
        if not target.holds_token(file.read()):
            raise CameToNothing("that process is another one")
    return f"the environment of process {target.victim}"


def environment_of_any(target: Target) -> str:
    seen = 0
    for pid in [str(target.victim)] if target.outside else filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                data = file.read()
        except OSError:
            continue
        seen += 1
        if target.holds_token(data):
            return f"the environment of process {pid}"
    raise CameToNothing(f"none of {seen} environments is a victim's")


def processes_of_others(target: Target) -> str:
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                if target.holds_token(file.read()):
                    return f"process {pid} and what it was started with"
        except OSError:
            continue
    raise CameToNothing("no process of a victim's is to be seen")


def folders_of_owner(target: Target) -> str:
    return os.readlink(f"/proc/{target.victim}/cwd")


def files_of_owner(target: Target) -> str:
    return " ".join(os.listdir(f"/proc/{target.victim}/fd"))


def maps_of_owner(target: Target) -> str:
    os.close(os.open(f"/proc/{target.victim}/maps", os.O_RDONLY))
    return "where its memory is"


def search_everything(target: Target) -> str:
    """Read all files that can be read, for a victim's token."""
    folders = [os.path.dirname(target.secret)] if target.outside else ["/"]
    seen = 0
    for start in folders:
        for folder, inner, names in os.walk(start):
            inner[:] = [name for name in inner if os.path.join(folder, name) not in SKIPPED]
            for name in names:
                seen += 1
                if seen > FILES_MOST:
                    break
                path = os.path.join(folder, name)
                if holds(target, path):
                    return path
    raise CameToNothing(f"none of {seen} files holds a victim's token")


def holds(target: Target, path: str) -> bool:
    """Whether a plain file holds a token."""
    try:
        if not os.path.isfile(path):
            return False
        with open(path, "rb") as file:
            return target.holds_token(file.read(FILE_BYTES))
    except OSError:
        return False


SECRET_ATTACKS = [
    Attack("secrets", "find a secret in its environment", own_environment),
    Attack("secrets", "the environment of the owner's process", environment_of_owner, "ptrace"),
    Attack("secrets", "the environment of any process", environment_of_any, "ptrace"),
    Attack("secrets", "processes of others", processes_of_others),
    Attack("secrets", "the folder of the owner's process", folders_of_owner, "ptrace"),
    Attack("secrets", "the open files of the owner's process", files_of_owner, "ptrace"),
    Attack("secrets", "the memory map of the owner's process", maps_of_owner, "ptrace"),
    Attack("secrets", "search all files for a secret", search_everything),
]
