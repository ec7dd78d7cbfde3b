# SPDX-License-Identifier: MIT
"""Other hosts and this one's ports. Whether there is a way is asked without sending a packet."""

import contextlib
import ipaddress
import os
import socket

from attack import Attack, CameToNothing, Target

CONNECT_SECONDS = 2.0
VICTIM_SAYS = b"owner"
LOOPBACK_NAMES = (
    "127.0.0.1",
    "127.1",
    "0.0.0.0",
    "0",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "localhost",
    "localhost.",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "127.0.0.1\0.example.org",
    "example.org@127.0.0.1",
)
PRIVATE_NAMES = ("169.254.169.254", "10.0.0.1", "[fe80::1]", "[fd00::1]")
SHARED = "the agent was given the host's network"


def route(*addresses: str) -> str:
    """Whether there is a way to any of the addresses: connecting a datagram socket looks it up and sends nothing."""
    refusal = OSError(101, "no address")
    for address in addresses:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as sender:
            try:
                sender.connect((address, 80))
                return f"there is a way to {address}"
            except OSError as error:
                refusal = error
    raise refusal


def public(_: Target) -> str:
    return route("1.1.1.1", "8.8.8.8", "203.0.113.1")


def public_6(_: Target) -> str:
    return route("2606:4700:4700::1111", "2001:db8::1")


def private(_: Target) -> str:
    return route("10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1")


def metadata(_: Target) -> str:
    return route("169.254.169.254", "169.254.170.2")


def multicast(_: Target) -> str:
    return route("224.0.0.251", "239.255.255.250")


def link_local(_: Target) -> str:
    for number in range(2, 32):  # the loopback is the first
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sender, contextlib.suppress(OSError):
            sender.connect(("fe80::1", 80, 0, number))
            return f"there is a way to fe80::1 by interface {number}"
    raise CameToNothing("there is no interface but the loopback")


def other_interfaces(_: Target) -> str:
    names = [name for _, name in socket.if_nameindex() if name != "lo"]
    if not names:
        raise CameToNothing("there is no interface but the loopback")
    return " ".join(names)


def loopback(target: Target) -> str:
    with socket.create_connection(("127.0.0.1", target.tcp_port), CONNECT_SECONDS):
        return "a program of the owner's on 127.0.0.1"


def loopback_6(target: Target) -> str:
    with socket.create_connection(("::ffff:127.0.0.1", target.tcp_port), CONNECT_SECONDS):
        return "the same by its IPv6 form"


def any_address(target: Target) -> str:
    with socket.create_connection(("0.0.0.0", target.tcp_port), CONNECT_SECONDS):
        return "the same by 0.0.0.0"


def loopback_datagram(target: Target) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.connect(("127.0.0.1", target.udp_port))
        sender.send(b"attack")
        sender.settimeout(CONNECT_SECONDS)
        return sender.recv(64).decode()


def resolve(target: Target) -> str:
    if target.outside and os.path.exists("/etc/resolv.conf"):
        return "the host's resolver is configured"
    address = str(socket.getaddrinfo("example.org", 443)[0][4][0])
    if ipaddress.ip_address(address).is_loopback:
        raise CameToNothing("an address of the sandbox's own: the kernel answers by the rules, and asks nobody")
    return address


def answer_of_proxy(host: str, port: int) -> bytes:
    """What comes of a tunnel there, by the proxy that programs find by this variable."""
    place = os.environ["HTTP_PROXY"].removeprefix("http://").rstrip("/").rpartition(":")
    answer = b""
    with socket.create_connection((place[0], int(place[2])), CONNECT_SECONDS) as proxy:
        proxy.settimeout(CONNECT_SECONDS)
        proxy.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode("latin-1"))
        with contextlib.suppress(OSError):
            while part := proxy.recv(4096):
                answer += part
    return answer


def loopback_by_proxy(target: Target) -> str:
    """Every way to write the host's loopback, and its metadata's address. Outside, what connects for others just does."""
    if target.outside:
        return loopback(target)
    if "HTTP_PROXY" not in os.environ:
        raise CameToNothing("there is no proxy")
    for host in LOOPBACK_NAMES:
        answer = answer_of_proxy(host, target.tcp_port)
        if VICTIM_SAYS in answer:
            return f"{host}: {answer.decode(errors='replace')}"
    for host in PRIVATE_NAMES:
        answer = answer_of_proxy(host, target.tcp_port)
        if b" 200 " in answer:
            return f"{host}: {answer.decode(errors='replace')}"
    raise CameToNothing("it refused them all")


def listen_on_host(target: Target) -> str:
    """Serve the host's own programs: what holds the owner's port is in the way only if it is the same network."""
    with socket.socket() as server:
        try:
            server.bind(("127.0.0.1", target.tcp_port))
        except OSError as error:
            return f"its ports are the host's: {error.strerror}"
    raise CameToNothing("its ports are its own")


NETWORK_ATTACKS = [
    Attack("network", "reach public addresses", public, "route", with_network=SHARED),
    Attack("network", "reach public addresses by IPv6", public_6, "route6", with_network=SHARED),
    Attack("network", "reach private addresses", private, "route", with_network=SHARED),
    Attack("network", "reach the cloud's metadata", metadata, "route", with_network=SHARED),
    Attack("network", "reach multicast groups", multicast, "route", with_network=SHARED),
    Attack("network", "reach link-local addresses", link_local, "link-local", with_network=SHARED),
    Attack("network", "see the host's interfaces", other_interfaces, "interfaces", with_network=SHARED),
    Attack("network", "connect to the host's loopback", loopback, with_network=SHARED),
    Attack("network", "connect to it by IPv6", loopback_6, "ipv6", with_network=SHARED),
    Attack("network", "connect to it by 0.0.0.0", any_address, with_network=SHARED),
    Attack("network", "send to the host's loopback", loopback_datagram, with_network=SHARED),
    Attack(
        "network",
        "resolve names",
        resolve,
        "file=/etc/resolv.conf",
        refusals=(socket.gaierror,),
        with_network=SHARED,
    ),
    Attack("network", "reach the host's loopback by the kernel's proxy", loopback_by_proxy),
    Attack("network", "take the host's ports", listen_on_host, with_network=SHARED),
]
