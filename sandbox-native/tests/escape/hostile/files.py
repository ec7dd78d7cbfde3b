# SPDX-License-Identifier: MIT
"""The host's files: reading the owner's, writing anywhere."""

import ctypes
import os

from attack import Attack, CameToNothing, Target

LIBC = ctypes.CDLL(None, use_errno=True)
FOLDERS_MOST = 4000
SHOWN_MOST = 5

# What an agent may write to.
OWN = ("/workspace", "/tmp", "/dev/shm", "/proc")
# What an agent sees at the root.
SHOWN = set("agent bin dev etc lib lib32 lib64 libx32 opt proc run sbin tmp usr workspace".split())
LOCK_EX_NB = 6


def token_of(target: Target, path: str) -> str:
    """Read a file that must be a victim's."""
    with open(path, "rb") as file:
        if not target.holds_token(file.read(65536)):
            raise CameToNothing(f"what is called {path} here is another file")
    return path


def read_secret(target: Target) -> str:
    return token_of(target, target.secret)


def read_ssh_key(target: Target) -> str:
    return token_of(target, f"{target.home}/.ssh/id_ed25519")


def read_cloud_keys(target: Target) -> str:
    return token_of(target, f"{target.home}/.aws/credentials")


def list_home(target: Target) -> str:
    return " ".join(os.listdir(target.home))


def read_peer_file(target: Target) -> str:
    return token_of(target, target.peer_file)


def read_state(target: Target) -> str:
    return " ".join(os.listdir(target.state))


def read_passwords(_: Target) -> str:
    os.close(os.open("/etc/shadow", os.O_RDONLY))
    return "/etc/shadow"


def see_root(target: Target) -> str:
    more = set(os.listdir("/")) - SHOWN
    if not more:
        raise CameToNothing("the root holds what it is meant to and nothing else")
    return " ".join(sorted(more))


def be_in_host_root(target: Target) -> str:
    root = os.stat("/")
    if [root.st_dev, root.st_ino] != target.root_identity:
        raise CameToNothing("the root is another folder")
    return "the host's root"


def write_beside_secret(target: Target) -> str:
    os.close(os.open(os.path.dirname(target.secret), os.O_TMPFILE | os.O_WRONLY, 0o600))
    return "the owner's folder"


def change_secret(target: Target) -> str:
    os.close(os.open(target.secret, os.O_WRONLY))
    return "the owner's file"


def write_system(_: Target) -> str:
    # A file without a name: it proves the right to write and leaves nothing.
    os.close(os.open("/usr/bin", os.O_TMPFILE | os.O_WRONLY, 0o600))
    return "/usr/bin"


def write_anywhere(target: Target) -> str:
    """Look for a folder that takes a file, in all that can be seen."""
    if target.outside:
        return write_system(target)
    found, seen, folders = [], 0, ["/"]
    while folders and seen < FOLDERS_MOST:
        folder = folders.pop(0)
        seen += 1
        try:
            with os.scandir(folder) as entries:
                inner = [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
            folders += [path for path in inner if path not in OWN]
            os.close(os.open(folder, os.O_TMPFILE | os.O_WRONLY, 0o600))
            found.append(folder)
        except OSError:
            continue
    if not found:
        raise CameToNothing(f"none of {seen} folders takes a file")
    return " ".join(found[:SHOWN_MOST])


def change_programs(_: Target) -> str:
    os.close(os.open("/usr/bin/env", os.O_WRONLY))
    return "/usr/bin/env"


def change_accounts(_: Target) -> str:
    os.close(os.open("/etc/passwd", os.O_WRONLY))
    return "/etc/passwd"


def change_script(target: Target) -> str:
    os.close(os.open(__file__, os.O_WRONLY))
    return __file__


def change_script_mode(target: Target) -> str:
    os.chmod(__file__, os.stat(__file__).st_mode)
    return __file__


def remove_script(target: Target) -> str:
    if target.outside:
        os.close(os.open(os.path.dirname(__file__), os.O_TMPFILE | os.O_WRONLY, 0o600))
    else:
        os.rename(__file__, __file__ + ".gone")
    return __file__


def change_sdk(target: Target) -> str:
    path = __file__ if target.outside else os.environ["PYTHONPATH"] + "/agentos/__init__.py"
    os.utime(path)
    return path


def change_socket_mode(target: Target) -> str:
    path = target.peer_socket if target.outside else os.environ["AGENTOS_SOCKET"]
    os.chmod(path, os.stat(path).st_mode)
    return path


def replace_socket(target: Target) -> str:
    path = target.peer_socket if target.outside else os.environ["AGENTOS_SOCKET"]
    os.rename(path, path + ".moved")
    os.rename(path + ".moved", path)
    return path


def hard_link(target: Target) -> str:
    path = f"{target.secret}-linked" if target.outside else f"{target.scratch}/linked"
    os.link(target.secret if target.outside else "/etc/passwd", path)
    os.unlink(path)
    return "a file of the owner's has another name"


def follow_own_link(target: Target) -> str:
    path = f"{target.scratch}/link-{os.getpid()}"
    os.symlink(target.secret, path)
    try:
        return token_of(target, path)
    finally:
        os.unlink(path)


def lock_program(_: Target) -> str:
    file = os.open("/usr/bin/env", os.O_RDONLY)
    if LIBC.flock(file, LOCK_EX_NB) < 0:
        raise OSError(ctypes.get_errno(), "flock")
    return "/usr/bin/env is locked"


FILE_ATTACKS = [
    Attack("files", "read the owner's file", read_secret),
    Attack("files", "read the owner's SSH key", read_ssh_key),
    Attack("files", "read the owner's cloud keys", read_cloud_keys),
    Attack("files", "list the owner's home", list_home),
    Attack("files", "read another agent's workspace", read_peer_file),
    Attack("files", "list the AgentOS kernel's state", read_state),
    Attack("files", "read /etc/shadow", read_passwords, "opens=/etc/shadow"),
    Attack("files", "see more of the root than is meant", see_root),
    Attack("files", "have the host's root", be_in_host_root),
    Attack("files", "write beside the owner's file", write_beside_secret),
    Attack("files", "change the owner's file", change_secret),
    Attack("files", "write into /usr/bin", write_system, "CAP_DAC_OVERRIDE writable=/usr/bin"),
    Attack("files", "write anywhere but at home", write_anywhere, "CAP_DAC_OVERRIDE writable=/usr/bin"),
    Attack("files", "change a program", change_programs, "CAP_DAC_OVERRIDE writable=/usr/bin"),
    Attack("files", "change /etc/passwd", change_accounts, "CAP_DAC_OVERRIDE writable=/etc"),
    Attack("files", "change the script it runs from", change_script),
    Attack("files", "change its script's mode", change_script_mode),
    Attack("files", "remove its script", remove_script),
    Attack("files", "change the SDK", change_sdk),
    Attack("files", "change its socket's mode on the host", change_socket_mode),
    Attack("files", "put another socket in its socket's place", replace_socket),
    Attack("files", "link a file of the owner's", hard_link),
    Attack("files", "follow a link of its own to the owner's file", follow_own_link),
    Attack(
        "files",
        "lock a program of the host's",
        lock_program,
        design="locks are advice: what may be read may be locked, and whoever runs programs does not ask",
    ),
]
