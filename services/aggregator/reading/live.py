"""The figures as they stand now: what the consumer has rolled up."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from services.aggregator.reading.figures import AsOf, DutyRow, Rollup, StandingReport
from services.aggregator.shapes import Node, Sheaf
from services.aggregator.tracks import Track
from shared.domain.identifiers import FormCode, OrganizationId, PeriodCode, RegimeCode
from shared.domain.rollups import Coverage

if TYPE_CHECKING:
    import asyncpg

_ROLLUPS = """
SELECT rollup.*
FROM aggregator.rollup
JOIN unnest($1::text[], $2::text[], $3::bigint[]) AS asked (form, period, node_id)
    USING (form, period, node_id)
WHERE track = $4
"""

_POSITION = """
SELECT coalesce(max(position), 0)
FROM aggregator.rollup
JOIN unnest($1::text[], $2::text[], $3::bigint[]) AS asked (form, period, node_id)
    USING (form, period, node_id)
"""

_RECORDED_AT = "SELECT recorded_at FROM log.event WHERE position = $1"

# A report is in when it counts in either sum: a correction under review leaves the approved one.
_DUTIES = """
SELECT obligation.obligation_id, obligation.organization_id, obligation.deadline,
       obligation.original_deadline,
       live.state AS report_state, live.first_submitted_at, live.nothing_to_report,
       coalesce(live.version, official.version) IS NOT NULL AS is_in
FROM aggregator.obligation
LEFT JOIN aggregator.report AS live
    ON live.form = obligation.form AND live.period = obligation.period
    AND live.organization_id = obligation.organization_id AND live.track = 'live'
LEFT JOIN aggregator.report AS official
    ON official.form = obligation.form AND official.period = obligation.period
    AND official.organization_id = obligation.organization_id AND official.track = 'official'
WHERE obligation.form = $1 AND obligation.period = $2
    AND obligation.organization_id = ANY ($3::bigint[]) AND obligation.state <> 'excluded'
"""

_EXCLUSIONS = """
SELECT organization_id, coalesce(reason, '') AS reason
FROM aggregator.obligation
WHERE form = $1 AND period = $2 AND organization_id = ANY ($3::bigint[]) AND state = 'excluded'
"""

_CLOSED_AT = """
SELECT at FROM (
    SELECT verb, at FROM log.period_act
    WHERE (regime, period, province_id) = ($1, $2, $3) ORDER BY sequence DESC LIMIT 1
) AS last
WHERE verb = 'close'
"""

_REPORTS = """
SELECT organization_id, report_id, version, submitted_at
FROM aggregator.report
WHERE form = $1 AND period = $2 AND organization_id = ANY ($3::bigint[]) AND track = $4
    AND version IS NOT NULL
"""

_LAST_DEADLINE_PASSED = """
SELECT max(deadline) FROM aggregator.obligation
WHERE form = $1 AND period = $2 AND deadline < $3
"""


class LiveFigures:
    """The `FigureSource` of the aggregator's own tables."""

    def __init__(self, connection: "asyncpg.Connection[Any]") -> None:
        self._connection = connection

    async def rollups(self, nodes: Iterable[Node], *, track: Track) -> dict[Node, Rollup]:
        rows = await self._connection.fetch(_ROLLUPS, *_columns(nodes), track.value)
        return {_node(row): _rollup(row) for row in rows}

    async def position(self, nodes: Iterable[Node]) -> int:
        position: int = await self._connection.fetchval(_POSITION, *_columns(nodes))
        return position

    async def as_of(self, position: int) -> AsOf:
        return AsOf(position, await self._connection.fetchval(_RECORDED_AT, position))

    async def duties(
        self, sheaf: Sheaf, *, organization_ids: Sequence[OrganizationId]
    ) -> dict[OrganizationId, DutyRow]:
        rows = await self._connection.fetch(_DUTIES, *sheaf, organization_ids)
        return {OrganizationId(row["organization_id"]): duty_of(row) for row in rows}

    async def exclusions(
        self, sheaf: Sheaf, *, organization_ids: Sequence[OrganizationId]
    ) -> dict[OrganizationId, str]:
        rows = await self._connection.fetch(_EXCLUSIONS, *sheaf, organization_ids)
        return {OrganizationId(row["organization_id"]): row["reason"] for row in rows}

    async def closed_at(
        self, regime: RegimeCode, period: PeriodCode, *, province_id: OrganizationId
    ) -> datetime | None:
        at: datetime | None = await self._connection.fetchval(
            _CLOSED_AT, regime, period, province_id
        )
        return at

    async def reports(
        self, sheaf: Sheaf, *, organization_ids: Sequence[OrganizationId], track: Track
    ) -> dict[OrganizationId, StandingReport]:
        rows = await self._connection.fetch(_REPORTS, *sheaf, organization_ids, track.value)
        return {OrganizationId(row["organization_id"]): standing_of(row) for row in rows}

    async def last_deadline_passed(self, sheaf: Sheaf, *, now: datetime) -> datetime | None:
        deadline: datetime | None = await self._connection.fetchval(
            _LAST_DEADLINE_PASSED, *sheaf, now
        )
        return deadline


def duty_of(row: Mapping[str, Any]) -> DutyRow:
    return DutyRow(
        obligation_id=row["obligation_id"],
        organization_id=OrganizationId(row["organization_id"]),
        deadline=row["deadline"],
        original_deadline=row["original_deadline"],
        report_state=row["report_state"],
        first_submitted_at=row["first_submitted_at"],
        nothing_to_report=bool(row["nothing_to_report"]),
        is_in=row["is_in"],
    )


def standing_of(row: Mapping[str, Any]) -> StandingReport:
    return StandingReport(row["report_id"], row["version"], row["submitted_at"])


def _columns(nodes: Iterable[Node]) -> tuple[list[str], list[str], list[int]]:
    known = list(nodes)
    return (
        [node.form for node in known],
        [node.period for node in known],
        [node.organization_id for node in known],
    )


def _node(row: Mapping[str, Any]) -> Node:
    return Node(FormCode(row["form"]), PeriodCode(row["period"]), OrganizationId(row["node_id"]))


def _rollup(row: Mapping[str, Any]) -> Rollup:
    return Rollup(
        totals=row["totals"],
        counts=row["counts"],
        minima=row["minima"],
        maxima=row["maxima"],
        coverage=Coverage(row["expected"], row["reported"], row["on_time"]),
        position=row["position"],
    )
