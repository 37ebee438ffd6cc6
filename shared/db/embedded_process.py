"""What `postmaster.pid` tells about the server of a data folder.

Its lines are: pid, data folder, start time, port, socket folder, listen address, shared memory key,
status (PostgreSQL's miscadmin.h, LOCK_FILE_LINE_*).
"""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shared.db.errors import DataFolderBusy

FAST_STOP_TIMEOUT_SECONDS = 30
IMMEDIATE_STOP_TIMEOUT_SECONDS = 10
POLL_SECONDS = 0.02
_PORT_LINE, _STATUS_LINE = 3, 7


@dataclass(frozen=True, slots=True)
class Postmaster:
    """The first process of a server; `ready` once it takes connections."""

    pid: int
    port: int | None
    ready: bool


def read_postmaster(data: Path) -> Postmaster | None:
    """None: there is no pid file, or it is being written."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        pid = abs(int(lines[0]))
    except (FileNotFoundError, IndexError, ValueError):
        return None
    port = lines[_PORT_LINE] if len(lines) > _PORT_LINE else ""
    status = lines[_STATUS_LINE].strip() if len(lines) > _STATUS_LINE else ""
    return Postmaster(pid, int(port) if port.isdigit() else None, status == "ready")


def clear_leftover(data: Path) -> None:
    """Ends a server that a killed owner left running, and removes a pid file that lies.

    A pid file outlives a crash, and its number may since belong to another program; PostgreSQL
    would then refuse to start. Only the holder of the folder's lock may call this.

    Raises:
        DataFolderBusy: the leftover server does not stop.
    """
    postmaster = read_postmaster(data)
    if postmaster is not None and serves(postmaster.pid, data):
        pid = postmaster.pid
        stop_process(pid, gone=lambda: not serves(pid, data), data=data)
    (data / "postmaster.pid").unlink(missing_ok=True)


def serves(pid: int, data: Path) -> bool:
    """Whether the process is a postgres that was started for this data folder."""
    if not alive(pid):
        return False
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except FileNotFoundError:
        # Without /proc the pid file is the only witness; take its word.
        return not Path("/proc/self").exists()
    return words[0].endswith(b"postgres") and os.fsencode(data) in words


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def stop_process(pid: int, *, gone: Callable[[], bool], data: Path) -> None:
    """Fast shutdown (SIGINT), then immediate (SIGQUIT): both lose nothing that was committed.

    Raises:
        DataFolderBusy: it survives both.
    """
    for stop_signal, timeout in (
        (signal.SIGINT, FAST_STOP_TIMEOUT_SECONDS),
        (signal.SIGQUIT, IMMEDIATE_STOP_TIMEOUT_SECONDS),
    ):
        try:
            os.kill(pid, stop_signal)
        except ProcessLookupError:
            return
        if _comes_true(gone, timeout=timeout):
            return
    raise DataFolderBusy(folder=data, holder=f"process {pid}, which does not stop")


def _comes_true(condition: Callable[[], bool], *, timeout: float) -> bool:
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(POLL_SECONDS)
    return False
