"""Builds the year's world: two provinces, the reform, seven quarters and 21 months."""

from collections.abc import Iterator
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine

from services.aggregator.upkeep.rebuild import rebuild
from services.demo.progress import Progress
from services.demo.year.economy import OFFICE
from services.demo.year.placing import mark_applied, place_events, place_later_events
from services.demo.year.reminders import set_reminders
from services.demo.year.sheets import PROCEDURES, Figuring, content_of, with_slip
from services.demo.year.signing import sign_off_past
from services.demo.year.timeline import STORY_BEGINS, YEAR_START, Timeline
from services.demo.year.units import Units, units_of
from services.demo.year.writing import Told, Writer
from services.intake import service as intake_service
from services.intake.obligations.repository import read_of_period
from services.intake.obligations.use_cases import keep_obligations
from services.intake.places import place_of
from shared.catalogue.catalogue import Catalogue, CatalogueReader
from shared.catalogue.regimes import Regime
from shared.clock import FixedClock
from shared.db.engine import driver, transaction
from shared.domain.figures import Figures
from shared.domain.identifiers import AccountId, FormCode, OrganizationCode, OrganizationId
from shared.domain.obligations import Obligation
from shared.domain.organizations import OrganizationVersion
from shared.domain.periods import Frequency, Period, PeriodCalendar, periods_between
from shared.domain.time import end_of_day
from shared.messaging.offsets import ConsumerSchema

TODAY = YEAR_START.date()
PROVINCE = OrganizationCode("75")
FIRST_DAY = STORY_BEGINS.date()
"""Periods whose window touches this day or a later one are told."""


async def seed_year(
    engine: AsyncEngine,
    *,
    actor_id: AccountId,
    progress: Progress,
    only: frozenset[OrganizationId] | None = None,
    played: frozenset[str] = frozenset(),
) -> None:
    """Fill a database that holds the catalogue: duties, reports, and their sums.

    `only` lets just these units send (a sample of the world); units with a code in `played` have
    not sent for the periods that are due.
    """
    known = await CatalogueReader(engine).current()
    progress(0, 1, doing="Opening the duties of 21 months")
    await _open_duties(engine)
    story = _Story(known, played=played, only=only)
    chapters = list(_chapters(known))
    total = len(chapters) * 2
    for number, (regime, form, period) in enumerate(chapters):
        progress(number, total, doing=f"Writing the reports of {period.code}")
        await story.tell(engine, regime, form, period=period, actor_id=actor_id)
    progress(len(chapters), total, doing="Placing the events in the log")
    await place_events(engine)
    progress(len(chapters) * 5 // 4, total, doing="Setting the reminders")
    await set_reminders(engine, at=YEAR_START)
    progress(len(chapters) * 3 // 2, total, doing="Adding up every district and province")
    await rebuild(engine, catalogue=known)
    await sign_off_past(engine, actor_id=actor_id, province=PROVINCE, now=YEAR_START)
    await place_later_events(engine, recorded_at=YEAR_START)
    await mark_applied(engine, ConsumerSchema.AGGREGATOR)
    progress(total, total, doing="Done")


async def _open_duties(engine: AsyncEngine) -> None:
    """Duties open, follow and are fixed on the days on which they would have been."""
    clock = FixedClock(end_of_day(FIRST_DAY))
    intake = intake_service.build(
        engine=engine, catalogue=CatalogueReader(engine), clock=clock, hint=lambda: None
    )
    await keep_obligations(intake, since=FIRST_DAY)
    for period in periods_between(
        Frequency.MONTH, calendar=PeriodCalendar.ADMINISTRATIVE, first=FIRST_DAY, last=TODAY
    ):
        if period.cutoff_date < TODAY:
            clock.move_to(end_of_day(period.cutoff_date))
            await keep_obligations(intake)


def _topics(known: Catalogue) -> Iterator[tuple[Regime, FormCode]]:
    """Each form once, with a version of the regime that asks for it period by period."""
    seen: set[FormCode] = set()
    periodic = (regime for regime in known.regimes if regime.on_request is None)
    for regime in periodic:
        for form in regime.forms:
            if form not in seen:
                seen.add(form)
                yield regime, form


def _chapters(known: Catalogue) -> Iterator[tuple[Regime, FormCode, Period]]:
    for regime, form in _topics(known):
        for period in _periods(regime):
            yield regime, form, period


def _periods(regime: Regime) -> tuple[Period, ...]:
    touching = regime.periods.between(FIRST_DAY, TODAY)
    return tuple(period for period in touching if period.cutoff_date < TODAY)


class _Story:
    """What is told period by period; holds what the next one is compared with."""

    def __init__(
        self,
        known: Catalogue,
        *,
        played: frozenset[str],
        only: frozenset[OrganizationId] | None,
    ) -> None:
        regimes = {form: regime for regime, form in _topics(known)}
        rows = known.form(PROCEDURES, on=TODAY).input_rows
        quarters = _periods(regimes[PROCEDURES])
        self._known, self._only = known, only
        self._units: Units = units_of(known)
        self._timeline = Timeline(known.calendar, YEAR_START, played)
        self._figuring = Figuring(
            first=Period(Frequency.MONTH, PeriodCalendar.ADMINISTRATIVE, FIRST_DAY.year, 1),
            quarters=tuple(period.code for period in quarters),
            rows=tuple(row.code for row in rows),
        )
        self._before: dict[tuple[OrganizationId, FormCode, str], Figures] = {}

    async def tell(
        self,
        engine: AsyncEngine,
        regime: Regime,
        form: FormCode,
        *,
        period: Period,
        actor_id: AccountId,
    ) -> None:
        """Store the reports of one form for one period."""
        async with transaction(engine) as connection:
            native = await driver(connection)
            duties = await read_of_period(native, regime=regime.code, form=form, period=period.code)
            told = [each for duty in duties if (each := self._report(duty)) is not None]
            if told:
                await Writer(native, actor_id, self._known.number).write(told)

    def _report(self, duty: Obligation) -> Told | None:
        if self._only is not None and duty.organization_id not in self._only:
            return None
        place, unit = place_of(self._known, duty), self._units[duty.organization_id]
        organization = place.organization
        steps = self._timeline.of(duty, code=organization.code, name=organization.name)
        if not steps:
            return None
        raw = self._figuring.raw(duty.form, unit, period=place.period)
        before = self._before.get((duty.organization_id, duty.form, place.period.previous().code))
        judge = partial(content_of, place.form, unit, previous=before, period=place.period)
        content = judge(raw)
        slip = judge(with_slip(duty.form, raw)) if any(step.slip for step in steps) else None
        self._before[duty.organization_id, duty.form, place.period.code] = content.figures
        return Told(
            obligation=duty,
            place=place,
            sender=_title(organization),
            receiver=self._receiver(duty),
            steps=steps,
            content=content,
            slip=slip,
        )

    def _receiver(self, duty: Obligation) -> str:
        tree = self._known.tree(duty.cutoff_date)
        return f"Chuyên viên {tree.get(duty.receiver_id or duty.province_id).name} (mô phỏng)"


def _title(organization: OrganizationVersion) -> str:
    office = "Chuyên viên" if organization.level == OFFICE else "Công chức"
    return f"{office} {organization.name} (mô phỏng)"
