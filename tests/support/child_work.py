"""What the children of tests do."""

import os
import signal
import time
from collections.abc import Mapping
from typing import Any


def reverse(content: bytes, options: Mapping[str, Any]) -> bytes:
    return content[::-1] + str(options["ending"]).encode()


def never_end(content: bytes, options: Mapping[str, Any]) -> bytes:
    signal.pause()
    return content


def fill_memory(content: bytes, options: Mapping[str, Any]) -> bytes:
    return bytes(2**31)


def fail(content: bytes, options: Mapping[str, Any]) -> bytes:
    raise ValueError("no")


def vanish(content: bytes, options: Mapping[str, Any]) -> bytes:
    os.kill(os.getpid(), signal.SIGKILL)
    return content


def environment(content: bytes, options: Mapping[str, Any]) -> bytes:
    return "\n".join(os.environ).encode()


def span(content: bytes, options: Mapping[str, Any]) -> bytes:
    """When it began and ended, by a clock that all processes share."""
    began = time.clock_gettime(time.CLOCK_MONOTONIC)
    while time.clock_gettime(time.CLOCK_MONOTONIC) - began < 0.2:
        pass
    return f"{began} {time.clock_gettime(time.CLOCK_MONOTONIC)}".encode()
