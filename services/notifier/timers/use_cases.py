"""What the notifier learns from the log: when each stage of each obligation falls due.

Timers follow obligations and the working calendar. A report event cancels nothing: whether the
report is in is asked of the log at the moment of the decision, in the decision's own transaction
(I6). A report that was taken out again (returned, withdrawn) lets the overdue stage fall due once
more, on the next working day.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.notifier.timers import repository
from services.notifier.timers.repository import Timer
from shared.catalogue.catalogue import CatalogueReader
from shared.clock import Clock
from shared.db.engine import transaction
from shared.domain.calendars import WorkingCalendar
from shared.domain.obligations import ObligationState
from shared.domain.reminders import ReminderPolicy, ReminderStage, schedule
from shared.domain.time import instant_at, vietnam_date
from shared.events.envelope import RecordedEvent
from shared.events.errors import InvalidPayload
from shared.events.payloads import ObligationStateV1, Payload, ReportStateV1, read_payload
from shared.events.topics import OBLIGATION_EVENTS, REPORT_EVENTS, EventType
from shared.messaging.errors import PoisonEvent

SMALLEST_INSTANT = timedelta(microseconds=1)

State = TypeVar("State", bound=Payload)


def deadline_date(deadline: datetime) -> date:
    """The last day of a deadline, whose instant is 24:00 of that day."""
    return vietnam_date(deadline - SMALLEST_INSTANT)


async def note_first_start(engine: AsyncEngine, *, now: datetime) -> None:
    """Remember the day the notifier first ran: stages of earlier days are not caught up."""
    async with transaction(engine) as connection:
        await repository.note_first_start(connection, now=now)


@dataclass(frozen=True, slots=True)
class Plan:
    """By which rules stages are timed. Days before `first_day` are never caught up."""

    policy: ReminderPolicy
    calendar: WorkingCalendar
    first_day: date

    def timers(self, obligation_id: int, *, deadline: datetime) -> list[Timer]:
        """The stages of one obligation."""
        stages = schedule(
            self.policy, deadline_date=deadline_date(deadline), calendar=self.calendar
        )
        return [
            Timer(obligation_id, stage, due_at, self._state(due_at))
            for stage, due_at in stages.items()
        ]

    def after(self, act: datetime) -> datetime:
        """The start of working time on the first working day after an act's."""
        day = self.calendar.add_working_days(vietnam_date(act), 1)
        return instant_at(day, self.policy.hours.start)

    def _state(self, due_at: datetime) -> str:
        return "missed" if self.is_past(due_at) else "waiting"

    def is_past(self, due_at: datetime) -> bool:
        """Whether a stage fell due before the notifier's first day, and is never caught up."""
        return vietnam_date(due_at) < self.first_day


class TimerKeeper:
    """Applies events to the notifier's obligations and timers (an `EventHandler`)."""

    def __init__(self, *, catalogue: CatalogueReader, policy: ReminderPolicy, clock: Clock) -> None:
        self._catalogue = catalogue
        self._policy = policy
        self._clock = clock

    async def handle(self, connection: AsyncConnection, events: Sequence[RecordedEvent]) -> None:
        """See `shared.messaging.ports.EventHandler`.

        Raises:
            PoisonEvent: the data of an event does not have the shape of its type.
        """
        obligations = list(_newest_obligations(events))
        taken_out = list(_taken_out(events))
        plan = await self._plan(connection, events)
        if obligations:
            await _follow(connection, obligations, plan=plan)
        if taken_out:
            await _rearm(connection, taken_out, plan=plan)
        if any(event.type == EventType.CATALOGUE_CHANGED for event in events):
            await _retime(connection, plan=plan)

    async def _plan(self, connection: AsyncConnection, events: Sequence[RecordedEvent]) -> Plan:
        known = max(event.catalogue_number for event in events)
        catalogue = await self._catalogue.at_least(known)
        started_at = await repository.note_first_start(connection, now=self._clock.now())
        return Plan(self._policy, catalogue.calendar, first_day=vietnam_date(started_at))


async def _follow(
    connection: AsyncConnection, obligations: Sequence[ObligationStateV1], *, plan: Plan
) -> None:
    newer = await repository.save_obligations(connection, obligations)
    changed = [item for item in obligations if item.obligation_id in newer]
    ended = [item for item in changed if item.state is ObligationState.EXCLUDED]
    await repository.end_timers(connection, [item.obligation_id for item in ended])
    await repository.save_timers(
        connection,
        [
            timer
            for item in changed
            if item.state is not ObligationState.EXCLUDED
            for timer in plan.timers(item.obligation_id, deadline=item.deadline)
        ],
    )


async def _rearm(
    connection: AsyncConnection, reports: Sequence[ReportStateV1], *, plan: Plan
) -> None:
    rows = [
        (each.organization_id, each.regime, each.form, each.period, plan.after(each.act.at))
        for each in reports
        if not plan.is_past(plan.after(each.act.at))
    ]
    await repository.rearm(connection, rows, stage=ReminderStage.OVERDUE)


async def _retime(connection: AsyncConnection, *, plan: Plan) -> None:
    """After a change of the catalogue: days off, or an address, may be new."""
    await repository.reconsider_unaddressed(connection)
    waiting = await repository.with_waiting_timers(connection)
    await repository.retime(
        connection,
        [
            timer
            for obligation_id, deadline in waiting
            for timer in plan.timers(obligation_id, deadline=deadline)
        ],
    )


def _newest_obligations(events: Sequence[RecordedEvent]) -> Iterable[ObligationStateV1]:
    """The newest state of each obligation in the batch."""
    states = [_read(each, ObligationStateV1) for each in events if each.type in OBLIGATION_EVENTS]
    in_order = sorted(states, key=lambda state: state.sequence)
    return {state.obligation_id: state for state in in_order}.values()


def _taken_out(events: Sequence[RecordedEvent]) -> Iterable[ReportStateV1]:
    """The reports of which, at the end of the batch, no version is in."""
    states = [_read(each, ReportStateV1) for each in events if each.type in REPORT_EVENTS]
    in_order = sorted(states, key=lambda state: state.sequence)
    newest = {state.report_id: state for state in in_order}.values()
    return (state for state in newest if state.live is None and state.official is None)


def _read(event: RecordedEvent, payload: type[State]) -> State:
    try:
        return read_payload(event.data, payload)
    except InvalidPayload as error:
        raise PoisonEvent(event, code=error.code, reason=str(error)) from error
