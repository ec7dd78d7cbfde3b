# SPDX-License-Identifier: MIT
"""The helper's own program file, which its payload's user must not get hold of."""

import os
import shutil

import harness
from harness import LANDLOCK_ABI, SYSTEM, Run, SandboxTest, program


class OwnedByTheUser(SandboxTest):
    """The helper belongs to the user who starts it, as in an installation of that user's own."""

    def setUp(self):
        super().setUp()
        self.helper = self.folder / "agentos-sandbox"
        shutil.copy(program("agentos-sandbox"), self.helper)

    def start_own(self, *words):
        original, harness.program = harness.program, lambda _: str(self.helper)
        try:
            run = Run([*SYSTEM, *words], ["/bin/sleep", "1000"])
        finally:
            harness.program = original
        self.addCleanup(run.__exit__)
        run.started()
        return run

    def test_it_runs_from_a_sealed_copy_where_landlock_does_not_keep_its_payload_off(self):
        run = self.start_own("--landlock", "none")
        path = f"/proc/{run.process.pid}/exe"

        self.assertTrue(os.readlink(path).startswith("/memfd:agentos-sandbox"))
        with self.assertRaises(OSError):
            os.truncate(path, 0)
        os.chmod(path, 0o700)
        self.assertEqual(self.helper.stat().st_mode & 0o777, 0o755)

    def test_it_runs_from_its_file_where_landlock_does(self):
        run = self.start_own()
        link = os.readlink(f"/proc/{run.process.pid}/exe")

        self.assertEqual(link == str(self.helper), LANDLOCK_ABI > 0, link)


class OwnedByRoot(SandboxTest):
    def test_it_runs_from_its_file(self):
        with self.start(["/bin/sleep", "1000"], "--landlock", "none") as run:
            run.started()
            self.assertEqual(os.readlink(f"/proc/{run.process.pid}/exe"), program("agentos-sandbox"))

    def test_a_payload_cannot_have_it_run_inside_where_there_is_landlock(self):
        script = self.folder / "starter"
        script.write_text("#!/proc/self/exe --version\n")
        script.chmod(0o755)
        run = self.run_in(["/starter"], "--ro-bind", str(script), "/starter")

        self.assertEqual(run.out, "" if LANDLOCK_ABI else "agentos-sandbox 0.1.0\n")


UNPRIVILEGED_ONLY = (OwnedByTheUser,)
ROOT_ONLY = (OwnedByRoot,)
