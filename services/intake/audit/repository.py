"""Reads identity.audit_trail: the audit of accounts together with the acts on reports."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.engine import read_json
from shared.domain.identifiers import OrganizationId

SELECT = text("""
    SELECT trail.source, trail.number, trail.sequence, trail.at, trail.action, trail.details,
           trail.organization_id, actor.username AS actor_username,
           actor.display_name AS actor_name, subject.username AS account_username,
           subject.display_name AS account_name
    FROM identity.audit_trail trail
    LEFT JOIN identity.account actor ON actor.id = trail.actor_id
    LEFT JOIN identity.account subject ON subject.id = trail.account_id
    WHERE (trail.organization_id = ANY(:organizations)
           OR (:of_nobody AND trail.organization_id IS NULL))
      AND (CAST(:action AS text) IS NULL OR trail.action = :action)
      AND (CAST(:username AS text) IS NULL
           OR actor.username = :username OR subject.username = :username)
      AND (CAST(:since AS timestamptz) IS NULL OR trail.at >= :since)
      AND (CAST(:until AS timestamptz) IS NULL OR trail.at < :until)
      AND (CAST(:cursor_at AS timestamptz) IS NULL
           OR (trail.at, trail.source, trail.number, trail.sequence)
              < (:cursor_at, CAST(:cursor_source AS text), CAST(:cursor_number AS bigint),
                 CAST(:cursor_sequence AS integer)))
    ORDER BY trail.at DESC, trail.source DESC, trail.number DESC, trail.sequence DESC
    LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class Cursor:
    """The key of the last line that was shown."""

    at: datetime
    source: str
    number: int
    sequence: int


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """`of_nobody`: also what belongs to no organization. `until` is exclusive."""

    organizations: Collection[OrganizationId]
    of_nobody: bool
    limit: int
    username: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: Cursor | None = None


@dataclass(frozen=True, slots=True)
class AuditLine:
    """`actor_username` is None for somebody at the command line and for who is not known."""

    cursor: Cursor
    action: str
    organization_id: OrganizationId | None
    actor_username: str | None
    actor_name: str | None
    account_username: str | None
    account_name: str | None
    details: Mapping[str, Any]

    @property
    def at(self) -> datetime:
        return self.cursor.at


async def read_lines(connection: AsyncConnection, query: AuditQuery) -> list[AuditLine]:
    """Newest first."""
    after = query.after
    values = {
        "organizations": sorted(query.organizations),
        "of_nobody": query.of_nobody,
        "username": query.username,
        "action": query.action,
        "since": query.since,
        "until": query.until,
        "cursor_at": after.at if after else None,
        "cursor_source": after.source if after else None,
        "cursor_number": after.number if after else None,
        "cursor_sequence": after.sequence if after else None,
        "limit": query.limit,
    }
    return [_line(row) for row in await connection.execute(SELECT, values)]


def _line(row: Any) -> AuditLine:
    return AuditLine(
        cursor=Cursor(row.at, row.source, row.number, row.sequence),
        action=row.action,
        organization_id=row.organization_id,
        actor_username=row.actor_username,
        actor_name=row.actor_name,
        account_username=row.account_username,
        account_name=row.account_name,
        details=read_json(row.details),
    )
