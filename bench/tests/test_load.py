# SPDX-License-Identifier: MIT
"""The load generator and the C server: what is counted was answered, and rightly."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import threading
import unittest
from collections.abc import Callable

from common.failure import BenchFailure
from common.idle import IdleConnections
from common.load import Shape, apply_load
from common.servers import EchoServer, Server

_HEADER_BYTES = 17


class WrongServer(Server):
    """Serves one connection in a thread, answering with what `answer` makes of each chunk of requests."""

    def __init__(self, folder: str, answer: Callable[[bytes], bytes]) -> None:
        self._answer = answer
        self._listener = socket.socket(socket.AF_UNIX)
        path = os.path.join(folder, "socket")
        self._listener.bind(path)
        self._listener.listen()
        process = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        super().__init__("wrong server", path, process)
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        peer, _ = self._listener.accept()
        with peer:
            while data := peer.recv(65536):
                answer = self._answer(data)
                if not answer:
                    return
                try:
                    peer.sendall(answer)
                except BrokenPipeError:
                    return

    def close(self) -> None:
        self._thread.join()
        self._listener.close()
        super().close()


class LoadTest(unittest.TestCase):
    def test_every_shape_is_answered_by_the_echo_server(self) -> None:
        with EchoServer() as echo:
            for shape in (Shape(1, 64, 1), Shape(8, 8, 16), Shape(64, 16384, 16), Shape(2, 1 << 20, 3)):
                with self.subTest(shape=shape):
                    outcome = apply_load(echo, shape, 20, 50)
                    self.assertGreater(outcome.per_second, 0)
                    self.assertGreaterEqual(outcome.p99, outcome.p50)

    def _refusal_of(self, answer: Callable[[bytes], bytes]) -> str:
        with tempfile.TemporaryDirectory() as folder, WrongServer(folder, answer) as server:
            with self.assertRaises(BenchFailure) as caught:
                apply_load(server, Shape(1, 64, 1), 50, 50)
            return str(caught.exception)

    def test_an_answer_of_another_size_is_refused(self) -> None:
        self.assertIn("answer 0 differs", self._refusal_of(lambda data: data[:9] + b"\x3f" + data[10:]))

    def test_an_answer_to_another_request_is_refused(self) -> None:
        first: list[bytes] = []

        def answer(data: bytes) -> bytes:
            first.append(data)
            return first[0]

        self.assertIn("answer 1 differs", self._refusal_of(answer))

    def test_a_changed_payload_is_refused(self) -> None:
        self.assertIn("payload of answer 0 differs", self._refusal_of(lambda data: data[:-1] + b"!"))

    def test_another_agent_id_is_accepted(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            with WrongServer(folder, lambda data: data[:4] + b"\x07\x00\x00\x00" + data[8:]) as server:
                self.assertGreater(apply_load(server, Shape(1, 64, 1), 20, 20).per_second, 0)

    def test_a_server_that_hangs_up_is_a_failure(self) -> None:
        self.assertIn("hung up", self._refusal_of(lambda _: b""))


class IdleConnectionsTest(unittest.TestCase):
    def test_all_are_accepted_before_it_returns(self) -> None:
        with EchoServer() as echo, IdleConnections(echo) as idle:
            idle.grow_to(300)
            # Its own three, standard input, epoll and the listener are the rest.
            self.assertGreaterEqual(len(os.listdir(f"/proc/{echo.pid}/fd")), 300)

    def test_a_server_that_hangs_up_is_a_failure(self) -> None:
        with tempfile.TemporaryDirectory() as folder, WrongServer(folder, lambda _: b"") as server:
            with self.assertRaisesRegex(BenchFailure, "hung up on connection 1"), IdleConnections(server) as idle:
                idle.grow_to(1)


class EchoServerTest(unittest.TestCase):
    def test_it_ends_with_its_standard_input(self) -> None:
        echo = EchoServer()
        echo.close()
        with self.assertRaisesRegex(BenchFailure, "ended with status 0"):
            echo.check_alive()

    def test_a_stream_that_is_no_frame_is_hung_up_on(self) -> None:
        with EchoServer() as echo, socket.socket(socket.AF_UNIX) as peer:
            peer.connect(echo.socket)
            peer.sendall(b"GET / HTTP/1.1\r\n\r\n")
            self.assertEqual(peer.recv(_HEADER_BYTES), b"")
