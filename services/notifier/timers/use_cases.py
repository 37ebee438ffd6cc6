"""What the notifier learns from the log: when each stage of each duty falls due.

Timers follow obligations, the aggregates that are made of them, and the working calendar. A report
event cancels nothing: whether the report is in, or the aggregate signed off, is asked of the log at
the moment of the decision, in the decision's own transaction (I6). A report that was taken out
again (returned, withdrawn) lets the overdue stage fall due once more, on the next working day.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.notifier.abouts import About, MailKind
from services.notifier.aggregates import repository as aggregates
from services.notifier.aggregates.repository import Sheaf
from services.notifier.timers import repository
from services.notifier.timers.repository import Timer
from shared.catalogue.aggregates import aggregate_duties
from shared.catalogue.catalogue import Catalogue, CatalogueReader
from shared.clock import Clock
from shared.db.engine import transaction
from shared.domain.calendars import WorkingCalendar
from shared.domain.identifiers import FormCode, OrganizationId, PeriodCode, RegimeCode
from shared.domain.obligations import ObligationState
from shared.domain.reminders import ReminderPolicy, ReminderStage, schedule
from shared.domain.time import instant_at, vietnam_date
from shared.events.envelope import RecordedEvent
from shared.events.payloads import ObligationStateV1, ReportStateV1
from shared.events.topics import OBLIGATION_EVENTS, REPORT_EVENTS, EventType
from shared.messaging.payloads import payload_of

SMALLEST_INSTANT = timedelta(microseconds=1)
RECENT = timedelta(days=62)
"""A ladder ends in the month of the cut-off or the next."""


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
    catalogue: Catalogue
    first_day: date

    @property
    def calendar(self) -> WorkingCalendar:
        return self.catalogue.calendar

    def timers(self, about: About, *, deadline: datetime) -> list[Timer]:
        """The stages of one duty."""
        stages = schedule(
            self.policy, deadline_date=deadline_date(deadline), calendar=self.calendar
        )
        return [
            Timer(about, stage, due_at, self._state(due_at)) for stage, due_at in stages.items()
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
            await _follow_aggregates(connection, _cut_off(obligations), plan=plan)
        if any(event.type == EventType.OBLIGATION_TRANSFERRED for event in events):
            await repository.reconsider_unaddressed(connection)
        if taken_out:
            await _rearm(connection, taken_out, plan=plan)
        if any(event.type == EventType.CATALOGUE_CHANGED for event in events):
            await _retime(connection, plan=plan)

    async def _plan(self, connection: AsyncConnection, events: Sequence[RecordedEvent]) -> Plan:
        known = max(event.catalogue_number for event in events)
        catalogue = await self._catalogue.at_least(known)
        started_at = await repository.note_first_start(connection, now=self._clock.now())
        return Plan(self._policy, catalogue, first_day=vietnam_date(started_at))


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
            for timer in plan.timers(_report(item.obligation_id), deadline=item.deadline)
        ],
    )


async def keep_recent_aggregates(
    engine: AsyncEngine, *, catalogue: CatalogueReader, policy: ReminderPolicy, clock: Clock
) -> None:
    """Know the aggregates of the last periods, whose events may have come before this did."""
    known, now = await catalogue.current(), clock.now()
    async with transaction(engine) as connection:
        started_at = await repository.note_first_start(connection, now=now)
        since = vietnam_date(now) - RECENT
        sheaves = await aggregates.recent_sheaves(connection, since=since)
        plan = Plan(policy, known, first_day=vietnam_date(started_at))
        await _follow_aggregates(connection, sheaves, plan=plan)


def _cut_off(obligations: Iterable[ObligationStateV1]) -> frozenset[Sheaf]:
    """What is asked in a province for a period, as far as the cut-off has passed."""
    return frozenset(
        Sheaf(each.province_id, each.regime, each.form, each.period)
        for each in obligations
        if each.state is ObligationState.FIXED
    )


async def _follow_aggregates(
    connection: AsyncConnection, sheaves: Collection[Sheaf], *, plan: Plan
) -> None:
    """Whoever adds up what is asked has to sign it off; duties that are known are dated anew."""
    duties = [
        duty
        for sheaf in sheaves
        for duty in aggregate_duties(
            plan.catalogue,
            regime=RegimeCode(sheaf.regime),
            form=FormCode(sheaf.form),
            period=PeriodCode(sheaf.period),
            province_id=OrganizationId(sheaf.province_id),
        )
    ]
    saved = await aggregates.save_duties(connection, duties)
    await repository.save_timers(
        connection,
        [timer for about, deadline in saved for timer in plan.timers(about, deadline=deadline)],
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
            for timer in plan.timers(_report(obligation_id), deadline=deadline)
        ],
    )
    await _follow_aggregates(connection, await _waiting_sheaves(connection, plan), plan=plan)


async def _waiting_sheaves(connection: AsyncConnection, plan: Plan) -> frozenset[Sheaf]:
    """What the aggregates are of that have a stage still to come."""
    provinces: dict[int, int] = {each.id: each.province_id for each in plan.catalogue.organizations}
    return frozenset(
        Sheaf(provinces[each.organization_id], each.regime, each.form, each.period)
        for each in await aggregates.with_waiting_timers(connection)
        if each.organization_id in provinces
    )


def _report(obligation_id: int) -> About:
    return About(MailKind.REPORT, obligation_id)


def _newest_obligations(events: Sequence[RecordedEvent]) -> Iterable[ObligationStateV1]:
    """The newest state of each obligation in the batch."""
    states = [
        payload_of(each, ObligationStateV1) for each in events if each.type in OBLIGATION_EVENTS
    ]
    in_order = sorted(states, key=lambda state: state.sequence)
    return {state.obligation_id: state for state in in_order}.values()


def _taken_out(events: Sequence[RecordedEvent]) -> Iterable[ReportStateV1]:
    """The reports of which, at the end of the batch, no version is in."""
    states = [payload_of(each, ReportStateV1) for each in events if each.type in REPORT_EVENTS]
    in_order = sorted(states, key=lambda state: state.sequence)
    newest = {state.report_id: state for state in in_order}.values()
    return (state for state in newest if state.live is None and state.official is None)
