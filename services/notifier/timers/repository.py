"""SQL of the notifier's copy of obligations and of all timers; a batch is one statement."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.abouts import About, MailKind
from shared.events.payloads import ObligationStateV1

_UPSERT_OBLIGATIONS = text("""
INSERT INTO notifier.obligation (obligation_id, sequence, organization_id, receiver_id, regime,
                                 form, period, deadline, state)
SELECT * FROM unnest(
    CAST(:obligation_ids AS bigint[]), CAST(:sequences AS integer[]),
    CAST(:organization_ids AS bigint[]), CAST(:receiver_ids AS bigint[]),
    CAST(:regimes AS text[]), CAST(:forms AS text[]), CAST(:periods AS text[]),
    CAST(:deadlines AS timestamptz[]), CAST(:states AS text[]))
ON CONFLICT (obligation_id) DO UPDATE
    SET sequence = excluded.sequence, receiver_id = excluded.receiver_id,
        deadline = excluded.deadline, state = excluded.state
    WHERE obligation.sequence < excluded.sequence
RETURNING obligation_id
""")

# A stage that was decided stays so. One that was not needed may be needed under the new state of
# the obligation: it waits again, and the log has the last word when it falls due.
_UPSERT_TIMERS = text("""
INSERT INTO notifier.timer (kind, about_id, stage, due_at, state)
SELECT * FROM unnest(CAST(:kinds AS text[]), CAST(:about_ids AS bigint[]),
                     CAST(:stages AS text[]), CAST(:due_ats AS timestamptz[]),
                     CAST(:states AS text[]))
ON CONFLICT (kind, about_id, stage) DO UPDATE
    SET due_at = excluded.due_at, state = excluded.state
    WHERE timer.state <> 'decided'
      AND (timer.due_at <> excluded.due_at OR timer.state = 'not_needed')
""")

_END_TIMERS = text("""
UPDATE notifier.timer SET state = 'not_needed'
WHERE state IN ('waiting', 'no_recipient')
  AND kind = 'report' AND about_id = ANY(CAST(:obligation_ids AS bigint[]))
""")

_RECONSIDER = text("UPDATE notifier.timer SET state = 'waiting' WHERE state = 'no_recipient'")

_WITH_WAITING_TIMERS = text("""
SELECT obligation_id, deadline FROM notifier.obligation
WHERE state <> 'excluded' AND EXISTS (
    SELECT FROM notifier.timer
    WHERE timer.kind = 'report' AND timer.about_id = obligation.obligation_id
      AND timer.state = 'waiting')
""")

# The overdue stage is never brought forward: it may have been put off by a return.
_RETIME = text("""
UPDATE notifier.timer
SET due_at = CASE timer.stage WHEN 'overdue' THEN greatest(timer.due_at, fresh.due_at)
                              ELSE fresh.due_at END
FROM unnest(CAST(:kinds AS text[]), CAST(:about_ids AS bigint[]), CAST(:stages AS text[]),
            CAST(:due_ats AS timestamptz[])) AS fresh (kind, about_id, stage, due_at)
WHERE (timer.kind, timer.about_id, timer.stage) = (fresh.kind, fresh.about_id, fresh.stage)
  AND timer.state = 'waiting' AND timer.due_at <> fresh.due_at
""")

# A stage is never decided twice. All the same every state is matched: a timer that is being judged
# at this moment is locked, waited for, and may come out of that as not needed.
_REARM = text("""
UPDATE notifier.timer
SET state = CASE timer.state WHEN 'decided' THEN 'decided' ELSE 'waiting' END,
    due_at = greatest(timer.due_at, owed.due_at)
FROM unnest(CAST(:organization_ids AS bigint[]), CAST(:regimes AS text[]), CAST(:forms AS text[]),
            CAST(:periods AS text[]), CAST(:due_ats AS timestamptz[]))
         AS owed (organization_id, regime, form, period, due_at)
JOIN notifier.obligation USING (organization_id, regime, form, period)
WHERE timer.kind = 'report' AND timer.about_id = obligation.obligation_id
  AND timer.stage = :stage AND obligation.state <> 'excluded'
""")

# Two dispatchers never hold the same timer; the second passes over what the first has locked.
_DUE = text("""
SELECT kind, about_id, stage, due_at FROM notifier.timer
WHERE state = 'waiting' AND due_at <= :now AND kind = ANY(CAST(:kinds AS text[]))
ORDER BY due_at, kind, about_id, stage
LIMIT :limit
FOR UPDATE SKIP LOCKED
""")

# The truth, read in the transaction of the decision: never the notifier's own copy.
_STANDING = text("""
SELECT obligation.id AS obligation_id, obligation.organization_id,
       coalesce(obligation.holder_id, obligation.organization_id) AS met_by, obligation.receiver_id,
       obligation.regime, obligation.form, obligation.period, obligation.cutoff_date,
       obligation.deadline, obligation.state = 'excluded' AS excluded,
       report.live_version IS NOT NULL OR report.official_version IS NOT NULL AS is_in,
       coalesce((
           SELECT closing.verb = 'close' FROM log.period_act closing
           WHERE closing.province_id = obligation.province_id
             AND closing.regime = obligation.regime AND closing.period = obligation.period
           ORDER BY closing.sequence DESC LIMIT 1
       ), false) AS period_closed
FROM log.obligation
LEFT JOIN log.report ON report.obligation_id = obligation.id
WHERE obligation.id = ANY(CAST(:obligation_ids AS bigint[]))
""")

_SET_TIMERS = text("""
UPDATE notifier.timer SET due_at = decided.due_at, state = decided.state
FROM unnest(CAST(:kinds AS text[]), CAST(:about_ids AS bigint[]), CAST(:stages AS text[]),
            CAST(:due_ats AS timestamptz[]), CAST(:states AS text[]))
         AS decided (kind, about_id, stage, due_at, state)
WHERE (timer.kind, timer.about_id, timer.stage) = (decided.kind, decided.about_id, decided.stage)
""")

_NOTE_FIRST_START = text("""
INSERT INTO notifier.first_start (started_at) VALUES (:now) ON CONFLICT DO NOTHING
""")
_FIRST_START = text("SELECT started_at FROM notifier.first_start")

_WITHOUT_RECIPIENT = text("""
SELECT timer.kind, timer.about_id, timer.stage, timer.due_at, duty.organization_id, duty.form,
       duty.period, duty.deadline
FROM notifier.timer
JOIN (
    SELECT 'report' AS kind, obligation_id AS about_id, organization_id, form, period, deadline
    FROM notifier.obligation
    UNION ALL
    SELECT 'aggregate', id, organization_id, form, period, deadline FROM notifier.aggregate_duty
) AS duty USING (kind, about_id)
WHERE timer.state = 'no_recipient'
  AND duty.organization_id = ANY(CAST(:organization_ids AS bigint[]))
ORDER BY timer.due_at DESC, timer.kind, timer.about_id
LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class DueTimer:
    about: About
    stage: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Timer:
    """A stage of a duty as it is to be set."""

    about: About
    stage: str
    due_at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Unaddressed:
    """A stage that fell due for an organization that has no address of record."""

    about: About
    stage: str
    due_at: datetime
    organization_id: int
    form: str
    period: str
    deadline: datetime


@dataclass(frozen=True, slots=True)
class OwedReport:
    """An obligation as the log holds it now, and whether its report is in.

    `met_by` is the organization itself, or who reports in its place.
    """

    obligation_id: int
    organization_id: int
    met_by: int
    receiver_id: int | None
    regime: str
    form: str
    period: str
    cutoff_date: date
    deadline: datetime
    excluded: bool
    is_in: bool
    period_closed: bool

    @property
    def about(self) -> About:
        return About(MailKind.REPORT, self.obligation_id)

    @property
    def is_owed(self) -> bool:
        """Nobody is chased for a period that is closed."""
        return not (self.excluded or self.is_in or self.period_closed)


async def note_first_start(connection: AsyncConnection, *, now: datetime) -> datetime:
    """When the notifier first ran; noted now if this is the first time."""
    await connection.execute(_NOTE_FIRST_START, {"now": now})
    started_at: datetime = (await connection.execute(_FIRST_START)).scalar_one()
    return started_at


async def save_obligations(
    connection: AsyncConnection, obligations: Sequence[ObligationStateV1]
) -> set[int]:
    """Save the newer ones; returns the ids of those that were newer than what was known."""
    rows = await connection.execute(
        _UPSERT_OBLIGATIONS,
        {
            "obligation_ids": [item.obligation_id for item in obligations],
            "sequences": [item.sequence for item in obligations],
            "organization_ids": [item.organization_id for item in obligations],
            "receiver_ids": [item.receiver_id for item in obligations],
            "regimes": [item.regime for item in obligations],
            "forms": [item.form for item in obligations],
            "periods": [item.period for item in obligations],
            "deadlines": [item.deadline for item in obligations],
            "states": [item.state for item in obligations],
        },
    )
    return {row.obligation_id for row in rows}


async def save_timers(connection: AsyncConnection, timers: Sequence[Timer]) -> None:
    """Set the stages; decided ones stay as they are."""
    await connection.execute(_UPSERT_TIMERS, _timer_columns(timers))


async def retime(connection: AsyncConnection, timers: Sequence[Timer]) -> None:
    """Move the stages that still wait to the instants of a new calendar."""
    columns = _timer_columns(timers)
    del columns["states"]
    await connection.execute(_RETIME, columns)


async def end_timers(connection: AsyncConnection, obligation_ids: Sequence[int]) -> None:
    """None of the stages is needed: the obligation is excluded."""
    await connection.execute(_END_TIMERS, {"obligation_ids": list(obligation_ids)})


async def reconsider_unaddressed(connection: AsyncConnection) -> None:
    """Let stages without a recipient be judged again: an address may have come in."""
    await connection.execute(_RECONSIDER)


async def with_waiting_timers(connection: AsyncConnection) -> tuple[tuple[int, datetime], ...]:
    """The obligations with a stage still to come, and their deadlines."""
    rows = await connection.execute(_WITH_WAITING_TIMERS)
    return tuple((row.obligation_id, row.deadline) for row in rows)


async def rearm(
    connection: AsyncConnection,
    reports: Sequence[tuple[int, str, str, str, datetime]],
    *,
    stage: str,
) -> None:
    """Let `stage` fall due again for reports (organization, regime, form, period, not before)."""
    organizations, regimes, forms, periods, instants = _columns(reports, width=5)
    await connection.execute(
        _REARM,
        {
            "organization_ids": organizations,
            "regimes": regimes,
            "forms": forms,
            "periods": periods,
            "due_ats": instants,
            "stage": stage,
        },
    )


async def due_timers(
    connection: AsyncConnection, *, kinds: Sequence[MailKind], now: datetime, limit: int
) -> tuple[DueTimer, ...]:
    """The timers of these kinds that fell due, held until the end of the transaction."""
    rows = await connection.execute(_DUE, {"kinds": list(kinds), "now": now, "limit": limit})
    return tuple(DueTimer(_about(row), row.stage, row.due_at) for row in rows)


async def owed_reports(
    connection: AsyncConnection, obligation_ids: Sequence[int]
) -> dict[int, OwedReport]:
    rows = await connection.execute(_STANDING, {"obligation_ids": list(set(obligation_ids))})
    return {row["obligation_id"]: OwedReport(**row) for row in rows.mappings()}


async def without_recipient(
    connection: AsyncConnection, organization_ids: Collection[int], *, limit: int
) -> tuple[Unaddressed, ...]:
    """What could not be mailed to these organizations, newest first."""
    rows = await connection.execute(
        _WITHOUT_RECIPIENT, {"organization_ids": list(organization_ids), "limit": limit}
    )
    return tuple(
        Unaddressed(
            about=_about(row),
            stage=row.stage,
            due_at=row.due_at,
            organization_id=row.organization_id,
            form=row.form,
            period=row.period,
            deadline=row.deadline,
        )
        for row in rows
    )


async def set_timers(connection: AsyncConnection, timers: Sequence[Timer]) -> None:
    """Set the stages to what was judged, whatever they were."""
    await connection.execute(_SET_TIMERS, _timer_columns(timers))


def _timer_columns(timers: Sequence[Timer]) -> dict[str, Any]:
    return {
        "kinds": [timer.about.kind for timer in timers],
        "about_ids": [timer.about.id for timer in timers],
        "stages": [timer.stage for timer in timers],
        "due_ats": [timer.due_at for timer in timers],
        "states": [timer.state for timer in timers],
    }


def _about(row: Row[Any]) -> About:
    return About(MailKind(row.kind), row.about_id)


def _columns(rows: Sequence[tuple[Any, ...]], *, width: int) -> tuple[list[Any], ...]:
    return tuple([row[index] for row in rows] for index in range(width))
