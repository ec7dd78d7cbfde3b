# SPDX-License-Identifier: MIT
"""Programs as agents with the kernel's proxy, and what they go to."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from inside import Run
from kernel.daemon import Daemon
from servers import NAME, Authority, Site

from agentos import AgentOSClient

_END_SECONDS = 120
_numbers = itertools.count(1)

# By which variables the clients are told whom to trust.
_TRUST = ("SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "PIP_CERT", "NODE_EXTRA_CA_CERTS", "GIT_SSL_CAINFO")


@pytest.fixture(scope="session")
def operator() -> Iterator[AgentOSClient]:
    """Of a kernel."""
    with Daemon() as daemon, AgentOSClient(daemon.socket) as client:
        yield client


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Whom the TLS site's certificate is from."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session", params=["http", "https"])
def site(request: pytest.FixtureRequest, authority: Authority) -> Iterator[Site]:
    """Plain, and over TLS."""
    with Site(authority.context if request.param == "https" else None) as made:
        yield made
        made.shutdown()


@pytest.fixture
def run(operator: AgentOSClient, authority: Authority, site: Site, tmp_path: Path) -> Run:
    """Runs a shell line in a sandbox with the proxy: `$URL` is the site, `python` and `node` are at hand.

    Returns its exit code and what it said.
    """

    def start(line: str, network: list[str] | None = None, trust: bool = True) -> tuple[int, str]:
        script = tmp_path / "run.sh"
        script.write_text(f"#!/bin/sh\n{line}\n")
        script.chmod(0o755)
        shown = {sys.prefix, sys.base_prefix} - {"/usr"}
        mounts = [{"source": path, "target": path} for path in shown]
        mounts.append({"source": str(authority.file), "target": "/trust/authority.pem"})
        agent = operator.spawn(
            f"program-{next(_numbers)}",
            str(script),
            network="proxy",
            mounts=mounts,
            env={
                "URL": site.url,
                "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
                "PIP_DISABLE_PIP_VERSION_CHECK": "1",
                **(dict.fromkeys(_TRUST, "/trust/authority.pem") if trust else {}),
            },
            permissions={"can_http": True, "network": network or [f"{NAME}:{site.server_port}"]},
        )
        record = operator.wait(agent.id, timeout=_END_SECONDS)
        said = "\n".join(entry.line for entry in operator.logs(agent.id).entries)
        assert record.exit_code is not None
        return record.exit_code, said

    return start
