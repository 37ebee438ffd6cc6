"""The folder in which the demonstration keeps its data between runs, and its secrets."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from services.demo.accounts import Secrets

OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """FOLDER/postgres, FOLDER/kafka, FOLDER/password, FOLDER/tokens/NAME."""

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
