# SPDX-License-Identifier: MIT
"""The system calls that the SDK knows by name. Numbers are wire contract."""


class Opcode:
    """The number of each system call on the wire. No enum: that would take longer to import than all of the SDK."""

    NOOP = 0x00
    THINK = 0x01
    READ = 0x02
    WRITE = 0x03
    EXEC = 0x04
    LLM_STATUS = 0x05
    LLM_TRACE = 0x06
    LLM_USAGE = 0x07
    SPAWN = 0x10
    KILL = 0x11
    LIST = 0x12
    WAIT = 0x13
    PAUSE = 0x14
    RESUME = 0x15
    LOGS = 0x16
    SEND = 0x20
    RECV = 0x21
    BROADCAST = 0x22
    REGISTER = 0x23
    GET_PERMS = 0x40
    SET_PERMS = 0x41
    HTTP = 0x50
    SUBSCRIBE = 0x60
    UNSUBSCRIBE = 0x61
    POLL_EVENTS = 0x62
    EMIT = 0x63
    GET_AUDIT_LOG = 0x76
    METRICS_SYSTEM = 0xC0
    METRICS_AGENT = 0xC1
    METRICS_ALL = 0xC2
    HELLO = 0xFE
    EXIT = 0xFF


NAMES = {number: name for name, number in vars(Opcode).items() if not name.startswith("_")}


def name_of(opcode: int) -> str:
    """Name the call for a person; a number the SDK does not know stays a number."""
    return NAMES.get(opcode, f"0x{opcode:02x}")
