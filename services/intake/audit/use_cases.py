"""What an administrator may read of the audit: what concerns the own subtree."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.intake.accounts.use_cases import username_key
from services.intake.audit.repository import AuditLine, AuditQuery, Cursor, read_lines
from services.intake.service import Intake, current_scope
from shared.db.engine import snapshot
from shared.domain.time import end_of_day
from shared.web.principals import Principal
from shared.web.problems import ProblemFault, ValidationFailed

PAGE = 50
ONE_DAY = timedelta(days=1)
SEPARATOR = "~"


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What the reader asks for; days are those of Vietnam, both included."""

    account: str | None = None
    action: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    cursor: str | None = None
    limit: int = PAGE


@dataclass(frozen=True, slots=True)
class AuditPage:
    """`older` is the cursor of the next page, None on the last."""

    lines: tuple[AuditLine, ...]
    older: str | None


async def read_audit(intake: Intake, principal: Principal, wanted: AuditFilter) -> AuditPage:
    """One page, newest first.

    Raises:
        ValidationFailed: the cursor is none of ours.
    """
    query = await _query(intake, principal, wanted)
    async with snapshot(intake.engine) as connection:
        found = await read_lines(connection, query)
    lines = tuple(found[: wanted.limit])
    more = len(found) > wanted.limit
    return AuditPage(lines, cursor_text(lines[-1].cursor) if more else None)


async def _query(intake: Intake, principal: Principal, wanted: AuditFilter) -> AuditQuery:
    scope = await current_scope(intake, principal)
    return AuditQuery(
        organizations=scope.subtree,
        of_nobody=await _is_root(intake, principal),
        limit=wanted.limit + 1,
        username=username_key(wanted.account) if wanted.account else None,
        action=wanted.action or None,
        since=end_of_day(wanted.first_day - ONE_DAY) if wanted.first_day else None,
        until=end_of_day(wanted.last_day) if wanted.last_day else None,
        after=_cursor(wanted.cursor) if wanted.cursor else None,
    )


async def _is_root(intake: Intake, principal: Principal) -> bool:
    """Attempts at unknown names and acts on the whole system are for who is over all."""
    known = await intake.catalogue.current()
    return principal.organization_id in known.tree(intake.clock.today()).roots


def cursor_text(cursor: Cursor) -> str:
    parts = (cursor.at.isoformat(), cursor.source, str(cursor.number), str(cursor.sequence))
    return SEPARATOR.join(parts)


def _cursor(given: str) -> Cursor:
    parts = given.split(SEPARATOR)
    try:
        at, source, number, sequence = parts
        found = Cursor(datetime.fromisoformat(at), source, int(number), int(sequence))
    except (ValueError, OverflowError):
        raise _refused() from None
    if found.at.tzinfo is None or not 0 <= found.number < 2**63 or not 0 <= found.sequence < 2**31:
        raise _refused()
    return found


def _refused() -> ValidationFailed:
    detail = "Dùng nguyên giá trị `next` của trang trước."
    return ValidationFailed(
        errors=[ProblemFault(code="invalid_value", detail=detail, parameter="cursor")]
    )
