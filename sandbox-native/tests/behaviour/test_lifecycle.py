# SPDX-License-Identifier: MIT
"""How a sandbox starts, is controlled, and ends; and that nothing is ever left of it."""

import os
import pathlib
import re
import select
import signal
import subprocess

from harness import (
    CAP_SYS_RESOURCE,
    DEADLINE_SECONDS,
    SANDBOX,
    Ended,
    SandboxTest,
    all_stopped,
    eventually,
    has_capability,
    processes_in_pid_namespace,
    program,
    status_field,
)

FAMILY = "(setsid sh -c 'trap \"\" TERM HUP; sleep 1000 & sleep 1000 & wait' &) ; trap '' TERM; echo ready; sleep 1000"


class Exits(SandboxTest):
    def test_codes_are_handed_on(self):
        for code in (0, 1, 42, 255):
            run = self.run_in(["/bin/sh", "-c", f"exit {code}"])
            self.assertEqual(run.code, code)
            self.assertIn(f"ended code={code} signal=0 ", run.records[-1])

    def test_signals_are_told(self):
        for number in (signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM):
            run = self.run_in(["/bin/sh", "-c", f"kill -{int(number)} $$"])
            self.assertEqual(run.code, 128 + number)
            self.assertIn(f"ended code={128 + number} signal={int(number)} ", run.records[-1])

    def test_a_command_that_is_missing_is_127(self):
        for command in ("/not/there", "not-there"):
            run = self.run_in([command])
            self.assertEqual(run.code, 127)
            self.assertRegex(run.records[0], rf"^failed stage=exec errno=2 cannot run '{command}'")
            self.assertEqual(len(run.records), 1)

    def test_a_command_that_cannot_be_executed_is_126(self):
        script = self.folder / "no-interpreter"
        script.write_text("echo a shell ran this")
        script.chmod(0o755)

        for command, number in (("/usr", 13), ("/script", 8)):
            run = self.run_in([command], "--ro-bind", str(script), "/script")
            self.assertEqual((run.code, run.out), (126, ""))
            self.assertTrue(run.records[0].startswith(f"failed stage=exec errno={number} "), run.records)

    def test_a_bare_name_is_looked_for_in_the_payload_s_path(self):
        self.assertEqual(self.run_in(["id", "-u"]).out, "1000\n")
        self.assertEqual(self.run_in(["id", "-u"], "--setenv", "PATH", "/nowhere:/usr/bin").out, "1000\n")
        self.assertEqual(self.run_in(["id", "-u"], "--setenv", "PATH", "/nowhere").code, 127)

    def test_usage_is_the_whole_sandbox_s(self):
        busy = "i=0; while [ $i -lt 40000 ]; do i=$((i+1)); done"
        run = self.run_in(["/bin/sh", "-c", f"sh -c '{busy}'; python3 -c 'b\"x\" * 30000000'"])

        fields = dict(field.split("=") for field in run.records[-1].split()[1:])
        self.assertGreater(int(fields["utime_us"]), 1000)
        self.assertGreater(int(fields["maxrss_kb"]), 30000)

    def test_failures_go_to_standard_error_without_a_status_descriptor(self):
        done = subprocess.run(
            [program("agentos-sandbox"), *SANDBOX, "--chdir", "/nowhere", "true"],
            capture_output=True,
            text=True,
            check=False,
            timeout=DEADLINE_SECONDS,
        )

        self.assertEqual(done.returncode, 125)
        self.assertEqual(
            done.stderr,
            "agentos-sandbox: chdir: cannot enter the working directory '/nowhere': No such file or directory\n",
        )


class Control(SandboxTest):
    def test_sigterm_to_the_helper_reaches_the_payload(self):
        with self.start(["/bin/sleep", "1000"]) as run:
            run.started()
            run.process.terminate()
            self.assertEqual(run.finish().code, 128 + signal.SIGTERM)

    def test_signals_to_the_helper_can_be_handled_by_the_payload(self):
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2):
            script = f"trap 'echo caught; exit 7' {int(number)}; echo ready; while :; do sleep 0.01; done"
            with self.start(["/bin/sh", "-c", script]) as run:
                self.assertEqual(run.line(), "ready")
                run.process.send_signal(number)
                self.assertEqual(run.line(), "caught")
                self.assertEqual(run.finish().code, 7)

    def test_a_byte_is_a_signal_for_the_payload(self):
        with self.start(["/bin/sleep", "1000"]) as run:
            run.started()
            run.send(signal.SIGTERM)
            self.assertEqual(run.finish().code, 128 + signal.SIGTERM)

    def test_bytes_that_are_no_signal_are_ignored(self):
        with self.start(["/bin/sleep", "1000"]) as run:
            run.started()
            os.write(run.control, bytes([0, 65, 255, signal.SIGTERM]))
            self.assertEqual(run.finish().code, 128 + signal.SIGTERM)

    def test_byte_9_kills_everything_at_once(self):
        self.check_end(lambda run: run.send(9))

    def test_the_end_of_the_control_descriptor_kills_everything(self):
        self.check_end(lambda run: run.close_control())

    def test_the_helper_s_own_end_kills_everything(self):
        self.check_end(lambda run: run.process.kill(), code=-signal.SIGKILL, ended=False)

    def test_the_end_of_pid_one_is_noticed(self):
        self.check_end(lambda _: os.kill(self.init, signal.SIGKILL))

    def test_the_payload_s_end_takes_orphans_along(self):
        def let_payload_go(_):
            os.kill(self.payload, signal.SIGKILL)

        self.check_end(let_payload_go)

    def check_end(self, end, code=128 + signal.SIGKILL, ended=True):
        """Starts a family that ignores SIGTERM and has left its session, ends it, and looks for survivors."""
        with self.start(["/bin/sh", "-c", FAMILY]) as run:
            self.payload, self.init = run.started()
            link = os.readlink(f"/proc/{self.init}/ns/pid")
            self.assertEqual(run.line(), "ready")
            eventually(lambda: len(processes_in_pid_namespace(link)) == 6, "pid 1, two shells and three sleeps")
            family = Ended(processes_in_pid_namespace(link))
            end(run)
            family.wait()
            self.assertEqual(run.finish().code, code, run.records)
            self.assertEqual(processes_in_pid_namespace(link), [])
            self.assertEqual(run.records[-1].startswith(f"ended code={code} signal=9 "), ended)

    def test_bytes_19_and_18_stop_and_continue_every_process(self):
        with self.start(["/bin/sh", "-c", FAMILY]) as run:
            _, init = run.started()
            link = os.readlink(f"/proc/{init}/ns/pid")
            self.assertEqual(run.line(), "ready")
            eventually(lambda: len(processes_in_pid_namespace(link)) == 6, "pid 1, two shells and three sleeps")
            family = [pid for pid in processes_in_pid_namespace(link) if pid != init]
            run.send(19)
            eventually(lambda: all_stopped(family), "all stopped")
            run.send(18)
            eventually(lambda: "T" not in {status_field(pid, "State")[0] for pid in family}, "all continued")

    def test_a_stopped_sandbox_can_be_killed(self):
        with self.start(["/bin/sleep", "1000"]) as run:
            payload, _ = run.started()
            run.send(19)
            eventually(lambda: status_field(payload, "State")[0] == "T", "stopped")
            run.send(9)
            self.assertEqual(run.finish().code, 128 + signal.SIGKILL)

    def test_the_control_descriptor_may_end_before_the_start(self):
        run = self.start(["/bin/sleep", "1000"])
        run.close_control()

        self.assertIn(run.finish().code, (125, 128 + signal.SIGKILL))
        self.assertRegex(run.records[-1], r"^(failed stage=init |ended code=137 )")

    def test_a_hundred_zombies_are_reaped(self):
        out = self.python(
            "import os, time\n"
            "for _ in range(100):\n"
            "    if os.fork() == 0: os.fork(); os._exit(0)\n"
            "for _ in range(100): os.wait()\n"
            "zombies = lambda: [p for p in os.listdir('/proc') if p.isdigit() and p != str(os.getpid())]\n"
            "while zombies(): pass\n"
            "print('none left')"
        )

        self.assertEqual(out, "none left\n")

    def test_output_ends_when_the_payload_closes_it(self):
        with self.start(["/bin/sh", "-c", "echo out; exec >&- 2>&-; sleep 1000"]) as run:
            run.started()
            for stream in (run.process.stdout, run.process.stderr):
                ready, _, _ = select.select([stream], [], [], DEADLINE_SECONDS)
                self.assertTrue(ready)
                self.assertEqual(stream.read(), b"out\n" if stream is run.process.stdout else b"")
            self.assertIsNone(run.process.poll())


def hierarchy():
    """Where cgroup v2 is mounted."""
    mounts = pathlib.Path("/proc/self/mountinfo").read_text()
    return pathlib.Path(re.search(r"^\S+ \S+ \S+ \S+ (\S+) .* - cgroup2 ", mounts, re.MULTILINE).group(1))


class Cgroups(SandboxTest):
    def test_a_directory_of_another_file_system_is_refused(self):
        self.assert_refused("cgroup", "is not in a cgroup v2 hierarchy", ["/bin/true"], "--cgroup", str(self.folder))

    def test_a_missing_one_is_refused(self):
        self.assert_refused("cgroup", "cannot open the cgroup", ["/bin/true"], "--cgroup", str(self.folder / "no"))

    def test_one_in_which_something_runs_is_refused(self):
        self.assert_refused("cgroup", "processes run in the cgroup", ["/bin/true"], "--cgroup", str(hierarchy()))


class CgroupsAsRoot(SandboxTest):
    def setUp(self):
        super().setUp()
        self.group = hierarchy() / f"agentos-sandbox-test-{os.getpid()}"
        self.group.mkdir()
        self.addCleanup(self.group.rmdir)  # fails while anything is left in it

    def test_everything_starts_and_ends_inside(self):
        with self.start(["/bin/sleep", "1000"], "--cgroup", str(self.group)) as run:
            payload, init = run.started()
            members = (self.group / "cgroup.procs").read_text().split()
            self.assertEqual(sorted(map(int, members)), sorted([payload, init]))
            self.assertIn(f"layer cgroup applied {self.group}", run.records)

    def test_the_namespace_s_root_is_the_leaf(self):
        out = self.shell("cat /proc/self/cgroup", "--cgroup", str(self.group))

        self.assertIn("0::/\n", out)

    def test_what_was_put_into_it_from_outside_ends_too(self):
        with self.start(["/bin/sleep", "1000"], "--cgroup", str(self.group)) as run:
            run.started()
            stranger = subprocess.Popen(["/bin/sleep", "1000"])
            (self.group / "cgroup.procs").write_text(str(stranger.pid))
            run.send(9)
            run.finish()
            self.assertEqual(stranger.wait(DEADLINE_SECONDS), -signal.SIGKILL)

    def test_supervise_only_runs_inside_too(self):
        words = ["--supervise-only", "--cgroup", str(self.group)]

        self.assertIn(self.group.name, self.shell("cat /proc/self/cgroup", base=words))


class OutOfMemory(SandboxTest):
    """A protection of the helper's own is not handed on. Only CAP_SYS_RESOURCE can give a process one."""

    def test_score_of_a_protected_helper_is_not_inherited(self):
        def protect():
            pathlib.Path("/proc/self/oom_score_adj").write_text("-900")

        with self.start(["/bin/sh", "-c", "cat /proc/self/oom_score_adj; sleep 1000"], preexec_fn=protect) as run:
            self.assertEqual(run.line(), "0")
            score = pathlib.Path(f"/proc/{run.process.pid}/oom_score_adj").read_text()
            self.assertEqual(score, "-900\n")

        refused = self.python(
            "import os\n"
            "try: os.write(os.open('/proc/self/oom_score_adj', os.O_WRONLY), b'-1'); print('lowered')\n"
            "except OSError as e: print(type(e).__name__)",
            preexec_fn=protect,
        )
        self.assertEqual(refused, "PermissionError\n")


ROOT_ONLY = (CgroupsAsRoot,)
UNSUITABLE = () if has_capability(CAP_SYS_RESOURCE) else (OutOfMemory,)
