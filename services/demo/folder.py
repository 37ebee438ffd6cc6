"""The folder in which the demonstration keeps its data between runs, and its secrets.

DemoError
├── DemoRunning
└── OtherWorld
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.demo.accounts import Secrets

OWNER_ONLY = 0o600


class DemoError(Exception):
    """A folder that the demonstration cannot use."""

    code = "demo_error"


class OtherWorld(DemoError):
    """The folder holds another world, whose clock stands elsewhere."""

    code = "demo_of_another_world"

    def __init__(self, folder: Path, *, found: str, wanted: str) -> None:
        super().__init__(
            f"{folder} holds the world “{found}”, not “{wanted}”. Start it with --world {found}, "
            f"or give this one a folder of its own (--data FOLDER), or forget the other: --reset"
        )


class DemoRunning(DemoError):
    """Another demonstration runs on the folder: two clocks would tell two different days."""

    code = "demo_running"

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"A demonstration runs on {folder} already. Stop it with Ctrl-C where it was started, "
            "or give this one a folder of its own: tonghop demo --data FOLDER"
        )


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """FOLDER/postgres, FOLDER/kafka, FOLDER/world, FOLDER/password, FOLDER/tokens/NAME,
    FOLDER/running.
    """

    path: Path

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def kafka(self) -> Path:
        return self.path / "kafka"

    @property
    def tokens(self) -> Path:
        return self.path / "tokens"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Ours alone for the length of the block; the kernel lets go of it with the process.

        Raises:
            DemoRunning: another process holds it.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        lock = os.open(self.path / "running", os.O_RDWR | os.O_CREAT, OWNER_ONLY)
        try:
            self._take(lock)
            yield
        finally:
            os.close(lock)

    def _take(self, lock: int) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoRunning(self.path) from None

    @contextmanager
    def making(self) -> Iterator[None]:
        """While a world is made. One that was cut off is forgotten the next time."""
        note = self.path / "unfinished"
        note.touch()
        yield
        note.unlink()

    def forget_unfinished(self) -> None:
        """Remove a database that was never finished."""
        if (self.path / "unfinished").exists():
            shutil.rmtree(self.postgres, ignore_errors=True)

    def keep(self, secrets: Secrets) -> None:
        """Write the secrets for their owner only."""
        self.tokens.mkdir(parents=True, exist_ok=True)
        _write(self.path / "password", secrets.password)
        for name, token in secrets.tokens.items():
            _write(self.tokens / name, token)

    def require_world(self, name: str) -> None:
        """Note which world the folder holds; what was made before there were two is a quarter.

        Raises:
            OtherWorld: it holds another one.
        """
        note = self.path / "world"
        if not note.exists() and not self.postgres.exists():
            _write(note, name)
        found = note.read_text() if note.exists() else "quarter"
        if found != name:
            raise OtherWorld(self.path, found=found, wanted=name)

    def password(self) -> str:
        return (self.path / "password").read_text()

    def forget(self) -> None:
        """Remove all of it."""
        shutil.rmtree(self.path, ignore_errors=True)


def _write(file: Path, text: str) -> None:
    file.touch(mode=OWNER_ONLY)
    file.write_text(text)
