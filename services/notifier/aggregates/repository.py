"""SQL of the aggregates that are to be signed off, and of what the log says of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.abouts import About, MailKind
from shared.catalogue.aggregates import AggregateDuty

_RECENT_SHEAVES = text("""
SELECT DISTINCT province_id, regime, form, period FROM log.obligation
WHERE state = 'fixed' AND cutoff_date >= :since
""")

_SAVE = text("""
INSERT INTO notifier.aggregate_duty (organization_id, regime, form, period, cutoff_date, deadline)
SELECT * FROM unnest(CAST(:organization_ids AS bigint[]), CAST(:regimes AS text[]),
                     CAST(:forms AS text[]), CAST(:periods AS text[]),
                     CAST(:cutoff_dates AS date[]), CAST(:deadlines AS timestamptz[]))
ON CONFLICT (organization_id, regime, form, period) DO UPDATE SET deadline = excluded.deadline
RETURNING id, deadline
""")

_WITH_WAITING_TIMERS = text("""
SELECT DISTINCT organization_id, regime, form, period
FROM notifier.aggregate_duty JOIN notifier.timer ON timer.about_id = aggregate_duty.id
WHERE timer.kind = 'aggregate' AND timer.state IN ('waiting', 'no_recipient')
""")

_DUTIES = text("""
SELECT id, organization_id, regime, form, period, cutoff_date, deadline
FROM notifier.aggregate_duty WHERE id = ANY(CAST(:ids AS bigint[]))
""")

# The truth, read in the transaction of the decision; `below` is who reports into the aggregate.
_STANDING = text("""
SELECT EXISTS (
           SELECT FROM log.aggregate_signoff
           WHERE (organization_id, form, period) = (:organization_id, :form, :period)
       ) AS signed,
       coalesce((
           SELECT closing.verb = 'close' FROM log.period_act closing
           WHERE (closing.province_id, closing.regime, closing.period)
                 = (:province_id, :regime, :period)
           ORDER BY closing.sequence DESC LIMIT 1
       ), false) AS period_closed,
       count(*) AS expected, count(report.official_version) AS approved
FROM log.obligation LEFT JOIN log.report ON report.obligation_id = obligation.id
WHERE obligation.organization_id = ANY(CAST(:below AS bigint[])) AND obligation.state = 'fixed'
  AND (obligation.regime, obligation.form, obligation.period) = (:regime, :form, :period)
""")


@dataclass(frozen=True, slots=True)
class Sheaf:
    """A form that is asked for a period in a province."""

    province_id: int
    regime: str
    form: str
    period: str


@dataclass(frozen=True, slots=True)
class KnownDuty:
    """An aggregate as the notifier knows it."""

    id: int
    organization_id: int
    regime: str
    form: str
    period: str
    cutoff_date: date
    deadline: datetime


@dataclass(frozen=True, slots=True)
class WaitingDuty:
    """An aggregate with a stage still to come."""

    organization_id: int
    regime: str
    form: str
    period: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What the log says of an aggregate: the reports below count once they are approved."""

    signed: bool
    period_closed: bool
    expected: int
    approved: int


async def recent_sheaves(connection: AsyncConnection, *, since: date) -> frozenset[Sheaf]:
    """What was cut off on that day or later."""
    rows = await connection.execute(_RECENT_SHEAVES, {"since": since})
    return frozenset(Sheaf(**row) for row in rows.mappings())


async def save_duties(
    connection: AsyncConnection, duties: Sequence[AggregateDuty]
) -> tuple[tuple[About, datetime], ...]:
    """Enter the duties, or their new deadlines; what each is now, and until when."""
    rows = await connection.execute(
        _SAVE,
        {
            "organization_ids": [each.organization.id for each in duties],
            "regimes": [each.regime.code for each in duties],
            "forms": [each.form.code for each in duties],
            "periods": [each.period.code for each in duties],
            "cutoff_dates": [each.period.cutoff_date for each in duties],
            "deadlines": [each.deadline for each in duties],
        },
    )
    return tuple((About(MailKind.AGGREGATE, row.id), row.deadline) for row in rows)


async def with_waiting_timers(connection: AsyncConnection) -> tuple[WaitingDuty, ...]:
    rows = await connection.execute(_WITH_WAITING_TIMERS)
    return tuple(WaitingDuty(**row) for row in rows.mappings())


async def known_duties(connection: AsyncConnection, ids: Collection[int]) -> tuple[KnownDuty, ...]:
    rows = await connection.execute(_DUTIES, {"ids": list(ids)})
    return tuple(KnownDuty(**row) for row in rows.mappings())


async def standing_of(
    connection: AsyncConnection, duty: KnownDuty, *, province_id: int, below: Collection[int]
) -> Standing:
    """How the aggregate stands in the log now."""
    values: Mapping[str, Any] = {
        "organization_id": duty.organization_id,
        "province_id": province_id,
        "regime": duty.regime,
        "form": duty.form,
        "period": duty.period,
        "below": list(below),
    }
    row = (await connection.execute(_STANDING, values)).one()
    return Standing(**row._mapping)
