# SPDX-License-Identifier: MIT
"""--join-fd: a second payload in a sandbox that runs already."""

import errno
import os
import signal

from harness import (
    NAMESPACES,
    SCOPED,
    Ended,
    SandboxTest,
    eventually,
    processes_in_pid_namespace,
    program,
)


class WithAgent(SandboxTest):
    """An agent that runs already, and how to join it."""

    def setUp(self):
        super().setUp()
        words = ["--ro-bind", program("attempts"), "/attempts", "--tmpfs", "/w", "1048576", "64"]
        self.agent = self.start(["/bin/sh", "-c", "echo agent >/w/file; echo ready; sleep 1000"], *words)
        self.payload, self.init = self.agent.started()
        self.assertEqual(self.agent.line(), "ready")
        self.pidfd = os.pidfd_open(self.init)
        self.addCleanup(os.close, self.pidfd)
        self.join = {"base": ["--join-fd", str(self.pidfd)], "pass_fds": [self.pidfd]}


class Joined(WithAgent):
    def test_sees_the_same_namespaces(self):
        out = self.shell("for n in user mnt pid net uts ipc cgroup; do readlink /proc/self/ns/$n; done", **self.join)

        self.assertEqual(out.split(), [os.readlink(f"/proc/{self.payload}/ns/{name}") for name in NAMESPACES])

    def test_sees_and_changes_the_same_files(self):
        self.assertEqual(self.shell("cat /w/file; echo joined >/w/made; ls /", **self.join).split()[0], "agent")
        self.assertEqual(self.shell("cat /w/made", **self.join), "joined\n")

    def test_is_the_same_user_without_capabilities(self):
        out = self.shell("id -u; grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status", **self.join).split()

        self.assertEqual(out[0], "1000")
        self.assertEqual(out[2:12:2], ["0" * 16] * 5)
        self.assertEqual(out[12::2], ["1", "2"])

    def test_is_confined_in_the_same_way(self):
        inside = self.agent_attempts()
        run = self.run_in(["/attempts"], **self.join)

        self.assertEqual(run.out, inside)

    def agent_attempts(self):
        return self.run_in(["/attempts"], "--ro-bind", program("attempts"), "/attempts").out

    def test_holds_no_descriptor_of_the_host_s(self):
        leak = os.open("/proc", os.O_RDONLY)
        self.addCleanup(os.close, leak)
        script = (
            "import os\n"
            "print([os.readlink(f'/proc/self/fd/{n}') for n in range(9) if os.path.exists(f'/proc/self/fd/{n}')])"
        )

        out = self.python(script, base=self.join["base"], pass_fds=[self.pidfd, leak])

        self.assertEqual(len(out.split(",")), 3)
        self.assertEqual(out.count("pipe:"), 2)

    def test_standard_descriptors_can_be_opened_by_name(self):
        run = self.run_in(["/bin/sh", "-c", "echo out >/dev/stdout; echo err >/dev/stderr"], **self.join)

        self.assertEqual((run.out, run.errors), ("out\n", "err\n"))

    def test_has_an_environment_directory_and_limits_of_its_own(self):
        out = self.shell(
            "echo $A; pwd; ulimit -n", "--setenv", "A", "b", "--chdir", "/w", "--rlimit", "nofile", "40", **self.join
        )

        self.assertEqual(out.split(), ["b", "/w", "40"])

    def test_codes_and_failures_are_told_as_usual(self):
        self.assertEqual(self.run_in(["/bin/sh", "-c", "exit 3"], **self.join).code, 3)
        self.assertEqual(self.run_in(["/bin/sh", "-c", "kill -9 $$"], **self.join).code, 137)
        self.assertEqual(self.run_in(["/not/there"], **self.join).code, 127)

    def check_end(self, end):
        """Ends a joined family that has left its session; the agent must live on."""
        script = "(setsid sh -c 'trap \"\" TERM; sleep 1000 & sleep 1000' &); echo ready; sleep 1000"
        link = os.readlink(f"/proc/{self.init}/ns/pid")
        eventually(lambda: len(processes_in_pid_namespace(link)) == 3, "pid 1, the agent and its child")
        agents = set(processes_in_pid_namespace(link))
        with self.start(["/bin/sh", "-c", script], **self.join) as run:
            self.joined, self.supervisor = run.started()
            self.assertEqual(run.line(), "ready")

            def family_pids():
                # The supervisor is added by number: only root may see which namespace it is in.
                return (set(processes_in_pid_namespace(link)) | {self.supervisor}) - agents

            eventually(lambda: len(family_pids()) == 6, "a supervisor, two shells and three sleeps")
            family = Ended(family_pids())
            end(run)
            family.wait()
            run.finish()
        self.assertEqual(set(processes_in_pid_namespace(link)), agents)
        return run.code

    def test_its_end_takes_its_own_orphans_along_and_not_the_agent(self):
        self.assertEqual(self.check_end(lambda _: os.kill(self.joined, signal.SIGTERM)), 128 + signal.SIGTERM)

    def test_byte_9_ends_it_and_not_the_agent(self):
        self.assertEqual(self.check_end(lambda run: run.send(9)), 128 + signal.SIGKILL)

    def test_the_end_of_the_control_descriptor_ends_it_and_not_the_agent(self):
        self.assertEqual(self.check_end(lambda run: run.close_control()), 128 + signal.SIGKILL)

    def test_the_helper_s_end_ends_it_and_not_the_agent(self):
        self.check_end(lambda run: run.process.kill())

    def test_ends_with_the_sandbox(self):
        with self.start(["/bin/sleep", "1000"], **self.join) as run:
            joined = Ended(run.started())
            self.agent.send(9)
            joined.wait()
            self.assertEqual(run.finish().code, 128 + signal.SIGKILL)

    def test_is_stopped_with_the_sandbox(self):
        link = os.readlink(f"/proc/{self.init}/ns/pid")
        with self.start(["/bin/sleep", "1000"], **self.join) as run:
            payload, _ = run.started()
            self.agent.send(19)
            stat = f"/proc/{payload}/stat"
            eventually(lambda: open(stat, encoding="utf-8").read().split(") ")[1][0] == "T", "stopped")
            self.agent.send(18)
            eventually(lambda: open(stat, encoding="utf-8").read().split(") ")[1][0] != "T", "continued")
        self.assertIn(self.payload, processes_in_pid_namespace(link))

    def test_a_sandbox_that_has_ended_is_refused(self):
        self.agent.send(9)
        self.agent.finish()

        self.assert_refused("join", "has ended", ["/bin/true"], **self.join)

    def test_what_is_no_pidfd_is_refused(self):
        other = os.open("/", os.O_RDONLY)
        self.addCleanup(os.close, other)

        self.assert_refused("join", "is not the pidfd", ["/bin/true"], base=["--join-fd", str(other)], pass_fds=[other])

    def test_a_process_that_is_no_sandbox_is_refused(self):
        own = os.pidfd_open(os.getpid())
        self.addCleanup(os.close, own)
        run = self.run_in(["/bin/true"], base=["--join-fd", str(own)], pass_fds=[own])

        self.assertEqual(run.code, 125)
        self.assertTrue(run.records[0].startswith("failed stage=join "), run.records)

    def test_mount_words_are_refused(self):
        self.assert_refused(
            "plan", "--tmpfs cannot be used together", ["/bin/true"], "--tmpfs", "/x", "4096", "9", **self.join
        )

    def test_an_id_that_is_not_mapped_is_refused(self):
        self.assert_refused("join", "does not map uid 5", ["/bin/true"], "--uid", "5", **self.join)


class JoinedAndScoped(WithAgent):
    """Where Landlock can scope signals."""

    def test_cannot_signal_the_agent_nor_its_own_supervisor(self):
        out = self.shell("for p in 1 2 $PPID; do kill -9 $p 2>&1; done; echo alive", **self.join)

        self.assertEqual(out.count("Operation not permitted"), 3)
        self.assertTrue(out.endswith("alive\n"))


class JoinedByAnother(SandboxTest):
    """Root starts the sandbox; nobody tries to get in."""

    def test_is_refused(self):
        agent = self.start(["/bin/sleep", "1000"])
        _, init = agent.started()
        pidfd = os.pidfd_open(init)
        self.addCleanup(os.close, pidfd)

        run = self.run_in(
            ["/bin/true"], base=["--join-fd", str(pidfd)], pass_fds=[pidfd], user=65534, group=65534, extra_groups=[]
        )

        self.assertEqual(run.code, 125)
        self.assertIn(f"failed stage=join errno={errno.EPERM} cannot enter the sandbox to join", run.records[0])


ROOT_ONLY = (JoinedByAnother,)
UNSUITABLE = () if SCOPED else (JoinedAndScoped,)
