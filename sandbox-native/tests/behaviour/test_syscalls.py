# SPDX-License-Identifier: MIT
"""What a payload cannot ask of the kernel, and that it is the filter that refuses."""

import errno
import signal
import socket

from harness import LANDLOCK_ABI, SCOPED, SandboxTest, program

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
