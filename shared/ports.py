"""A port for a program that is about to start.

It lies below those that the system lends to outgoing connections (on Linux from 32768), so that
none of these takes it before the program does, nor while the program is started again.
"""

import socket
from random import SystemRandom

FIRST, LAST = 20_000, 32_000


class NoFreePort(Exception):
    """Every port of the range is taken."""

    code = "no_free_port"

    def __init__(self) -> None:
        super().__init__(f"No port of 127.0.0.1 from {FIRST} to {LAST} is free.")


def free_port() -> int:
    """One of loopback that nobody listens on now. Raises NoFreePort."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """Different ones of loopback that nobody listens on now. Raises NoFreePort."""
    found: list[int] = []
    for port in SystemRandom().sample(range(FIRST, LAST), LAST - FIRST):
        if _is_free(port):
            found.append(port)
        if len(found) == count:
            return found
    raise NoFreePort


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
