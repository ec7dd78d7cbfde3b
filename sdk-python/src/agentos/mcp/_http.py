# SPDX-License-Identifier: MIT
"""Serving clients over streamable HTTP."""

from __future__ import annotations

import hmac
import socket
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn
from mcp.server.lowlevel import Server
from mcp.server.transport_security import TransportSecuritySettings

from ._limits import GOODBYE_SECONDS, REQUEST_BYTES, SESSIONS
from ._options import Misuse

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PATH = "/mcp"

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Unsafe(Misuse):
    """Nobody but this host's users may come without a token."""


def listen(host: str, port: int, token: str | None) -> socket.socket:
    """Open the port.

    Raises:
        Unsafe: other hosts could come, and there is no token.
        OSError: it cannot be opened.
    """
    if host not in _LOOPBACK and not token:
        raise Unsafe(f"{host} is reached from other hosts: set AGENTOS_MCP_TOKEN to the secret that clients must send")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle's algorithm off, which delays each answer by 40 ms, only where it is told that this is TCP.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except BaseException:
        listener.close()
        raise
    return listener


async def serve(server: Server[Any], listener: socket.socket, host: str, token: str | None) -> None:
    """Serve until a signal ends it."""
    app: App = server.streamable_http_app(
        streamable_http_path=_PATH,
        host=host,
        max_request_body_size=REQUEST_BYTES,
        max_sessions=SESSIONS,
        transport_security=_who_may_ask(host),
    )
    if token:
        app = _Guarded(app, token)
    port = listener.getsockname()[1]
    print(f"agentos-mcp: serving http://{_in_address(host)}:{port}{_PATH}", file=sys.stderr, flush=True)
    config = uvicorn.Config(
        app,
        http="h11",  # httptools leaves blanks at the end of a header's value, which the protocol wants taken off
        ws="none",
        lifespan="on",
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GOODBYE_SECONDS,
    )
    await uvicorn.Server(config).serve([listener])


def _who_may_ask(host: str) -> TransportSecuritySettings:
    """Only pages of this host may ask, and only by its name: a page from elsewhere could rebind its own name to it."""
    names = {*_LOOPBACK, host} - {"0.0.0.0", "::"}  # noqa: S104 - no names
    addresses = [f"{_in_address(name)}:*" for name in sorted(names)]
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=host in _LOOPBACK,
        allowed_hosts=addresses,
        allowed_origins=[f"http://{address}" for address in addresses],
    )


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class _Guarded:
    """Lets in who sends the token."""

    def __init__(self, app: App, token: str) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._knows(scope):
            await self._app(scope, receive, send)
            return
        headers = [(b"www-authenticate", b"Bearer"), (b"content-type", b"text/plain")]
        await send({"type": "http.response.start", "status": 401, "headers": headers})
        await send({"type": "http.response.body", "body": b"This server wants its token (AGENTOS_MCP_TOKEN).\n"})

    def _knows(self, scope: Scope) -> bool:
        given = dict(scope["headers"]).get(b"authorization", b"")
        return hmac.compare_digest(given, self._expected)
