# SPDX-License-Identifier: MIT
"""What programs in a sandbox go to: a site on this machine, plain and over TLS, that is also a package index."""

from __future__ import annotations

import base64
import hashlib
import http.server
import io
import ssl
import threading
import zipfile
from pathlib import Path

import trustme

NAME = "localhost"
PACKAGE = "agentos_egress_sample"
WHEEL = f"{PACKAGE}-1.0-py3-none-any.whl"


def _wheel() -> bytes:
    """A package with one module, as pip wants it."""
    files = {
        f"{PACKAGE}.py": "GREETING = 'installed through the proxy'\n",
        f"{PACKAGE}-1.0.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: 1.0\n",
        f"{PACKAGE}-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = f"{PACKAGE}-1.0.dist-info/RECORD"
    lines = [
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip('=')},{len(text)}"
        for name, text in files.items()
    ]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in {**files, record: "\n".join([*lines, f"{record},,", ""])}.items():
            archive.writestr(name, text)
    return packed.getvalue()


_PAGES = {
    "/hello": b"hello from outside",
    f"/simple/{PACKAGE.replace('_', '-')}/": f'<a href="/files/{WHEEL}">{WHEEL}</a>'.encode(),
    f"/files/{WHEEL}": _wheel(),
}


class Site(http.server.ThreadingHTTPServer):
    """Serves until it is closed, and notes who asked for what."""

    daemon_threads = True

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.scheme = "http"
        if context is not None:
            self.scheme = "https"
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """By its name, which the rules name too."""
        return f"{self.scheme}://{NAME}:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Who does not trust our certificate says so by hanging up."""


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        page = _PAGES.get(self.path)
        self.send_response(200 if page is not None else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page or b"")))
        self.end_headers()
        self.wfile.write(page or b"")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: `asked` tells."""


class Authority:
    """A certificate authority of the tests' own."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        self.file = folder / "authority.pem"
        authority.cert_pem.write_to_path(str(self.file))
        self.file.chmod(0o644)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(NAME).configure_cert(self.context)
