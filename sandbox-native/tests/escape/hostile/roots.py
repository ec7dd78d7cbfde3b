# SPDX-License-Identifier: MIT
"""Ways back to the host's root and programs: by other processes, by descriptors, by what is started on demand."""

import contextlib
import errno
import os
import stat
import time

from attack import Attack, CameToNothing, Target

HUNT_SECONDS = 2.0
EXECS = 8
DESCRIPTORS = 256


def pids() -> list[int]:
    """Every process that can be seen."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def from_root(target: Target, root: str) -> str:
    """Whether the owner's file is to be found below that."""
    os.stat(root + target.secret)
    return root


def root_of_pid_one(target: Target) -> str:
    return from_root(target, f"/proc/{target.victim if target.outside else 1}/root")


def root_of_any_process(target: Target) -> str:
    refusal = OSError(errno.ENOENT, "no process")
    for pid in [target.victim] if target.outside else pids():
        for name in ("root", "cwd"):
            try:
                return from_root(target, f"/proc/{pid}/{name}")
            except OSError as error:
                refusal = error
    raise refusal


def above_own_root(target: Target) -> str:
    return from_root(target, "/proc/self/root" + "/.." * 32)


def above_own_folder(target: Target) -> str:
    return from_root(target, "/proc/self/cwd" + "/.." * 32)


def above_own_mounts(target: Target) -> str:
    """Up from each mount point by descriptor, where a mistake in the mounts would show."""
    for start in ("/", "/proc", "/dev", "/tmp", "/usr", "/workspace", "/agent", "/run", "/etc"):
        try:
            here = os.open(start, os.O_PATH | os.O_DIRECTORY)
        except FileNotFoundError:
            continue
        for _ in range(32):
            here = os.open("..", os.O_PATH | os.O_DIRECTORY, dir_fd=here)
        try:
            os.stat(target.secret[1:], dir_fd=here)
            return f"from {start}"
        except OSError:
            continue
    raise CameToNothing("every way up ends at its own root")


def inherited_descriptors(target: Target) -> str:
    """Whatever was forgotten to be closed. Outside, one is forgotten on purpose."""
    if target.outside:
        os.open("/", os.O_PATH)
    own = {os.open("/", os.O_PATH), 0, 1, 2}
    for fd in range(DESCRIPTORS):
        try:
            link = os.readlink(f"/proc/self/fd/{fd}")
        except OSError:
            continue
        if fd not in own and not link.startswith("/proc/"):
            return f"descriptor {fd} is {link}"
    raise CameToNothing("there are no descriptors but its own")


def standard_descriptors(target: Target) -> str:
    """Files and terminals could be read back, cut or typed into; pipes and /dev/null cannot."""
    if target.outside:
        os.dup2(os.open(target.secret, os.O_RDONLY), 0)
    for fd in (0, 1, 2):
        mode = os.fstat(fd).st_mode
        null = stat.S_ISCHR(mode) and os.fstat(fd).st_rdev == os.makedev(1, 3)
        if not stat.S_ISFIFO(mode) and not null and not stat.S_ISSOCK(mode):
            return f"descriptor {fd} is {os.readlink(f'/proc/self/fd/{fd}')}"
    raise CameToNothing("they are pipes and /dev/null")


def change_interpreter(target: Target) -> str:
    path = "/proc/self/exe" if not target.outside else __file__
    os.close(os.open(path, os.O_WRONLY))
    return path


def change_supervisor(target: Target) -> str:
    os.close(os.open(f"/proc/{target.victim if target.outside else 1}/exe", os.O_PATH))
    return "the program of its supervisor"


def look_into(pid: int, own: set[str]) -> str:
    """What a process shows that is not ours: its program, its root, its files; '' when nothing does."""
    try:
        program = os.readlink(f"/proc/{pid}/exe")
        if program not in own:
            os.close(os.open(f"/proc/{pid}/exe", os.O_RDONLY))
            return f"the program {program}"
        if os.stat(f"/proc/{pid}/root").st_ino != os.stat("/").st_ino:
            return "another root"
        os.close(os.open(f"/proc/{pid}/root", os.O_PATH))
    except OSError:
        return ""
    return ""


def hunt_joiners(target: Target) -> str:
    """Watch for processes of ours that still have a foot on the host while they join the sandbox."""
    if target.outside:
        found = look_into(target.victim, set())
        if found:
            return found
        raise CameToNothing("the victim shows nothing")
    from agentos import AgentOSClient

    programs = {os.path.realpath("/proc/self/exe"), os.path.realpath("/bin/true")}
    caller = os.fork()
    if caller == 0:
        with AgentOSClient() as client:
            for _ in range(EXECS):
                client.exec(["/bin/true"])
        os._exit(0)
    while os.waitpid(caller, os.WNOHANG)[0] == 0:
        for pid in pids():
            found = look_into(pid, programs)
            if found:
                return f"process {pid}: {found}"
    raise CameToNothing(f"nothing showed in {EXECS} commands")


def run_own_starter(target: Target) -> str:
    """A script whose interpreter is /proc/self/exe: what starts it would be run again, inside, for all to see."""
    if target.outside:
        os.chmod(__file__, os.stat(__file__).st_mode)
        return "may change a program of its user's"
    from agentos import AgentOSClient, NotFound

    path = f"/workspace/starter-{os.getpid()}"
    with open(path, "w", encoding="ascii") as script:
        script.write("#!/proc/self/exe --version\n")
    os.chmod(path, 0o755)
    watcher = os.fork()
    if watcher == 0:
        os._exit(change_running_starter())
    with AgentOSClient() as client:
        said = ""
        for _ in range(EXECS):
            with contextlib.suppress(NotFound):  # as which a program that cannot be started is reported
                said += client.exec([path]).stdout
        os.unlink(path)
    _, status = os.waitpid(watcher, 0)
    if os.waitstatus_to_exitcode(status) == 0:
        return "has changed the mode of the program that starts sandboxes"
    if "agentos-sandbox" in said:
        raise CameToNothing("it runs inside, and cannot be changed from there")
    raise CameToNothing("it does not run")


def take_hold(program: str) -> None:
    """Change its mode, which no open file prevents; of a copy in memory, which is nobody's installation, its content."""
    if os.readlink(program).startswith("/memfd:"):
        os.truncate(program, 0)
    os.chmod(program, stat.S_IMODE(os.stat(program).st_mode))


def change_running_starter() -> int:
    """For as long as the hunt lasts, try to take hold of the program."""
    end = time.monotonic() + HUNT_SECONDS
    own = os.path.realpath("/proc/self/exe")
    while time.monotonic() < end:
        for pid in pids():
            try:
                if os.readlink(f"/proc/{pid}/exe") == own:
                    continue
                take_hold(f"/proc/{pid}/exe")
                return 0
            except OSError:
                continue
    return 1


ROOT_ATTACKS = [
    Attack("roots", "the root of pid 1", root_of_pid_one, "ptrace"),
    Attack("roots", "the root of any process", root_of_any_process, "ptrace"),
    Attack("roots", "above its own root", above_own_root),
    Attack("roots", "above its working folder", above_own_folder),
    Attack("roots", "above each of its mounts", above_own_mounts),
    Attack("roots", "descriptors that were left open", inherited_descriptors),
    Attack("roots", "standard descriptors that are files", standard_descriptors),
    Attack("roots", "change the program it runs", change_interpreter),
    Attack("roots", "get hold of its supervisor's program", change_supervisor, "ptrace"),
    Attack("roots", "look into processes that join its sandbox", hunt_joiners, "ptrace"),
    Attack("roots", "change the program that starts sandboxes", run_own_starter),
]
