# SPDX-License-Identifier: MIT
"""What a payload cannot ask of the kernel, and that it is the filter that refuses."""

import errno
import os
import pathlib
import signal
import socket

from harness import IS_ROOT, LANDLOCK_ABI, SCOPED, SandboxTest, program

# Every attempt of tests/programs/attempts.c whose refusal is not EPERM.
OTHER_REFUSALS = {
    "clone_three": errno.ENOSYS,  # C libraries fall back to clone
    "open_two": errno.ENOSYS,
    "unknown_call": errno.ENOSYS,
    "call_x32": errno.ENOSYS,
    "call_32_bit": -signal.SIGSYS,
    "socket_netlink": errno.EAFNOSUPPORT,
    "socket_vsock": errno.EAFNOSUPPORT,
    "socket_packet": errno.EAFNOSUPPORT,
    "socket_alg": errno.EAFNOSUPPORT,
    "become_root": errno.EINVAL,  # uid 0 does not exist inside
    "write_oom_score": errno.EACCES,
} | ({} if SCOPED else {"signal_pid_one": 0})  # sent, and ignored

# What the kernel would let any process do; all of it must work when the filter is off, or the test proves nothing.
# (The rest fails for want of a capability, an argument or a device, whoever asks.)
WORK_UNFILTERED = (
    "unshare_user clone_user clone_three name_handle make_character_device make_set_uid_file change_to_set_uid "
    "open_two trace_me trace_parent read_memory take_descriptor add_key key_control old_personality socket_netlink"
).split()


# Segments that nobody has attached, as many as there can be, each filled; then queues. What was the answer to each?
HOARD = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
libc.shmdt.argtypes = [ctypes.c_void_p]
def many(make):
    for made in range(200):
        if make() < 0:
            return made, os.strerror(ctypes.get_errno())
    return 200, "no end"
def segment():
    made = libc.shmget(0, 4 << 20, 0o1600)
    if made >= 0:
        place = libc.shmat(made, None, 0)
        ctypes.memset(place, 1, 4 << 20)
        libc.shmdt(place)
    return made
print(*many(segment), sep=":")
print(*many(lambda: libc.msgget(0, 0o1600)), sep=":")
"""


class SystemVIpc(SandboxTest):
    def test_is_bounded_or_not_there(self):
        bounded = ["16:No space left on device", "64:No space left on device"]
        absent = ["0:Function not implemented"] * 2

        self.assertEqual(self.python(HOARD).splitlines(), bounded if IS_ROOT else absent)

    def test_of_the_host_keeps_its_limits(self):
        before = [pathlib.Path(f"/proc/sys/kernel/{name}").read_text() for name in ("shmall", "msgmni", "msgmnb")]
        self.python("pass")

        after = [pathlib.Path(f"/proc/sys/kernel/{name}").read_text() for name in ("shmall", "msgmni", "msgmnb")]
        self.assertEqual(after, before)


class SystemVIpcAsRoot(SandboxTest):
    def test_is_bounded_for_all_together(self):
        with self.start(["/bin/sleep", "1000"]) as run:
            _, init = run.started()
            pidfd = os.pidfd_open(init)
            self.addCleanup(os.close, pidfd)
            outs = [
                self.python(HOARD, "--join-fd", str(pidfd), base=[], pass_fds=[pidfd]).splitlines() for _ in range(2)
            ]

        self.assertEqual([out[0].split(":")[0] for out in outs], ["16", "0"])


class Attempts(SandboxTest):
    def attempt(self, *words, **options):
        path = program("attempts")
        run = self.run_in(["/attempts"], "--ro-bind", path, "/attempts", *words, **options)
        self.assertEqual(run.code, 0, run.errors)
        return {name: int(result) for name, result in (line.split() for line in run.out.splitlines())}

    def test_all_are_refused_as_documented(self):
        results = self.attempt()

        self.assertGreaterEqual(len(results), 55)
        for name, result in results.items():
            with self.subTest(name):
                self.assertEqual(result, OTHER_REFUSALS.get(name, errno.EPERM))

    def test_without_the_filter_they_work(self):
        results = self.attempt("--seccomp", "none", "--landlock", "none")

        self.assertEqual({name: results[name] for name in WORK_UNFILTERED}, dict.fromkeys(WORK_UNFILTERED, 0))

    def test_without_the_filter_the_other_layers_hold(self):
        results = self.attempt("--seccomp", "none")

        held = (
            "mount_tmpfs remount_root unmount_proc pivot change_root open_filesystem open_tree move_mount unshare_mount"
        )
        held += " clone_pid set_namespace make_block_device become_root leave_groups real_time"
        self.assertEqual(results.pop("signal_pid_one"), errno.EPERM if SCOPED else 0)
        for name in held.split():
            with self.subTest(name):
                self.assertIn(results[name], (errno.EPERM, errno.EACCES, errno.EINVAL))

    def test_one_call_can_be_let_through(self):
        results = self.attempt("--allow-syscall", "ptrace", "--allow-syscall", "add_key")

        self.assertEqual((results["trace_me"], results["add_key"]), (0, 0))
        self.assertEqual(results["unshare_user"], errno.EPERM)

    def test_abstract_sockets_of_the_host_are_out_of_reach(self):
        server = socket.socket(socket.AF_UNIX)
        self.addCleanup(server.close)
        server.bind("")  # the kernel picks an abstract name
        server.listen()
        name = server.getsockname()
        attempt = f"import socket; print(socket.socket(socket.AF_UNIX).connect_ex({name!r}))"

        if SCOPED:
            self.assertEqual(self.python(attempt, "--share-net"), f"{errno.EPERM}\n")
        self.assertEqual(self.python(attempt), f"{errno.ECONNREFUSED}\n")
        self.assertEqual(self.python(attempt, "--share-net", "--landlock", "none"), "0\n")

    def test_landlock_can_be_required(self):
        if LANDLOCK_ABI:
            self.assertEqual(self.shell("echo ran", "--landlock", "require"), "ran\n")
        else:
            self.assert_refused("landlock", "this host has no Landlock", ["/bin/true"], "--landlock", "require")


ROOT_ONLY = (SystemVIpcAsRoot,)
