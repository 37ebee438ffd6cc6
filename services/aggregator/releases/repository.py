"""Releases in the database: added and read, never changed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.aggregator.reading.figures import StandingReport
from services.aggregator.releases.content import FrozenReport
from services.aggregator.shapes import Sheaf
from shared.domain.identifiers import FormCode, OrganizationId, PeriodCode
from shared.domain.releases import release_number
from shared.domain.rollups import Coverage
from shared.messaging.positions import LogPlace

if TYPE_CHECKING:
    import asyncpg

_COLUMNS = """
id, province_id, regime, form, form_version, period, sequence, position, recorded_at,
catalogue_number, expected, reported, on_time, sha256, published_by_name, published_at, reason
"""

_READ = f"SELECT {_COLUMNS} FROM aggregator.release WHERE id = $1"

_LAST = f"""
SELECT {_COLUMNS} FROM aggregator.release
WHERE province_id = $1 AND form = $2 AND period = $3
ORDER BY sequence DESC LIMIT 1
"""

_LIST = f"""
SELECT {_COLUMNS} FROM aggregator.release
WHERE province_id = ANY ($1::bigint[]) AND ($2::text IS NULL OR form = $2)
    AND ($3::text IS NULL OR period = $3)
ORDER BY id DESC LIMIT $4 OFFSET $5
"""

_CONTENT = "SELECT content FROM aggregator.release WHERE id = $1"

_INSERT = """
INSERT INTO aggregator.release
    (province_id, regime, form, form_version, period, sequence, track, position, recorded_at,
     catalogue_number, expected, reported, on_time, content, sha256, published_by,
     published_by_name, published_at, reason, event_id)
VALUES ($1, $2, $3, $4, $5, $6, 'official', $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
        $18, $19)
RETURNING id
"""

_HASHES = """
SELECT version.report_id, version.content_sha256
FROM log.report_version AS version
JOIN unnest($1::bigint[], $2::int[]) AS standing (report_id, version) USING (report_id, version)
"""


@dataclass(frozen=True, slots=True)
class Release:
    """A release without its figures. `place` is where the log stood."""

    id: int
    province_id: OrganizationId
    regime: str
    form_version: int
    sheaf: Sheaf
    sequence: int
    place: LogPlace
    catalogue_number: int
    coverage: Coverage
    sha256: str
    published_by_name: str
    published_at: datetime
    reason: str | None

    @property
    def number(self) -> str:
        return release_number(self.sheaf.period, self.sequence)


@dataclass(frozen=True, slots=True)
class NewRelease:
    """The row of a release that is to be added."""

    province_id: OrganizationId
    regime: str
    form_version: int
    sheaf: Sheaf
    sequence: int
    place: LogPlace
    catalogue_number: int
    coverage: Coverage
    content: str
    sha256: str
    actor_id: int
    actor_name: str
    at: datetime
    reason: str | None
    event_id: UUID


async def read_release(connection: "asyncpg.Connection[Any]", release_id: int) -> Release | None:
    row = await connection.fetchrow(_READ, release_id)
    return None if row is None else _release(row)


async def read_last_release(
    connection: "asyncpg.Connection[Any]", province_id: OrganizationId, *, sheaf: Sheaf
) -> Release | None:
    """The newest of a period; None if it was never released."""
    row = await connection.fetchrow(_LAST, province_id, *sheaf)
    return None if row is None else _release(row)


async def list_releases(
    connection: "asyncpg.Connection[Any]",
    *,
    province_ids: Collection[OrganizationId],
    form: str | None = None,
    period: str | None = None,
    limit: int,
    offset: int = 0,
) -> list[Release]:
    """Of these provinces, the newest first."""
    rows = await connection.fetch(_LIST, list(province_ids), form, period, limit, offset)
    return [_release(row) for row in rows]


async def read_content(connection: "asyncpg.Connection[Any]", release_id: int) -> str:
    """The canonical text, byte for byte what the hash is over."""
    content: str = await connection.fetchval(_CONTENT, release_id)
    return content


async def add_release(connection: "asyncpg.Connection[Any]", new: NewRelease) -> int:
    """The id. Raises asyncpg.UniqueViolationError if somebody was quicker."""
    release_id: int = await connection.fetchval(
        _INSERT,
        new.province_id,
        new.regime,
        new.sheaf.form,
        new.form_version,
        new.sheaf.period,
        new.sequence,
        new.place.position,
        new.place.recorded_at,
        new.catalogue_number,
        new.coverage.expected,
        new.coverage.reported,
        new.coverage.on_time,
        new.content,
        new.sha256,
        new.actor_id,
        new.actor_name,
        new.at,
        new.reason,
        new.event_id,
    )
    return release_id


async def with_hashes(
    connection: "asyncpg.Connection[Any]", reports: Mapping[OrganizationId, StandingReport]
) -> dict[OrganizationId, FrozenReport]:
    """The versions with the hash of what was sent."""
    standing: Sequence[StandingReport] = list(reports.values())
    rows: Iterable[Mapping[str, Any]] = await connection.fetch(
        _HASHES, [each.report_id for each in standing], [each.version for each in standing]
    )
    hashes = {row["report_id"]: row["content_sha256"] for row in rows}
    return {
        organization_id: FrozenReport(each, hashes[each.report_id])
        for organization_id, each in reports.items()
    }


def _release(row: Mapping[str, Any]) -> Release:
    return Release(
        id=row["id"],
        province_id=OrganizationId(row["province_id"]),
        regime=row["regime"],
        form_version=row["form_version"],
        sheaf=Sheaf(FormCode(row["form"]), PeriodCode(row["period"])),
        sequence=row["sequence"],
        place=LogPlace(row["position"], row["recorded_at"]),
        catalogue_number=row["catalogue_number"],
        coverage=Coverage(row["expected"], row["reported"], row["on_time"]),
        sha256=row["sha256"],
        published_by_name=row["published_by_name"],
        published_at=row["published_at"],
        reason=row["reason"],
    )
