# SPDX-License-Identifier: MIT
"""--supervise-only: no sandbox, but never a process left behind."""

import os
import signal

from harness import (
    LAYERS,
    Ended,
    SandboxTest,
    all_stopped,
    careless_signals,
    eventually,
    processes_with_argument,
    status_field,
)

BASE = ["--supervise-only"]
NOBODY = 65534


class Supervised(SandboxTest):
    def start(self, command, *words, **options):
        return super().start(command, *words, base=options.pop("base", BASE), **options)

    def family(self, mark):
        """Host pids of a payload's family of six, once it is complete."""
        eventually(lambda: len(processes_with_argument(mark)) >= 6, "a family of six")
        return processes_with_argument(mark)

    def escape_script(self):
        """A payload whose children leave their session, are double forked and ignore every signal that can be ignored;
        the mark is an argument that all of them carry."""
        mark = f"mark-{os.getpid()}-{id(self)}"
        child = f"trap '' HUP TERM INT; while :; do sleep 0.05; done' {mark}"
        script = f"for i in 1 2 3 4 5; do (setsid sh -c '{child} &) ; done; echo ready; while :; do sleep 0.05; done"
        return ["/bin/sh", "-c", script, mark], mark

    def check_end(self, end, code=None):
        command, mark = self.escape_script()
        with self.start(command) as run:
            self.payload, self.init = run.started()
            self.assertEqual(run.line(), "ready")
            family = Ended([*self.family(mark), self.init])
            end(run)
            family.wait()
            run.finish()
            if code is not None:
                self.assertEqual(run.code, code)
            self.assertEqual(processes_with_argument(mark), [])
        return run

    def test_the_payload_s_end_ends_everything(self):
        run = self.check_end(lambda _: os.kill(self.payload, signal.SIGUSR1), 128 + signal.SIGUSR1)

        self.assertTrue(run.records[-1].startswith("ended code=138 signal=10 "))

    def test_byte_9_ends_everything(self):
        self.check_end(lambda run: run.send(9), 128 + signal.SIGKILL)

    def test_the_end_of_the_control_descriptor_ends_everything(self):
        self.check_end(lambda run: run.close_control(), 128 + signal.SIGKILL)

    def test_the_helper_s_end_ends_everything(self):
        self.check_end(lambda run: run.process.kill())

    def test_the_inner_supervisor_s_end_ends_everything(self):
        self.check_end(lambda _: os.kill(self.init, signal.SIGKILL), 128 + signal.SIGKILL)

    def test_a_stopped_inner_supervisor_cannot_delay_the_end(self):
        def stop_and_kill(run):
            os.kill(self.init, signal.SIGSTOP)
            run.send(9)

        self.check_end(stop_and_kill)

    def test_stop_and_continue_reach_the_whole_tree(self):
        command, mark = self.escape_script()
        with self.start(command) as run:
            payload, _ = run.started()
            self.family(mark)
            run.send(19)
            eventually(lambda: all_stopped(processes_with_argument(mark)), "all stopped")
            run.send(18)
            eventually(lambda: status_field(payload, "State")[0] != "T", "continued")

    def test_codes_signals_and_exec_failures_are_told_as_usual(self):
        self.assertEqual(self.run_in(["/bin/sh", "-c", "exit 3"]).code, 3)
        self.assertEqual(self.run_in(["/bin/sh", "-c", "kill -9 $$"]).code, 137)
        self.assertEqual(self.run_in(["/not/there"]).code, 127)
        self.assertEqual(self.run_in(["/usr"]).code, 126)

    def test_sigterm_reaches_the_payload(self):
        with self.start(["/bin/sleep", "1000"]) as run:
            run.started()
            run.process.terminate()
            self.assertEqual(run.finish().code, 128 + signal.SIGTERM)

    def test_nothing_is_inherited(self):
        leak = os.open("/", os.O_RDONLY)
        self.addCleanup(os.close, leak)
        script = (
            "import os; print(sorted(map(int, os.listdir('/proc/self/fd'))), dict(os.environ), os.getcwd(),\n"
            "os.getsid(0) == os.getpid(), oct(os.umask(0)))"
        )

        out = self.python(script, pass_fds=[leak], preexec_fn=careless_signals)

        self.assertEqual(out, "[0, 1, 2, 3] {'LC_CTYPE': 'C.UTF-8'} / True 0o77\n")

    def test_limits_hold(self):
        self.assertEqual(self.shell("ulimit -n; ulimit -c", "--rlimit", "nofile", "50").split(), ["50", "0"])

    def test_layers_are_reported_as_off(self):
        layers = [record.split() for record in self.run_in(["/bin/true"]).records if record.startswith("layer ")]

        self.assertEqual([layer[1] for layer in layers], LAYERS)
        self.assertEqual({layer[1] for layer in layers if layer[2] != "off"}, {"rlimits"})

    def test_the_user_stays_unless_another_is_asked_for(self):
        self.assertEqual(self.shell("id -u"), f"{os.geteuid()}\n")


class RunAs(SandboxTest):
    def test_becomes_the_user_without_groups_or_capabilities(self):
        words = [*BASE, "--run-as", str(NOBODY), str(NOBODY)]

        out = self.shell("id -u; id -g; id -G; grep CapEff /proc/self/status", base=words, extra_groups=[4, 5])

        self.assertEqual(out.split(), [str(NOBODY)] * 3 + ["CapEff:", "0" * 16])

    def test_cannot_touch_its_supervisors(self):
        words = [*BASE, "--run-as", str(NOBODY), str(NOBODY)]
        script = "for p in $PPID 1; do kill -9 $p 2>&1; done; echo alive"

        self.assertEqual(self.shell(script, base=words).count("Operation not permitted"), 2)


ROOT_ONLY = (RunAs,)
