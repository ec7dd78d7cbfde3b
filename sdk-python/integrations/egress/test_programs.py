# SPDX-License-Identifier: MIT
"""Ordinary programs, told of the proxy by nothing but the variables that every agent with one has."""

from __future__ import annotations

import pytest
from inside import Run
from servers import PACKAGE, Site

_AIOHTTP = """
import aiohttp, asyncio, os
async def main():
    async with aiohttp.ClientSession(trust_env=True) as session:
        async with session.get(os.environ['URL'] + '/hello') as answer:
            answer.raise_for_status()
            print(await answer.text())
asyncio.run(main())
"""

_NODE_FETCH = """
const answer = await fetch(process.env.URL + '/hello');
if (!answer.ok) throw new Error(await answer.text());
console.log(await answer.text());
"""

_NODE_HTTP = """
const client = await import(process.env.URL.split(':')[0]);
client.get(process.env.URL + '/hello', (answer) => {
  if (answer.statusCode !== 200) process.exit(1);
  answer.pipe(process.stdout);
}).on('error', (e) => { console.error(e); process.exit(1); });
"""

_URLLIB = "import os, urllib.request; print(urllib.request.urlopen(os.environ['URL'] + '/hello').read().decode())"
_REQUESTS = "import os, requests; a = requests.get(os.environ['URL'] + '/hello'); a.raise_for_status(); print(a.text)"
_HTTPX = "import os, httpx; a = httpx.get(os.environ['URL'] + '/hello'); a.raise_for_status(); print(a.text)"


def _python(program: str) -> str:
    return f'python -c "{program}"'


PROGRAMS = {
    "curl": 'curl -sS --fail "$URL/hello"',
    "wget": 'wget -q -O - ${SSL_CERT_FILE:+--ca-certificate="$SSL_CERT_FILE"} "$URL/hello"',
    "urllib": _python(_URLLIB),
    "requests": _python(_REQUESTS),
    "httpx": _python(_HTTPX),
    "aiohttp": _python(_AIOHTTP),
    "node-fetch": f'node --input-type=module -e "{_NODE_FETCH}"',
    "node-http": f'node --input-type=module -e "{_NODE_HTTP}"',
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_reach_what_the_rules_name(name: str, run: Run, site: Site) -> None:
    before = len(site.asked)
    code, said = run(PROGRAMS[name])
    assert code == 0, said
    assert "hello from outside" in said
    assert site.asked[before:] == ["/hello"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_fail_at_what_they_do_not(name: str, run: Run, site: Site) -> None:
    before = len(site.asked)
    code, said = run(PROGRAMS[name], network=["elsewhere.example"])
    assert code != 0, said
    assert len(site.asked) == before


@pytest.mark.parametrize("name", PROGRAMS)
def test_check_the_certificate_themselves(name: str, run: Run, site: Site) -> None:
    """A tunnel is not looked into: whom a program trusts is its own affair. Over plain HTTP there is none."""
    before = len(site.asked)
    code, said = run(PROGRAMS[name], trust=False)
    assert (code == 0) == (site.scheme == "http"), said
    assert len(site.asked) - before == (1 if site.scheme == "http" else 0)


def test_pip_installs_from_an_index(run: Run, site: Site) -> None:
    """Through the proxy: the index page, then the file."""
    before = len(site.asked)
    host = site.url.partition("://")[2]
    plain = f"--trusted-host {host}" if site.scheme == "http" else ""
    code, said = run(
        f'python -m pip install -q --no-cache-dir {plain} --index-url "$URL/simple/" --target /workspace/lib {PACKAGE}'
        f" && PYTHONPATH=/workspace/lib python -c 'import {PACKAGE}; print({PACKAGE}.GREETING)'"
    )
    assert code == 0, said
    assert "installed through the proxy" in said
    assert len(site.asked) - before >= 2


def test_pip_fails_without_a_rule(run: Run, site: Site) -> None:
    """It is told so by the proxy, and does not get to the index."""
    before = len(site.asked)
    install = 'python -m pip install -q --no-cache-dir --retries 0 --index-url "$URL/simple/" --target /workspace/lib'
    code, said = run(f"{install} {PACKAGE}", network=["elsewhere.example"])
    assert code != 0, said
    assert len(site.asked) == before


@pytest.mark.parametrize("name", PROGRAMS)
def test_reach_nothing_around_the_proxy(name: str, run: Run, site: Site) -> None:
    before = len(site.asked)
    forget = "unset HTTP_PROXY HTTPS_PROXY ALL_PROXY http_proxy https_proxy all_proxy NODE_USE_ENV_PROXY"
    code, said = run(f"{forget}; {PROGRAMS[name]}")
    assert code != 0, said
    assert len(site.asked) == before
