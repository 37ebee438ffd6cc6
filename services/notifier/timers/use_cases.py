"""What the notifier learns from the log: when each stage of each obligation falls due.

Timers follow obligations. A report event cancels nothing: whether the report is in is asked of the
log at the moment of the decision, in the decision's own transaction (I6). A report that was taken
out again (returned, withdrawn) lets the overdue stage fall due once more, on the next working day.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.timers import repository
from shared.catalogue.catalogue import CatalogueReader
from shared.domain.calendars import WorkingCalendar
from shared.domain.obligations import ObligationState
from shared.domain.reminders import ReminderPolicy, ReminderStage, schedule
from shared.domain.time import instant_at, vietnam_date
from shared.events.envelope import RecordedEvent
from shared.events.payloads import ObligationStateV1, ReportStateV1, read_payload
from shared.events.topics import OBLIGATION_EVENTS, REPORT_EVENTS

SMALLEST_INSTANT = timedelta(microseconds=1)


def deadline_date(deadline: datetime) -> date:
    """The last day of a deadline, whose instant is 24:00 of that day."""
    return vietnam_date(deadline - SMALLEST_INSTANT)


class TimerKeeper:
    """Applies events to the notifier's obligations and timers (an `EventHandler`)."""

    def __init__(self, *, catalogue: CatalogueReader, policy: ReminderPolicy) -> None:
        self._catalogue = catalogue
        self._policy = policy

    async def handle(self, connection: AsyncConnection, events: Sequence[RecordedEvent]) -> None:
        calendar = (await self._catalogue.current()).calendar
        obligations = _obligations(events)
        if obligations:
            await self._follow(connection, obligations, calendar=calendar)
        taken_out = _taken_out(events)
        if taken_out:
            await self._rearm(connection, taken_out, calendar=calendar)

    async def _follow(
        self,
        connection: AsyncConnection,
        obligations: Sequence[ObligationStateV1],
        *,
        calendar: WorkingCalendar,
    ) -> None:
        newer = await repository.save_obligations(connection, obligations)
        changed = [item for item in obligations if item.obligation_id in newer]
        ended = [item for item in changed if item.state == ObligationState.EXCLUDED]
        await repository.end_timers(connection, [item.obligation_id for item in ended])
        await repository.save_timers(
            connection,
            [
                (item.obligation_id, stage, due_at)
                for item in changed
                if item.state != ObligationState.EXCLUDED
                for stage, due_at in self._stages(item, calendar=calendar).items()
            ],
        )

    def _stages(
        self, obligation: ObligationStateV1, *, calendar: WorkingCalendar
    ) -> dict[ReminderStage, datetime]:
        return schedule(
            self._policy, deadline_date=deadline_date(obligation.deadline), calendar=calendar
        )

    async def _rearm(
        self,
        connection: AsyncConnection,
        reports: Sequence[ReportStateV1],
        *,
        calendar: WorkingCalendar,
    ) -> None:
        opens = self._policy.hours.start
        rows = [
            (
                report.organization_id,
                report.regime,
                report.form,
                report.period,
                instant_at(calendar.add_working_days(vietnam_date(report.act.at), 1), opens),
            )
            for report in reports
        ]
        await repository.rearm(connection, rows, stage=ReminderStage.OVERDUE)


def _obligations(events: Sequence[RecordedEvent]) -> list[ObligationStateV1]:
    """The newest state of each obligation in the batch."""
    states = [
        read_payload(event.data, ObligationStateV1)
        for event in events
        if event.type in OBLIGATION_EVENTS
    ]
    in_order = sorted(states, key=lambda state: state.sequence)
    return list({state.obligation_id: state for state in in_order}.values())


def _taken_out(events: Sequence[RecordedEvent]) -> list[ReportStateV1]:
    """The reports of which, at the end of the batch, no version is in."""
    states = [
        read_payload(event.data, ReportStateV1) for event in events if event.type in REPORT_EVENTS
    ]
    in_order = sorted(states, key=lambda state: state.sequence)
    newest = {state.report_id: state for state in in_order}
    return [state for state in newest.values() if state.live is None]
