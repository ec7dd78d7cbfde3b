# SPDX-License-Identifier: MIT
"""What a payload can read and write."""

import os
import re
import shutil
import socket

from harness import MAPPED_ID, SandboxTest

OTHER_OWNER = 4321  # nobody's id, neither root's nor the mapped one


class Root(SandboxTest):
    def test_holds_only_what_was_put_there(self):
        out = self.shell("ls -A /; ls -A /..")

        self.assertEqual(out.split(), "bin dev lib lib64 proc tmp usr".split() * 2)

    def test_is_read_only(self):
        out = self.shell("for d in / /dev /usr /proc; do mkdir $d/made 2>&1 || true; done")

        self.assertEqual(out.count("Read-only file system"), 3)
        self.assertEqual(len(out.splitlines()), 4)

    def test_nothing_of_the_host_is_visible(self):
        paths = "/etc/shadow /etc/passwd /root /home /var /run /sys /boot /mnt /proc/sys /proc/kallsyms /proc/config.gz"
        paths += " /proc/meminfo /proc/kcore /proc/sysrq-trigger /proc/keys /proc/mounts /dev/tty /dev/kmsg /dev/pts"

        self.assertEqual(self.shell(f"for p in {paths}; do test ! -e $p || echo $p; done"), "")

    def test_the_host_s_processes_are_not_visible(self):
        out = self.shell("ls /proc").split()

        self.assertLessEqual(len([name for name in out if name.isdigit()]), 2)

    def test_roads_out_by_descriptor_and_dots_lead_nowhere(self):
        out = self.shell("cd /tmp; ls -A ../../../..; ls -A /proc/self/root/ /proc/self/cwd/.. /proc/$$/root/")

        self.assertNotIn("etc", out)
        self.assertEqual(out.split().count("usr"), 4)

    def test_every_mount_is_nosuid_and_only_device_nodes_are_devices(self):
        mounts = [line.split() for line in self.shell("cat /proc/self/mountinfo").splitlines()]

        for fields in mounts:
            options = fields[5].split(",")
            self.assertIn("nosuid", options, fields)
            if "nodev" not in options:
                self.assertRegex(fields[4], r"^/dev/(null|zero|full|random|urandom)$")
                self.assertIn("noexec", options)
        self.assertFalse(any(field.startswith(("shared:", "master:")) for fields in mounts for field in fields))

    def test_directories_and_links_are_made(self):
        out = self.shell("ls -ld /a/b/c; readlink /a/link", "--dir", "/a/b/c", "--symlink", "b/c", "/a/link")

        self.assertTrue(out.startswith("drwxr-xr-x"))
        self.assertTrue(out.endswith("\nb/c\n"))


class Binds(SandboxTest):
    def test_ro_bind_cannot_be_written(self):
        source = self.source("shared", mode=0o777)
        (source / "file").write_text("text")

        out = self.shell(
            "cat /data/file; (echo x >/data/file) 2>&1; mkdir /data/d 2>&1; rm -f /data/file 2>&1; true",
            *("--ro-bind", str(source), "/data"),
        )

        self.assertEqual(out.count("Read-only file system"), 3)
        self.assertTrue(out.startswith("text"))
        self.assertEqual((source / "file").read_text(), "text")

    def test_bind_is_writable_where_permissions_allow(self):
        source = self.source("shared", mode=0o777)

        self.shell("echo made >/data/file", "--bind", str(source), "/data")

        self.assertTrue((source / "file").exists())

    def test_files_are_bound_onto_files(self):
        script = self.folder / "script.sh"
        script.write_text("echo ran")
        script.chmod(0o644)

        self.assertEqual(self.shell(". /job/script.sh", "--ro-bind", str(script), "/job/script.sh"), "ran\n")

    def test_sources_are_followed_and_missing_ones_refused(self):
        os.symlink("/usr", self.folder / "link")
        gone = str(self.folder / "gone")

        self.assertIn("bin", self.shell("ls /other", "--ro-bind", str(self.folder / "link"), "/other"))
        self.assertEqual(self.shell("ls -d /other 2>&1 || true", "--ro-bind-try", gone, "/other")[:4], "ls: ")
        self.assert_refused("sources", f"cannot open '{gone}'", ["/bin/true"], "--ro-bind", gone, "/other")

    def test_order_decides(self):
        source = self.source("outer", mode=0o777)
        (source / "inner").mkdir()
        words = ["--bind", str(source), "/w", "--tmpfs", "/w/inner", "65536", "16"]

        self.shell("echo x >/w/inner/file; echo y >/w/file", *words)

        self.assertEqual(sorted(os.listdir(source)), ["file", "inner"])
        self.assertEqual(os.listdir(source / "inner"), [])

    def test_what_is_mounted_over_a_folder_gets_the_next_mount(self):
        for top in "/w", "/w/deep":
            with self.subTest(top):
                tmpfs = ["--tmpfs", top, "65536", "16"]
                words = ["--dir", f"{top}/under/before", *tmpfs, "--dir", f"{top}/under/after"]

                self.assertEqual(self.shell(f"ls {top}/under", *words), "after\n")

    def test_a_link_left_in_a_folder_cannot_redirect_a_mount(self):
        source = self.source("workspace", mode=0o777)
        os.symlink("/usr", source / "trap")

        for words in (["--ro-bind", "/etc", "/w/trap/x"], ["--tmpfs", "/w/trap", "65536", "16"], ["--dir", "/w/trap"]):
            self.assert_refused("mounts", "symbolic link", ["/bin/true"], "--bind", str(source), "/w", *words)

    def test_a_directory_does_not_go_on_a_file(self):
        source = self.source("workspace", mode=0o777)
        (source / "file").write_text("")

        self.assert_refused(
            "mounts", "/w/file", ["/bin/true"], *("--bind", str(source), "/w", "--ro-bind", "/usr", "/w/file")
        )

    def test_a_place_inside_a_read_only_mount_must_exist(self):
        self.assert_refused("mounts", "read-only mount", ["/bin/true"], "--tmpfs", "/usr/not-there", "65536", "16")

    def test_a_socket_of_the_host_can_be_handed_in(self):
        path = self.folder / "agent.sock"
        server = socket.socket(socket.AF_UNIX)
        self.addCleanup(server.close)
        server.bind(str(path))
        path.chmod(0o666)
        server.listen()

        out = self.python(
            "import socket; s = socket.socket(socket.AF_UNIX); s.connect('/run/agentos.sock'); print('connected')",
            *("--ro-bind", str(path), "/run/agentos.sock"),
        )

        self.assertEqual(out, "connected\n")


class OwnedSource(SandboxTest):
    SCRIPT = "umask 022; id -u; stat -c %u:%g . file; echo more >>file; echo new >made; mkdir -p d; stat -c %u made"

    def check(self, owner):
        source = self.source("workspace", owner, mode=0o700)
        (source / "file").write_text("")
        if owner is not None:
            os.chown(source / "file", owner, owner)

        out = self.shell(self.SCRIPT, "--own-bind", str(source), "/workspace", "--chdir", "/workspace")

        self.assertEqual(out.split(), ["1000", "1000:1000", "1000:1000", "1000"])
        self.assertEqual((source / "file").read_text(), "more\n")
        expected = os.geteuid() if owner is None else owner
        self.assertEqual([(source / name).stat().st_uid for name in ("made", "d")], [expected] * 2)


class OwnBinds(OwnedSource):
    def test_of_the_caller_s_is_the_inside_user_s(self):
        self.check(None)

    def test_read_only_cannot_be_written_but_is_owned(self):
        source = self.source("script", mode=0o700)

        out = self.shell("stat -c %u /s; touch /s/x 2>&1; chmod 777 /s 2>&1; true", "--own-ro-bind", str(source), "/s")

        self.assertTrue(out.startswith("1000\n"))
        self.assertEqual(out.count("Read-only file system"), 2)

    def test_set_id_files_cannot_be_left_on_the_host_s_disk(self):
        source = self.source("workspace", mode=0o700)

        out = self.python(
            "import os\n"
            "def attempt(f):\n"
            "    try: f(); print('done')\n"
            "    except PermissionError: print('refused')\n"
            "attempt(lambda: os.open('/w/a', os.O_CREAT | os.O_WRONLY, 0o4755))\n"
            "os.close(os.open('/w/b', os.O_CREAT | os.O_WRONLY, 0o755))\n"
            "attempt(lambda: os.chmod('/w/b', 0o4755)); attempt(lambda: os.chmod('/w/b', 0o2755))\n"
            "attempt(lambda: os.mknod('/w/c', 0o104755)); attempt(lambda: os.chmod('/w/b', 0o700))",
            *("--own-bind", str(source), "/w"),
        )

        self.assertEqual(out.split(), ["refused"] * 4 + ["done"])
        self.assertEqual([path.stat().st_mode & 0o6000 for path in source.iterdir()], [0])


class OwnBindsAsRoot(OwnedSource):
    def test_of_another_user_s_is_the_inside_user_s(self):
        self.check(OTHER_OWNER)

    def test_of_the_mapped_user_s_is_bound_plainly(self):
        self.check(MAPPED_ID)

    def test_the_id_mapping_is_reported(self):
        source = self.source("workspace", OTHER_OWNER)

        run = self.run_in(["/bin/true"], "--own-bind", str(source), "/w")

        self.assertIn(f"layer idmap applied uid {OTHER_OWNER} on disk is uid 1000 inside", run.records)

    def test_others_files_in_it_stay_others(self):
        source = self.source("workspace", OTHER_OWNER)
        (source / "secret").write_text("root's")
        (source / "secret").chmod(0o600)

        self.assertIn("Permission denied", self.shell("cat /w/secret 2>&1 || true", "--own-bind", str(source), "/w"))

    def test_sources_that_the_mapped_user_cannot_reach_are_bound(self):
        closed = self.source("closed", mode=0o700)
        (closed / "script").mkdir()
        (closed / "script" / "file").write_text("reached")

        self.assertEqual(self.shell("cat /s/file", "--ro-bind", str(closed / "script"), "/s"), "reached")

    def test_a_file_system_without_id_mapping_is_named_with_the_remedy(self):
        self.assert_refused(
            "sources",
            f"change its owner to {MAPPED_ID}:{MAPPED_ID}",
            ["/bin/true"],
            *("--own-bind", "/proc/self/fd", "/w"),
        )

    def test_what_is_only_read_is_bound_plainly_there(self):
        run = self.run_in(["/bin/true"], "--own-ro-bind", "/proc/self/fd", "/w")

        self.assertEqual(run.code, 0)
        self.assertIn("layer idmap unavailable not on the file system of '/proc/self/fd'", run.records)


class OwnBindsUnprivileged(SandboxTest):
    def test_of_somebody_else_is_refused_with_the_remedy(self):
        self.assert_refused("sources", "'/usr' does not belong to the user", ["/bin/true"], "--own-bind", "/usr", "/w")


class Bounds(SandboxTest):
    def test_tmpfs_holds_no_more_bytes_than_it_may(self):
        out = self.shell(
            "dd if=/dev/zero of=/small/file bs=4096 count=100 2>&1 || true; stat -c %s /small/file",
            *("--tmpfs", "/small", "65536", "64"),
        )

        self.assertIn("No space left on device", out)
        self.assertEqual(out.split()[-1], "65536")

    def test_tmpfs_holds_no_more_files_than_it_may(self):
        out = self.shell(
            "for i in $(seq 100); do touch /small/$i 2>/dev/null || break; done; ls /small | wc -l",
            *("--tmpfs", "/small", "65536", "16"),
        )

        self.assertEqual(out.strip(), "15")  # the root is the sixteenth

    def test_tmpfs_is_for_everybody_and_unlisted_files_stay_private(self):
        self.assertEqual(self.shell("stat -c %a /tmp; echo >/tmp/x; stat -c %a /tmp/x").split(), ["1777", "600"])

    def test_shared_memory_is_bounded(self):
        out = self.shell("dd if=/dev/zero of=/dev/shm/file bs=65536 count=100 2>&1 || true; stat -c %s /dev/shm/file")

        self.assertEqual(out.split()[-1], "1048576")

    def test_device_nodes_work(self):
        out = self.shell(
            "echo x >/dev/null; head -c 3 /dev/zero | wc -c; head -c 5 /dev/urandom | wc -c; "
            "dd if=/dev/zero of=/dev/full count=1 2>&1 || true"
        )

        self.assertEqual(out.split()[:2], ["3", "5"])
        self.assertIn("No space left", out)

    def test_standard_descriptors_can_be_opened_by_name(self):
        read, write = os.pipe()
        os.write(write, b"in ")
        os.close(write)

        run = self.run_in(["/bin/sh", "-c", "cat /dev/stdin; echo out >/dev/stdout; echo err >/dev/stderr"], stdin=read)

        os.close(read)
        self.assertEqual((run.out, run.errors), ("in out\n", "err\n"))


class Programs(SandboxTest):
    """What agents are made of must run with all of this."""

    def test_python_runs_children_pools_and_loops(self):
        out = self.python(
            "import asyncio, multiprocessing, subprocess, tempfile\n"
            "with multiprocessing.Pool(2) as pool: print(pool.map(abs, [-1]))\n"
            "async def child(): await (await asyncio.create_subprocess_exec('/bin/echo', 'async')).wait()\n"
            "asyncio.run(child()); tempfile.TemporaryFile().write(b'x')\n"
            "print(subprocess.run(['/bin/echo', 'run'], capture_output=True, text=True).stdout)"
        )

        self.assertEqual(sorted(out.split()), ["[1]", "async", "run"])

    def test_a_java_machine_runs_threads_and_children(self):
        java = os.path.realpath(shutil.which("java", path="/usr/bin:/usr/local/bin"))
        home = re.sub(r"/(jre/)?bin/java$", "", java)
        (self.folder / "Job.java").write_text(
            "public class Job { public static void main(String[] a) throws Exception {\n"
            '  Thread t = new Thread(() -> System.out.print("thread ")); t.start(); t.join();\n'
            '  System.out.print(new String(new ProcessBuilder("/bin/echo", "child").start()'
            ".getInputStream().readAllBytes())); } }\n"
        )
        words = [*("--ro-bind", home, home), *("--ro-bind", str(self.folder), "/job")]
        words += ["--ro-bind-try", "/etc/java-17-openjdk", "/etc/java-17-openjdk"]

        run = self.run_in([java, "-XX:TieredStopAtLevel=1", "/job/Job.java"], *words)

        self.assertEqual((run.out, run.code), ("thread child\n", 0), run.errors)

    def test_ordinary_work_on_files_gets_through(self):
        source = self.source("workspace", mode=0o700)

        out = self.shell(
            "cd /w; mkdir a b; echo x >a/f; mv a/f b/g; ln b/g h; ln -s h s; truncate -s 9 h; mkfifo p; "
            "rm -r a; ls; cat s | wc -c",
            "--own-bind",
            str(source),
            "/w",
        )

        self.assertEqual(out.split(), ["b", "h", "p", "s", "9"])


ROOT_ONLY = (OwnBindsAsRoot,)
UNPRIVILEGED_ONLY = (OwnBindsUnprivileged,)
