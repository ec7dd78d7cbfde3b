# SPDX-License-Identifier: MIT
"""Runs the behaviour suite, where this is root also as an unprivileged user: run.py BUILD-DIRECTORY [NAME...]."""

import importlib
import os
import shutil
import sys
import unittest

import harness

SUITES = ("isolation", "files", "given", "syscalls", "lifecycle", "options", "supervise", "join", "program", "chaos")
NOBODY = 65534


class Result(unittest.TextTestResult):
    """Counts what passed, and prints only what did not."""

    passed = 0

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1


def load(loader, module):
    """The tests of a module that are meant for the present user, with the capabilities that it has."""
    wrong = getattr(module, "UNPRIVILEGED_ONLY" if os.geteuid() == 0 else "ROOT_ONLY", ())
    wrong += getattr(module, "UNSUITABLE", ())
    classes = [value for value in vars(module).values() if isinstance(value, type) and value not in wrong]
    return unittest.TestSuite(
        loader.loadTestsFromTestCase(value)
        for value in classes
        if issubclass(value, unittest.TestCase) and value.__module__ == module.__name__
    )


def run_suites():
    """Runs everything as the present user; how many passed and failed."""
    loader = unittest.TestLoader()
    loader.testNamePatterns = [f"*{name}*" for name in sys.argv[2:]] or None
    tests = unittest.TestSuite(load(loader, importlib.import_module(f"test_{name}")) for name in SUITES)
    result = unittest.TextTestRunner(resultclass=Result, verbosity=0, stream=open(os.devnull, "w")).run(tests)
    identity = "root" if os.geteuid() == 0 else "unprivileged"
    for test, trace in result.failures + result.errors:
        print(f"FAIL as {identity}: {test}\n{trace}")
    return result.passed, len(result.failures) + len(result.errors)


def run_unprivileged():
    """The same in a process that has given up root, which must import the suites anew: they look at who they are."""
    read, write = os.pipe()
    if os.fork() == 0:
        os.close(read)
        os.set_inheritable(write, True)
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        suite = harness.PROGRAMS / "suite" / "run.py"
        words = [sys.executable, "-B", str(suite), str(harness.PROGRAMS), *sys.argv[2:], f"--counts-to={write}"]
        os.chdir("/")
        os.execv(sys.executable, words)
    os.close(write)
    with os.fdopen(read) as counts:
        text = counts.read()
    os.wait()
    return tuple(int(count) for count in text.split()) if text else (0, 1)


def main():
    counts_to = None
    if sys.argv[-1].startswith("--counts-to="):
        counts_to = int(sys.argv.pop().partition("=")[2])
    else:
        harness.install_programs()
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    passed, failed = run_suites()
    if counts_to is not None:
        os.write(counts_to, f"{passed} {failed}".encode())
        return
    if os.geteuid() == 0:
        more_passed, more_failed = run_unprivileged()
        passed, failed = passed + more_passed, failed + more_failed
    shutil.rmtree(harness.PROGRAMS)
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


main()
