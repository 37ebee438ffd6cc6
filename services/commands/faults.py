"""Faults that a person at the terminal can mend are one line, not a trace.

Every command runs its work under `faults_told`. What it names goes to standard error and the exit
status is 1; anything else is a defect and shows its trace.
"""

from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import asyncpg
import typer
from sqlalchemy.exc import DBAPIError

from services.bench.errors import BenchError
from services.demo.folder import DemoError
from services.intake.accounts.errors import AccountError
from shared.catalogue.faults import CatalogueLoadError
from shared.db.errors import DatabaseError
from shared.disks import DATABASE_DISK_FULL, is_no_room
from shared.domain.errors import CatalogueError
from shared.messaging.errors import MessagingError
from shared.messaging.local_kafka_libraries import LocalKafkaError
from shared.runtime import PortTaken, run
from shared.settings import InvalidSettings

Result = TypeVar("Result")

SCHEMA_MISSING = "Cơ sở dữ liệu chưa có bảng nào của tonghop. Hãy chạy: tonghop migrate"
SCHEMA_OLD = "Cơ sở dữ liệu thiếu thay đổi mà chương trình này cần. Hãy chạy: tonghop migrate"
DATABASE_FULL = (
    "Đĩa của máy chủ cơ sở dữ liệu đã đầy, chưa có gì thay đổi. Hãy giải phóng chỗ rồi chạy lại."
)
_OF_SQLSTATES = {
    "3F000": SCHEMA_MISSING,
    "42P01": SCHEMA_MISSING,
    "42703": SCHEMA_OLD,
    "42883": SCHEMA_OLD,
    DATABASE_DISK_FULL: DATABASE_FULL,
}


class CommandFault(Exception):
    """Root of what only commands can refuse; the message says what to do."""

    code = "command_fault"


MENDABLE: tuple[type[Exception], ...] = (
    AccountError,
    BenchError,
    CatalogueError,
    CatalogueLoadError,
    CommandFault,
    DatabaseError,
    DemoError,
    InvalidSettings,
    LocalKafkaError,
    MessagingError,
    PortTaken,
)
"""Error trees whose messages say what to do."""


def run_command(work: Coroutine[Any, Any, Result]) -> Result:
    """The result of `work`, run on the loop that services use."""
    with faults_told():
        return run(work)


@contextmanager
def faults_told() -> Iterator[None]:
    """Turns a fault that can be mended into its message and exit status 1."""
    try:
        yield
    except Exception as error:
        message = _message_of(error)
        if message is None:
            raise
        typer.echo(message, err=True)
        raise typer.Exit(1) from error


def _message_of(error: Exception) -> str | None:
    """What to tell of the error; None for a defect."""
    if isinstance(error, MENDABLE):
        return str(error)
    cause = error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig else error
    state = str(getattr(cause, "sqlstate", None) or "")
    if state in _OF_SQLSTATES:
        return _OF_SQLSTATES[state]
    if is_no_room(cause):
        return f"Không còn chỗ để ghi tệp ({cause.strerror}). Hãy giải phóng chỗ rồi chạy lại."
    if isinstance(cause, OSError | asyncpg.PostgresConnectionError) or state[:2] in {"28", "3D"}:
        return f"Không dùng được cơ sở dữ liệu: {cause}. Hãy xem TONGHOP_DATABASE_URL."
    return None
