"""The data folder of an embedded server: made whole or not at all, checked before use.

FOLDER/postgres            what initdb made (PGDATA)
FOLDER/postgres.making     the same while it is being made; left behind by a kill, then removed
FOLDER/password            the superuser's password, readable by us only
FOLDER/lock                held by the process that runs the server
FOLDER/postgres.log        the server's log
"""

import os
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from shared.db.embedded_binaries import Binaries
from shared.db.embedded_identity import Identity
from shared.db.errors import DataFolderOfOtherVersion, DataFolderUnusable, ServerDidNotStart

SUPERUSER = "tonghop"
DATABASE = "tonghop"
INIT_TIMEOUT_SECONDS = 180
_FIRST_MAJOR_WITH_BUILTIN_LOCALE = 17
_LAST_WORDS_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class Cluster:
    """One data folder and the programs that serve it."""

    folder: Path
    binaries: Binaries
    identity: Identity

    @property
    def data(self) -> Path:
        return self.folder / "postgres"

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    @property
    def lock(self) -> Path:
        return self.folder / "lock"


def make_folder(folder: Path) -> None:
    """Creates the folder for us alone.

    Raises:
        DataFolderUnusable: it cannot be created.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DataFolderUnusable(folder=folder, reason=error.strerror or str(error)) from error


def prepare(cluster: Cluster, *, durable: bool) -> None:
    """Makes the data folder if there is none yet, and checks that the programs may serve it.

    Raises:
        DataFolderOfOtherVersion: made by another major version.
        DataFolderUnusable: something else lies there.
        ServerDidNotStart: initdb failed.
    """
    if cluster.data.exists():
        _check_version(cluster)
    else:
        _make(cluster, durable=durable)
    cluster.identity.own(cluster.data)


def password_of(folder: Path) -> str:
    """The superuser's password; made at first need, 32 random bytes."""
    path = folder / "password"
    if not path.exists():
        making = path.with_suffix(".making")
        making.unlink(missing_ok=True)
        with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
            file.flush()
            os.fsync(file.fileno())
        making.rename(path)
    return path.read_text()


def last_words(text: str) -> str:
    return text.strip()[-_LAST_WORDS_CHARACTERS:]


def _check_version(cluster: Cluster) -> None:
    try:
        found = int((cluster.data / "PG_VERSION").read_text())
    except (OSError, ValueError) as error:
        reason = f"{cluster.data} exists but is no PostgreSQL data folder"
        raise DataFolderUnusable(folder=cluster.folder, reason=reason) from error
    if found != cluster.binaries.major:
        raise DataFolderOfOtherVersion(
            folder=cluster.data,
            found=found,
            wanted=cluster.binaries.major,
            binaries=cluster.binaries.folder,
        )


def _make(cluster: Cluster, *, durable: bool) -> None:
    """Into a folder beside it, renamed when complete: a kill in the middle leaves no half."""
    making = cluster.folder / "postgres.making"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=0o700)
    cluster.identity.own(making)
    _initdb(cluster, making, durable=durable)
    single = [cluster.binaries.postgres, "--single", "-D", str(making), "postgres"]
    _run(cluster, single, text=f"CREATE DATABASE {DATABASE}\n")
    making.rename(cluster.data)


def _initdb(cluster: Cluster, making: Path, *, durable: bool) -> None:
    # A copy, because initdb may run as a user who may not read our own.
    password = cluster.folder / "password.initdb"
    password.touch(mode=0o600)
    password.write_text(f"{password_of(cluster.folder)}\n")
    cluster.identity.own(password)
    command = [
        cluster.binaries.initdb,
        f"--pgdata={making}",
        f"--username={SUPERUSER}",
        "--auth=scram-sha-256",
        f"--pwfile={password}",
        "--encoding=UTF8",
        *_locale_options(cluster.binaries.major),
        *([] if durable else ["--no-sync"]),
    ]
    try:
        _run(cluster, command)
    finally:
        password.unlink()


def _locale_options(major: int) -> list[str]:
    """Code point order and full Unicode upper and lower case, the same on every machine."""
    if major >= _FIRST_MAJOR_WITH_BUILTIN_LOCALE:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale=C.UTF-8"]


def _run(cluster: Cluster, command: list[str], *, text: str = "") -> None:
    process = cluster.identity.start(
        command, folder=cluster.folder, output=subprocess.PIPE, source=subprocess.PIPE
    )
    try:
        output, _ = process.communicate(text.encode(), timeout=INIT_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        output, _ = process.communicate()
    if process.returncode != 0:
        words = last_words(output.decode(errors="replace"))
        raise ServerDidNotStart(program=Path(command[0]).name, output=words)
