# SPDX-License-Identifier: MIT
"""What a payload is, and what it can see of the host."""

import os
import socket
import stat

from harness import (
    IS_ROOT,
    LANDLOCK_ABI,
    LAYERS,
    MAPPED_ID,
    NAMESPACES,
    SANDBOX,
    SCOPED,
    Run,
    SandboxTest,
    careless_signals,
    status_field,
)


class Namespaces(SandboxTest):
    def test_each_is_new(self):
        inside = self.shell("for n in user mnt pid net uts ipc cgroup; do readlink /proc/self/ns/$n; done").split()

        for name, link in zip(NAMESPACES, inside, strict=True):
            self.assertTrue(link.startswith(name + ":"))
            self.assertNotEqual(link, os.readlink(f"/proc/self/ns/{name}"), name)

    def test_pid_one_is_the_helper_s_and_hidden(self):
        seen = self.shell("echo $$; ls /proc; test ! -e /proc/1").split()

        self.assertNotEqual(seen[0], "1")
        self.assertEqual([name for name in seen[1:] if name == "1"], [])

    def test_host_name_is_its_own(self):
        self.assertEqual(self.shell("cat /proc/self/comm; uname -n", "--hostname", "worker-3").split()[1], "worker-3")
        self.assertEqual(self.shell("uname -n").strip(), "agent")

    def test_network_is_a_loopback_that_works_and_nothing_else(self):
        out = self.python(
            "import socket; print([name for _, name in enumerate(open('/proc/self/net/dev'))][2:])\n"
            "a = socket.create_server(('127.0.0.1', 0)); socket.create_connection(a.getsockname()); print('connected')"
        )

        self.assertEqual(out.count(":"), 1)
        self.assertIn("lo:", out)
        self.assertIn("connected", out)

    def test_the_host_s_ports_cannot_be_reached(self):
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        port = server.getsockname()[1]
        attempt = f"import socket; print(socket.socket().connect_ex(('127.0.0.1', {port})))"

        self.assertNotEqual(self.python(attempt), "0\n")
        self.assertEqual(self.python(attempt, "--share-net"), "0\n")

    def test_a_listener_in_it_is_handed_out(self):
        ours, theirs = socket.socketpair()
        attempt = "import socket; s = socket.create_connection(('127.0.0.1', 3128)); s.send(b'x'); print(s.recv(9))"
        words = ("--listen", "3128", str(theirs.fileno()))
        with self.start(["/usr/bin/python3", "-c", attempt], *words, pass_fds=[theirs.fileno()]) as run:
            theirs.close()
            run.started()
            _, fds, _, _ = socket.recv_fds(ours, 1, 1)
            with socket.socket(fileno=fds[0]) as listener:
                listener.setblocking(True)
                with listener.accept()[0] as inside:
                    self.assertEqual(inside.recv(9), b"x")
                    inside.send(b"hello")
            self.assertEqual(ours.recv(1), b"", "somebody inside kept the socket")
            self.assertEqual(run.line(), "b'hello'")
        ours.close()

    def test_listeners_are_handed_out_in_the_order_of_the_plan(self):
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        to = str(theirs.fileno())
        words = ("--listen", "3129", to, "--listen", "3128", to)
        run = self.run_in(["/bin/true"], *words, pass_fds=[theirs.fileno()])
        theirs.close()

        self.assertEqual(run.code, 0)
        for port in (3129, 3128):
            _, fds, _, _ = socket.recv_fds(ours, 1, 1)
            with socket.socket(fileno=fds[0]) as listener:
                self.assertEqual(listener.getsockname(), ("127.0.0.1", port))

    def test_a_datagram_socket_in_it_is_handed_out(self):
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        ask = "import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.sendto(b'x', ('127.0.0.1', 53)); print(s.recv(9))"
        words = ("--listen-udp", "53", str(theirs.fileno()), "--listen", "53", str(theirs.fileno()))
        with self.start(["/usr/bin/python3", "-c", ask], *words, pass_fds=[theirs.fileno()]) as run:
            theirs.close()
            run.started()
            _, fds, _, _ = socket.recv_fds(ours, 1, 1)
            with socket.socket(fileno=fds[0]) as served:
                self.assertEqual(served.getsockname(), ("127.0.0.1", 53))
                served.setblocking(True)
                asked, peer = served.recvfrom(9)
                served.sendto(asked + b"!", peer)
            self.assertEqual(run.line(), "b'x!'")
            os.close(socket.recv_fds(ours, 1, 1)[1][0])

    def test_a_port_is_listened_on_once(self):
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(theirs.close)
        words = ("--listen", "80", str(theirs.fileno())) * 2

        self.assert_refused("listener", "port 80", ["/bin/true"], *words, pass_fds=[theirs.fileno()])

    def test_a_listener_stays_out_of_the_payload_s_hands(self):
        ours, theirs = socket.socketpair()
        self.addCleanup(ours.close)
        attempt = "import os, socket; print(len(os.listdir('/proc/self/fd'))); socket.create_server(('127.0.0.1', 3128))"
        words = ("--listen", "3128", str(theirs.fileno()))
        run = self.run_in(["/usr/bin/python3", "-c", attempt], *words, pass_fds=[theirs.fileno()])
        theirs.close()

        self.assertEqual(run.out, "4\n")
        self.assertIn("in use", run.errors)

    def test_a_listener_needs_a_socket_to_go_to_and_a_network_of_its_own(self):
        read, write = os.pipe()
        self.addCleanup(os.close, read)
        self.addCleanup(os.close, write)
        words = ("--listen", "80", str(write))

        self.assert_refused("listener", "must be a Unix socket", ["/bin/true"], *words, pass_fds=[write])
        self.assert_refused("plan", "exclude each other", ["/bin/true"], *words, "--share-net", pass_fds=[write])

    def test_cgroup_namespace_shows_its_own_root(self):
        self.assertIn("0::/\n", self.shell("cat /proc/self/cgroup"))


class Identity(SandboxTest):
    def test_is_uid_1000_inside_and_the_mapped_or_own_one_outside(self):
        with self.start(["/bin/sleep", "1000"]) as run:
            payload, init = run.started()
            outside = MAPPED_ID if IS_ROOT else os.geteuid()

            self.assertEqual(status_field(payload, "Uid").split(), [str(outside)] * 4)
            self.assertEqual(status_field(init, "Gid").split(), [str(outside)] * 4)
        self.assertEqual(self.shell("id -u; id -g; id -G").split(), ["1000"] * 3)

    def test_can_be_chosen(self):
        self.assertEqual(self.shell("id -u; id -g", "--uid", "7", "--gid", "8").split(), ["7", "8"])

    def test_uid_0_inside_has_no_capability_either(self):
        out = self.shell("id -u; grep -E ^Cap /proc/self/status", "--uid", "0", "--gid", "0").split()

        self.assertEqual(out[0], "0")
        self.assertEqual(set(out[2::2]), {"0" * 16})

    def test_only_one_id_is_mapped(self):
        self.assertEqual(len(self.shell("cat /proc/self/uid_map /proc/self/gid_map").splitlines()), 2)
        self.assertEqual(self.shell("cat /proc/self/setgroups"), "deny\n")


class Privileges(SandboxTest):
    def test_capability_sets_are_empty_and_cannot_be_filled(self):
        out = self.shell("grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status").split()

        self.assertEqual(
            dict(zip(out[::2], out[1::2], strict=True)),
            {f"Cap{name}:": "0" * 16 for name in ("Inh", "Prm", "Eff", "Bnd", "Amb")}
            | {"NoNewPrivs:": "1", "Seccomp:": "2"},
        )

    def test_pid_one_is_confined_too(self):
        with self.start(["/bin/sleep", "1000"]) as run:
            _, init = run.started()

            self.assertEqual(status_field(init, "CapEff"), "0" * 16)
            self.assertEqual(status_field(init, "CapBnd"), "0" * 16)
            self.assertEqual(status_field(init, "NoNewPrivs"), "1")
            self.assertEqual(status_field(init, "Seccomp"), "2")

    def test_pid_one_holds_nothing_that_leads_outside(self):
        with self.start(["/bin/sleep", "1000"]) as run:
            _, init = run.started()
            links = sorted(os.readlink(f"/proc/{init}/fd/{fd}") for fd in os.listdir(f"/proc/{init}/fd"))

            self.assertEqual(links[:5], ["/dev/null"] * 4 + ["anon_inode:[signalfd]"])
            self.assertEqual([link.split(":")[0] for link in links[5:]], ["socket"])
            self.assertEqual(os.readlink(f"/proc/{init}/root"), "/")

    def test_pid_one_cannot_be_signalled_or_looked_into(self):
        out = self.python(
            "import os\n"
            "for attempt in (lambda: os.kill(1, 9), lambda: os.kill(1, 15), lambda: os.listdir('/proc/1'),\n"
            "                lambda: open('/proc/1/environ'), lambda: open('/proc/1/mem')):\n"
            "    try: attempt(); print('done')\n"
            "    except OSError as e: print(type(e).__name__)"
        ).split()

        self.assertEqual(out[2:], ["FileNotFoundError"] * 3)
        # Without a scope the signals are sent, and pid 1 ignores them: the script went on.
        self.assertEqual(out[:2], ["PermissionError" if SCOPED else "done"] * 2)

    def test_layers_are_all_reported_before_the_start(self):
        run = self.run_in(["/bin/true"])
        layers = [record.split() for record in run.records if record.startswith("layer ")]

        self.assertEqual([layer[1] for layer in layers], LAYERS)
        applied = {layer[1] for layer in layers if layer[2] == "applied"}
        self.assertEqual(set(LAYERS) - applied, {"cgroup", "idmap"} | (set() if LANDLOCK_ABI else {"landlock"}))
        self.assertTrue(run.records[len(LAYERS)].startswith("started pid="))
        self.assertTrue(run.records[len(LAYERS) + 1].startswith("ended code=0 signal=0 utime_us="))
        self.assertEqual(len(run.records), len(LAYERS) + 2)


class Inheritance(SandboxTest):
    def test_descriptors_are_the_first_three_only(self):
        leaks = [os.open(path, os.O_RDONLY) for path in ("/", "/etc/hostname", "/proc")]
        self.addCleanup(lambda: [os.close(fd) for fd in leaks])

        out = self.python("import os; print(sorted(map(int, os.listdir('/proc/self/fd'))))", pass_fds=leaks)

        self.assertEqual(out, "[0, 1, 2, 3]\n")  # 3 is the listing itself

    def test_closed_standard_descriptors_become_null(self):
        run = Run(SANDBOX, ["/bin/sh", "-c", "readlink /proc/self/fd/0"], preexec_fn=lambda: os.close(0))
        self.addCleanup(run.__exit__)

        self.assertEqual(run.finish().out, "/dev/null\n")

    def test_environment_is_what_the_plan_says(self):
        out = self.run_in(["/usr/bin/env"], "--setenv", "A", "1 2", "--setenv", "B", "").out

        self.assertEqual(sorted(out.splitlines()), ["A=1 2", "B="])
        self.assertEqual(self.run_in(["/usr/bin/env"]).out, "")

    def test_signals_start_at_their_defaults(self):
        out = self.run_in(["/bin/cat", "/proc/self/status"], preexec_fn=careless_signals).out

        for name in ("SigBlk", "SigIgn", "SigCgt", "SigPnd"):
            self.assertIn(f"{name}:\t{'0' * 16}\n", out)

    def test_session_directory_and_umask_are_its_own(self):
        out = self.python(
            "import os; print(os.getsid(0) == os.getpid() == os.getpgid(0), os.getcwd(), oct(os.umask(0)))\n"
            "try: os.open('/dev/tty', os.O_RDWR)\n"
            "except OSError as e: print(type(e).__name__)"
        )

        self.assertEqual(out.split(), ["True", "/", "0o77", "FileNotFoundError"])

    def test_standard_descriptors_are_handed_on_as_they_are(self):
        read, write = os.pipe()
        os.write(write, b"typed in")
        os.close(write)

        self.assertEqual(self.run_in(["/bin/cat"], stdin=read).out, "typed in")
        os.close(read)

    def test_device_nodes_are_the_harmless_five(self):
        out = self.python(
            "import os, stat\n"
            "for name in sorted(os.listdir('/dev')): print(name, oct(stat.S_IFMT(os.lstat('/dev/' + name).st_mode)))"
        ).split()
        kinds = dict(zip(out[::2], out[1::2], strict=True))

        devices = {name for name, kind in kinds.items() if kind == oct(stat.S_IFCHR)}
        self.assertEqual(devices, {"null", "zero", "full", "random", "urandom"})
        self.assertEqual(set(kinds) - devices, {"fd", "stdin", "stdout", "stderr", "shm"})
