"""The folder in which the demonstration keeps its data between runs, and its secrets."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.demo.accounts import Secrets

OWNER_ONLY = 0o600


class DemoRunning(Exception):
    """Another demonstration runs on the folder: two clocks would tell two different days."""

    code = "demo_running"

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"A demonstration runs on {folder} already. Stop it with Ctrl-C where it was started, "
            "or give this one a folder of its own: tonghop demo --data FOLDER"
        )


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """FOLDER/postgres, FOLDER/kafka, FOLDER/password, FOLDER/tokens/NAME, FOLDER/running."""

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

    def keep(self, secrets: Secrets) -> None:
        """Write the secrets for their owner only."""
        self.tokens.mkdir(parents=True, exist_ok=True)
        _write(self.path / "password", secrets.password)
        for name, token in secrets.tokens.items():
            _write(self.tokens / name, token)

    def password(self) -> str:
        return (self.path / "password").read_text()

    def forget(self) -> None:
        """Remove all of it."""
        shutil.rmtree(self.path, ignore_errors=True)


def _write(file: Path, text: str) -> None:
    file.touch(mode=OWNER_ONLY)
    file.write_text(text)
