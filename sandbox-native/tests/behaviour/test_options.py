# SPDX-License-Identifier: MIT
"""Plans that are refused, limits, and what the program says about itself."""

import os
import re
import resource
import subprocess

from harness import (
    CAP_SYS_RESOURCE,
    DEADLINE_SECONDS,
    IDENTITY,
    IS_ROOT,
    SANDBOX,
    SandboxTest,
    has_capability,
    program,
)


def run_plain(*arguments, **options):
    return subprocess.run(
        [program("agentos-sandbox"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=DEADLINE_SECONDS,
        **options,
    )


def run_plan(data):
    """Hands the bytes over as a plan; only the end of the pipe that is read stays open in the helper."""
    read, write = os.pipe()
    helper = subprocess.Popen(
        [program("agentos-sandbox"), "--plan-fd", str(read)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        pass_fds=[read],
    )
    os.close(read)
    try:
        with os.fdopen(write, "wb") as pipe:
            pipe.write(data)
    except BrokenPipeError:
        pass  # it has refused already
    out, errors = helper.communicate(timeout=DEADLINE_SECONDS)
    return helper.returncode, out, errors


def encode(words):
    return b"".join(word.encode() + b"\0" for word in words)


class Plans(SandboxTest):
    def test_words_from_a_descriptor_do_the_same(self):
        self.assertEqual(run_plan(encode([*SANDBOX, "--", "/bin/echo", "a b", ""])), (0, "a b \n", ""))

    def test_hostile_ones_are_refused(self):
        valid = encode([*SANDBOX, "/bin/echo"])
        for name, data, reason in (
            ("empty", b"", "the plan is empty"),
            ("cut short", valid[:-1], "cut short"),
            ("too many words", b"x\0" * 5000, "5000 words"),
            ("too long", b"x" * (1 << 20) + b"\0", "longer than 1048576 bytes"),
            ("unknown word", encode(["--privileged", *SANDBOX, "/bin/echo"]), "'--privileged' is not an option"),
            ("noise", b"-" + bytes(range(1, 255)) + b"\0", "is not an option"),
            ("no command", encode(SANDBOX), "no command is given"),
        ):
            with self.subTest(name):
                code, out, errors = run_plan(data)
                self.assertEqual((code, out), (125, ""))
                self.assertIn(reason, errors)

    def test_a_refusal_reaches_the_status_descriptor_named_after_the_mistake(self):
        self.assert_refused("plan", "'--no-such' is not an option", ["/bin/true"], "--no-such")

    def test_plan_fd_stands_alone(self):
        self.assertIn("must be all there is", run_plain("--plan-fd", "0", "true").stderr)
        self.assertIn("not a descriptor from 3 up", run_plain("--plan-fd", "0").stderr)
        self.assertIn("cannot read the plan", run_plain("--plan-fd", "77").stderr)

    def test_host_uid_0_is_never_mapped(self):
        self.assert_refused("plan", "from 1 to", ["/bin/true"], "--map-uid", "0", "--map-gid", "1", base=[])

    def test_identity_must_fit_the_caller(self):
        if IS_ROOT:
            self.assert_refused("plan", "host uid 0 is never mapped", ["/bin/true"], base=[])
        else:
            mapped = ["--map-uid", "5", "--map-gid", "5"]
            self.assert_refused("plan", "only root can map other ids", ["/bin/true"], base=mapped)
            self.assert_refused(
                "plan", "only root can become", ["/bin/true"], base=["--supervise-only", "--run-as", "1", "1"]
            )


class Limits(SandboxTest):
    def limits(self, *words, **options):
        text = self.shell("cat /proc/self/limits", *words, **options)
        return {
            match[1].strip(): (match[2], match[3])
            for match in re.finditer(r"^(Max [a-z -]+?)  +(\S+) +(\S+)", text, re.MULTILINE)
        }

    def test_defaults_are_the_documented_ones(self):
        limits = self.limits()

        self.assertEqual(limits["Max core file size"], ("1", "1"))
        self.assertEqual(limits["Max locked memory"], ("65536", "65536"))
        self.assertEqual(limits["Max realtime priority"], ("0", "0"))
        self.assertEqual(limits["Max nice priority"], ("0", "0"))

    def test_open_files_are_reset_when_the_caller_has_raised_them(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        limits = self.limits(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard)))

        self.assertEqual(limits["Max open files"], (str(min(1024, hard)), str(hard)))
        self.assertLessEqual(soft, hard)

    def test_each_can_be_set(self):
        words, expected = [], {}
        for name, label, value in (
            ("as", "Max address space", 1 << 34),
            ("core", "Max core file size", 1 << 20),
            ("cpu", "Max cpu time", 77),
            ("data", "Max data size", 1 << 33),
            ("fsize", "Max file size", 1 << 22),
            ("memlock", "Max locked memory", 4096),
            ("nofile", "Max open files", 99),
            ("nproc", "Max processes", 55),
            ("rtprio", "Max realtime priority", 0),
            ("stack", "Max stack size", 1 << 22),
        ):
            words += ["--rlimit", name, str(value)]
            expected[label] = (str(value), str(value))

        limits = self.limits(*words)

        self.assertEqual({label: limits[label] for label in expected}, expected)

    def test_processes_are_counted_for_this_sandbox_alone(self):
        script = "for i in 1 2 3 4 5 6 7 8; do sleep 9 & echo $i; done"

        run = self.run_in(["/bin/sh", "-c", script], "--rlimit", "nproc", "5")

        self.assertIn("Cannot fork", run.errors)
        self.assertEqual(run.out.split(), ["1", "2", "3"])  # pid 1 and the shell count too

    def test_more_than_the_caller_has_needs_privilege(self):
        def lower():
            resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))

        words = ["--rlimit", "fsize", str(1 << 30)]
        if has_capability(CAP_SYS_RESOURCE):
            self.assertEqual(self.limits(*words, preexec_fn=lower)["Max file size"], (str(1 << 30),) * 2)
        else:
            self.assert_refused(
                "rlimits", "only CAP_SYS_RESOURCE may raise it", ["/bin/true"], *words, preexec_fn=lower
            )


class Itself(SandboxTest):
    def test_help_and_version_tell(self):
        self.assertRegex(run_plain("--version").stdout, r"^agentos-sandbox \d+\.\d+\.\d+\n$")
        text = run_plain("--help").stdout
        for section in ("NAME", "SYNOPSIS", "DESCRIPTION", "EXAMPLE", "EXIT STATUS", "SEE ALSO"):
            self.assertIn(f"\n{section}\n", f"\n{text}")

    def test_help_names_every_option(self):
        source = os.path.join(os.path.dirname(__file__), "../../src/options.c")
        if os.access(source, os.R_OK):
            with open(source, encoding="utf-8") as file:
                names = set(re.findall(r'^ +\{"(--[a-z-]+)", \d', file.read(), re.MULTILINE))
            documented = set(re.findall(r"--[a-z]+(?:-[a-z]+)*", run_plain("--help").stdout))
            self.assertEqual(names - documented, set())
            self.assertEqual(documented - names, {"--help", "--version", "--probe", "--plan-fd"})
            self.assertGreater(len(names), 25)

    def test_the_help_s_example_works(self):
        example = re.search(r"^EXAMPLE\n(.*?)\n\n", run_plain("--help").stdout, re.DOTALL | re.MULTILINE)[1]
        words = [program("agentos-sandbox"), *IDENTITY]
        script = example.replace("agentos-sandbox", " ".join(words), 1)

        done = subprocess.run(["/bin/sh", "-c", script], cwd=self.folder, capture_output=True, text=True, check=False)

        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("NoNewPrivs:\t1", done.stdout)

    def test_probe_tries_every_layer(self):
        done = run_plain("--probe")
        lines = [line.split(maxsplit=2) for line in done.stdout.splitlines()]

        self.assertEqual(
            [line[0] for line in lines],
            "user mount pid net uts ipc cgroup-ns clone-into-cgroup seccomp landlock idmap proc-subset pidfd".split(),
        )
        self.assertEqual(done.returncode, 0, done.stdout)
        optional = {"clone-into-cgroup", "landlock", "idmap"}
        self.assertEqual({line[0] for line in lines if line[1] == "no"} - optional, set())
        if not IS_ROOT:
            self.assertIn(["idmap", "no"], [line[:2] for line in lines])

    def test_probe_fails_where_namespaces_cannot_be_made(self):
        done = self.run_in([program("agentos-sandbox"), "--probe"], "--ro-bind", program(""), program(""))

        self.assertEqual(done.code, 1)
        self.assertIn("user no a container's seccomp filter", done.out)

    def test_a_sandbox_cannot_be_made_inside_one(self):
        inner = [program("agentos-sandbox"), "--ro-bind", "/usr", "/usr", "true"]

        done = self.run_in(inner, "--ro-bind", program(""), program(""))

        self.assertEqual(done.code, 125)
        self.assertIn("agentos-sandbox: clone: cannot make the sandbox's namespaces", done.errors)
