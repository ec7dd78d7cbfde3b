# SPDX-License-Identifier: MIT
"""What is mounted when a descriptor says so, and not a path."""

import os
import pathlib

from harness import SandboxTest


class Given(SandboxTest):
    """Sources and devices that are descriptors of the caller's."""

    def opened(self, path, flags=os.O_PATH | os.O_NOFOLLOW):
        fd = os.open(path, flags)
        self.addCleanup(os.close, fd)
        return fd

    def given(self, word, fd, destination="/data"):
        return {"words": (word, str(fd), destination), "pass_fds": [fd]}

    def run_with(self, script, *, words, pass_fds):
        return self.shell(script, *words, pass_fds=pass_fds)

    def test_are_mounted_as_they_are_open(self):
        source = self.source("shared", mode=0o777)
        (source / "file").write_text("text")

        out = self.run_with("cat /data/file; echo x >/data/made", **self.given("--bind-fd", self.opened(source)))
        self.assertEqual(out, "text")
        self.assertTrue((source / "made").exists())
        out = self.run_with(
            "(echo x >/data) 2>&1; cat /data", **self.given("--ro-bind-fd", self.opened(source / "file"))
        )
        self.assertIn("Read-only file system", out)
        self.assertTrue(out.endswith("text"))

    def test_are_never_what_their_path_leads_to_by_now(self):
        source = self.source("shared", mode=0o777)
        (source / "file").write_text("judged")
        held = self.opened(source)
        source.rename(self.folder / "moved")
        trap = self.source("trap")
        (trap / "file").write_text("trapped")
        os.symlink(trap, self.folder / "shared")

        self.assertEqual(self.run_with("cat /data/file", **self.given("--ro-bind-fd", held)), "judged")

    def test_of_the_caller_s_are_the_inside_user_s(self):
        source = self.source("workspace", mode=0o700)

        out = self.run_with(
            "umask 022; stat -c %u /data; echo >/data/made", **self.given("--own-bind-fd", self.opened(source))
        )
        self.assertEqual(out, "1000\n")
        self.assertEqual((source / "made").stat().st_uid, os.geteuid())
        out = self.run_with("(echo >/data/x) 2>&1; true", **self.given("--own-ro-bind-fd", self.opened(source)))
        self.assertIn("Read-only file system", out)

    def test_are_no_descriptors_of_the_payload(self):
        held = self.opened(self.source("shared"))

        out = self.run_with("ls /proc/self/fd | wc -l", **self.given("--ro-bind-fd", held))

        self.assertEqual(out, "4\n")

    def test_are_let_go_of_when_the_sandbox_has_them(self):
        held = self.opened(self.source("shared"))
        with self.start(["/bin/sleep", "1000"], "--ro-bind-fd", str(held), "/data", pass_fds=[held]) as run:
            run.started()
            links = [os.readlink(fd) for fd in pathlib.Path(f"/proc/{run.process.pid}/fd").iterdir()]

        self.assertFalse([link for link in links if link.endswith("shared")], links)

    def test_must_be_open_and_nobody_else_s(self):
        self.assert_refused("plan", "descriptor 77 is not open", ["/bin/true"], "--ro-bind-fd", "77", "/data")
        read, write = os.pipe()
        self.addCleanup(os.close, read)
        words = ("--ro-bind-fd", str(read), "/data", "--listen", "80", str(read))
        self.assert_refused("plan", "both a source and", ["/bin/true"], *words, pass_fds=[read])
        os.close(write)

    def test_devices_work_and_are_all_there_is(self):
        words = ("--device", str(self.opened("/dev/tty")), "/dev/deep/terminal")
        out = self.shell(
            "stat -c '%F %t:%T' /dev/deep/terminal; (: </dev/deep/terminal) 2>&1; ls /dev | wc -l; mkdir /dev/x 2>&1; true",
            *words,
            pass_fds=[int(words[1])],
        )

        # Opened, and found to be nobody's terminal: that is the device's own answer.
        self.assertTrue(out.startswith("character special file 5:0\n"), out)
        self.assertIn("No such device or address", out)
        self.assertIn("\n11\n", out)
        self.assertIn("Read-only file system", out)

    def test_devices_are_character_devices_of_a_dev(self):
        file = self.opened(__file__)
        words = ("--device", str(file), "/dev/file")
        self.assert_refused("sources", "no character device", ["/bin/true"], *words, pass_fds=[file])
        for block in sorted(pathlib.Path("/dev").glob("loop[0-9]"))[:1]:
            disk = self.opened(block)
            words = ("--device", str(disk), "/dev/disk")
            self.assert_refused("sources", "no character device", ["/bin/true"], *words, pass_fds=[disk])
        words = ("--device", str(file), "/etc/file")
        self.assert_refused("plan", "lies in no --dev", ["/bin/true"], *words, pass_fds=[file])
