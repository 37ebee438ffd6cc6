"""Writes a history into the log, as intake and the relay leave it."""

import json
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.engine import driver, transaction
from shared.domain.identifiers import ReportId
from shared.events.envelope import RecordedEvent
from shared.events.topics import EventType
from tests.integration.aggregator.world import (
    PROVINCE,
    REGIME,
    START,
    Duty,
    History,
    cutoff_of,
)


async def store(history: History, engine: AsyncEngine) -> None:
    """All of it, in one transaction, in the place of what was stored before."""
    async with transaction(engine) as connection:
        native = await driver(connection)
        await native.execute(_EMPTY)
        await native.executemany(_INSERT_CHANGE, _change_rows(history))
        for duty in history.duties.values():
            await native.execute(*_obligation_row(duty))
            if duty.report is not None:
                await native.execute(*_report_row(duty))
                await native.executemany(_INSERT_VERSION, _version_rows(duty))
        await native.executemany(_INSERT_EVENT, [_event_row(each) for each in history.events])


def _obligation_row(duty: Duty) -> Sequence[object]:
    organization_id, form, period = duty.owner
    return (
        """INSERT INTO log.obligation
               (id, organization_id, province_id, regime, form, period, cutoff_date, deadline,
                original_deadline, state, sequence)
           OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)""",
        duty.id,
        organization_id,
        PROVINCE,
        REGIME,
        form,
        period,
        cutoff_of(period),
        duty.deadline,
        duty.original_deadline,
        duty.state,
        duty.sequence,
    )


def _report_row(duty: Duty) -> Sequence[object]:
    report = duty.report
    assert report is not None
    return (
        """INSERT INTO log.report OVERRIDING SYSTEM VALUE
           VALUES ($1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)""",
        ReportId(duty.id),
        report.organization_id,
        PROVINCE,
        REGIME,
        report.form,
        report.period,
        report.sequence,
        report.state,
        report.last_version,
        report.live,
        report.official,
        report.first_submitted_at,
    )


_EMPTY = """
TRUNCATE log.obligation, log.report, log.report_version, log.event, catalogue.change CASCADE
"""

_INSERT_CHANGE = "INSERT INTO catalogue.change VALUES ($1, $2, '', '') ON CONFLICT DO NOTHING"

_INSERT_VERSION = """INSERT INTO log.report_version
    VALUES ($1, $2, 1, $3::jsonb, $4, '{}', 1, '', $5, $6, '')"""

_INSERT_EVENT = """INSERT INTO log.event
    (event_id, type, subject, province_id, catalogue_number, data, occurred_at, position,
     recorded_at)
    VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, $9)"""


def _change_rows(history: History) -> list[Sequence[object]]:
    return [
        (event.data["number"], event.recorded_at)
        for event in history.events
        if event.type == EventType.CATALOGUE_CHANGED
    ]


def _version_rows(duty: Duty) -> list[Sequence[object]]:
    return [
        (duty.id, number, json.dumps(figures), nothing, START, f"{duty.id}-{number}")
        for number, (figures, nothing) in enumerate(duty.versions, start=1)
    ]


def _event_row(event: RecordedEvent) -> Sequence[object]:
    return (
        event.event_id,
        event.type,
        event.subject,
        event.province_id,
        event.catalogue_number,
        json.dumps(event.data),
        event.occurred_at,
        event.position,
        event.recorded_at,
    )
