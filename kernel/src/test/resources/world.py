# SPDX-License-Identifier: MIT
"""A small internet in a network namespace of its own: a public address, names, and who came.

Run as: world.py FOLDER. Names that were asked for and addresses that were come to are appended to FOLDER/world.log.
"""

import collections
import ctypes
import fcntl
import http.server
import pathlib
import signal
import socket
import struct
import sys
import threading

PUBLIC, PRIVATE, RESOLVER, PORT = "93.184.216.34", "127.0.0.1", "127.0.0.77", 8080
PR_SET_PDEATHSIG, TYPE_A, CLASS_IN = 1, 1, 1
SIOCSIFFLAGS, SIOCSIFADDR, SIOCSIFNETMASK, IFF_UP = 0x8914, 0x8916, 0x891C, 1

log = open(pathlib.Path(sys.argv[1]) / "world.log", "a", buffering=1)
asked = collections.Counter()


def addresses(name):
    """What the name leads to; of those that flip another address the second time."""
    asked[name] += 1
    kind = name.split(".")[0].rstrip("0123456789")
    if kind == "flip":
        return [PUBLIC if asked[name] % 2 == 1 else PRIVATE]
    return {"inside": [PRIVATE], "both": [PUBLIC, PRIVATE]}.get(kind, [PUBLIC])


def answer(query):
    name, at = [], 12
    while query[at]:
        name.append(query[at + 1 : at + 1 + query[at]].decode("latin-1"))
        at += 1 + query[at]
    kind = struct.unpack_from("!H", query, at + 1)[0]
    question = query[12 : at + 5]
    log.write(f"asked {'.'.join(name).lower()}\n")
    found = addresses(".".join(name).lower()) if kind == TYPE_A else []
    records = b"".join(struct.pack("!HHHIH4s", 0xC00C, TYPE_A, CLASS_IN, 0, 4, socket.inet_aton(a)) for a in found)
    return query[:2] + struct.pack("!HHHHH", 0x8580, 1, len(found), 0, 0) + question + records


def serve_names(door):
    while True:
        query, peer = door.recvfrom(4096)
        door.sendto(answer(query), peer)


class Site(http.server.BaseHTTPRequestHandler):
    """Says at which address it was found."""

    def do_GET(self):
        at = self.connection.getsockname()[0]
        log.write(f"came {at}\n")
        text = ("public" if at == PUBLIC else "private").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def make_network():
    """Brings the loopback interface up and gives it the public address; see netdevice(7)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH22x", b"lo", IFF_UP))
        for request, address in (SIOCSIFADDR, PUBLIC), (SIOCSIFNETMASK, "255.255.255.255"):
            ip = socket.inet_aton(address)
            fcntl.ioctl(control, request, struct.pack("16sHH4s16x", b"lo:1", socket.AF_INET, 0, ip))


def main():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    make_network()
    door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    door.bind((RESOLVER, 53))
    site = http.server.ThreadingHTTPServer(("0.0.0.0", PORT), Site)
    log.write("ready\n")
    threading.Thread(target=serve_names, args=(door,), daemon=True).start()
    site.serve_forever()


main()
