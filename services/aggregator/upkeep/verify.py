"""Compares every rollup with the oracle: the alarm that the sums have drifted from the log.

Reports that the consumer has not applied yet are no difference: their sheaf is named as pending.
A dead letter is a difference, for the figure it carries is missing from the sums.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncEngine

from services.aggregator.shapes import Shape, Sheaf, shape_at
from services.aggregator.tracks import Track
from services.aggregator.upkeep.oracle import LoggedReport, RollupValues, expected_rollups
from shared.catalogue.catalogue import Catalogue
from shared.db.engine import driver, snapshot
from shared.domain.figures import figures_from_text
from shared.domain.identifiers import FormCode, OrganizationId, PeriodCode
from shared.domain.rollups import NO_COVERAGE, Coverage

if TYPE_CHECKING:
    import asyncpg

SHEAVES = """
SELECT form, period, max(cutoff_date) AS cutoff_date FROM log.obligation GROUP BY form, period
ORDER BY form, period
"""

PENDING = """
SELECT DISTINCT data ->> 'form' AS form, data ->> 'period' AS period
FROM log.event
WHERE province_id IS NOT NULL
  AND (position IS NULL
       OR position > (SELECT coalesce(max(position), 0) FROM aggregator.consumer_offset))
"""

REPORTS = """
SELECT obligation.organization_id, obligation.deadline, report.first_submitted_at,
       live.figures AS live, official.figures AS official
FROM log.obligation
LEFT JOIN log.report ON report.obligation_id = obligation.id
LEFT JOIN log.report_version AS live
    ON live.report_id = report.id AND live.version = report.live_version
LEFT JOIN log.report_version AS official
    ON official.report_id = report.id AND official.version = report.official_version
WHERE obligation.form = $1 AND obligation.period = $2 AND obligation.state <> 'excluded'
"""

ROLLUPS = "SELECT * FROM aggregator.rollup WHERE form = $1 AND period = $2"

Key = tuple[OrganizationId, Track]


@dataclass(frozen=True, slots=True)
class Difference:
    """`expected` is what the log says, `found` what is stored; None: no rollup is there."""

    sheaf: Sheaf
    organization_id: OrganizationId
    track: Track
    expected: RollupValues | None
    found: RollupValues | None

    def __str__(self) -> str:
        place = f"{self.sheaf.form} {self.sheaf.period} {self.organization_id} {self.track}"
        if self.expected is None or self.found is None:
            return f"{place}: {'missing' if self.found is None else 'not in the tree'}"
        parts = [
            f"{name}: {getattr(self.found, name)} instead of {getattr(self.expected, name)}"
            for name in RollupValues.__slots__
            if getattr(self.found, name) != getattr(self.expected, name)
        ]
        return f"{place}: {'; '.join(parts)}"


@dataclass(frozen=True, slots=True)
class Verification:
    """`compared` counts rollups; `pending` sheaves were left out because events still wait."""

    compared: int
    differences: tuple[Difference, ...]
    pending: tuple[Sheaf, ...]


async def verify(engine: AsyncEngine, *, catalogue: Catalogue) -> Verification:
    """Compares everything in one snapshot; one sheaf at a time is held in memory."""
    compared, differences = 0, list[Difference]()
    async with snapshot(engine) as connection:
        native = await driver(connection)
        pending = {_sheaf(row) for row in await native.fetch(PENDING)}
        for row in await native.fetch(SHEAVES):
            sheaf = _sheaf(row)
            if sheaf in pending:
                continue
            shape = shape_at(catalogue, sheaf.form, cutoff=row["cutoff_date"])
            expected, found = await _both(native, sheaf, shape=shape)
            compared += len(found)
            differences.extend(_differences(sheaf, expected=expected, found=found))
    return Verification(compared, tuple(differences), tuple(sorted(pending)))


async def _both(
    native: "asyncpg.Connection[Any]", sheaf: Sheaf, *, shape: Shape
) -> tuple[dict[Key, RollupValues], dict[Key, RollupValues]]:
    logged = [_logged(row) for row in await native.fetch(REPORTS, *sheaf)]
    expected = {
        (node, track): values for node, track, values in expected_rollups(logged, shape=shape)
    }
    rows = await native.fetch(ROLLUPS, *sheaf)
    found = {(OrganizationId(row["node_id"]), Track(row["track"])): _stored(row) for row in rows}
    return expected, found


def _differences(
    sheaf: Sheaf, *, expected: Mapping[Key, RollupValues], found: Mapping[Key, RollupValues]
) -> Iterator[Difference]:
    """A node without any duty below it needs no rollup."""
    for key in sorted(expected.keys() | found.keys()):
        wanted, held = expected.get(key), found.get(key)
        if held is None and wanted is not None and wanted.coverage == NO_COVERAGE:
            continue
        if wanted != held:
            yield Difference(sheaf, *key, expected=wanted, found=held)


def _sheaf(row: Mapping[str, Any]) -> Sheaf:
    return Sheaf(FormCode(row["form"]), PeriodCode(row["period"]))


def _logged(row: Mapping[str, Any]) -> LoggedReport:
    standing = {Track.LIVE: row["live"], Track.OFFICIAL: row["official"]}
    return LoggedReport(
        organization_id=OrganizationId(row["organization_id"]),
        deadline=row["deadline"],
        first_submitted_at=row["first_submitted_at"],
        figures={
            track: figures_from_text(json.loads(text))
            for track, text in standing.items()
            if text is not None
        },
    )


def _stored(row: Mapping[str, Any]) -> RollupValues:
    return RollupValues(
        totals=tuple(row["totals"]),
        counts=tuple(row["counts"]),
        minima=tuple(row["minima"]),
        maxima=tuple(row["maxima"]),
        coverage=Coverage(row["expected"], row["reported"], row["on_time"]),
    )
