"""Read access to reference data: one immutable view in memory, and the reader that keeps it fresh.

Everything that is dated is asked for with a date, usually the cut-off of a period: a report belongs
to the tree, the chain and the form that were in force on that day.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.catalogue.building import build_calendar, build_form, build_indicator, build_regime
from shared.catalogue.errors import UnknownForm, UnknownIndicator, UnknownRegime
from shared.catalogue.faults import CatalogueBehind
from shared.catalogue.regimes import Regime
from shared.catalogue.repository import newest_number, read_stored
from shared.catalogue.schemas import CalendarFile, FormFile, IndicatorModel, RegimeFile
from shared.catalogue.stored import Stored, live
from shared.db.engine import snapshot
from shared.domain.calendars import WorkingCalendar
from shared.domain.chains import ChainLink, receiver_of
from shared.domain.deadlines import LadderDeadline, ladder_deadlines
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import (
    FormCode,
    IndicatorCode,
    OrganizationCode,
    OrganizationId,
    RegimeCode,
)
from shared.domain.indicators import Indicator
from shared.domain.organizations import OrganizationVersion, Tree
from shared.domain.periods import Period
from shared.domain.time import in_force

CHECK_INTERVAL_SECONDS = 1.0
MAX_CACHED_TREES = 64
"""Trees are asked for by cut-off date: a few per regime and year."""


@dataclass(frozen=True, slots=True)
class DatedIndicator:
    """An indicator and the days for which its method holds."""

    indicator: Indicator
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class Catalogue:
    """The catalogue as of change `number`; 0 is the empty one."""

    number: int = 0
    organizations: tuple[OrganizationVersion, ...] = ()
    regimes: tuple[Regime, ...] = ()
    forms: tuple[FormTemplate, ...] = ()
    indicators: tuple[DatedIndicator, ...] = ()
    links: Mapping[RegimeCode, tuple[ChainLink, ...]] = field(default_factory=dict)
    calendar: WorkingCalendar = WorkingCalendar(frozenset(), frozenset())
    _trees: dict[date, Tree] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def of(cls, stored: Stored) -> "Catalogue":
        """The view of what the database holds."""
        documents = [document for document in stored.documents if not document.retracted]
        return cls(
            number=stored.number,
            organizations=tuple(stored.live_organizations()),
            regimes=tuple(build_regime(each) for each in documents if isinstance(each, RegimeFile)),
            forms=tuple(build_form(each) for each in documents if isinstance(each, FormFile)),
            indicators=tuple(
                DatedIndicator(build_indicator(each), each.valid_from, each.valid_to)
                for each in documents
                if isinstance(each, IndicatorModel)
            ),
            links=live(stored.links),
            calendar=build_calendar(each for each in documents if isinstance(each, CalendarFile)),
        )

    def tree(self, on: date) -> Tree:
        """The organizations in force on a day, each under its parent."""
        if on not in self._trees:
            while len(self._trees) >= MAX_CACHED_TREES:
                self._trees.pop(next(iter(self._trees)))
            self._trees[on] = Tree.at(self.organizations, on)
        return self._trees[on]

    def organization_by_code(
        self, code: OrganizationCode, *, on: date, level: str | None = None
    ) -> OrganizationVersion:
        """Who bears a code on a day; raises UnknownOrganizationCode."""
        return self.tree(on).by_code(code, level=level)

    def form(self, code: FormCode, *, on: date) -> FormTemplate:
        """The version of a form in force on a day; raises UnknownForm."""
        found = _first(self.forms, lambda form: form.code == code and form.is_in_force(on))
        if found is None:
            raise UnknownForm(code, on=on)
        return found

    def form_by_slug(self, slug: str, *, on: date) -> FormTemplate:
        """The same, by the name used in addresses; raises UnknownForm."""
        found = _first(self.forms, lambda form: form.slug == slug and form.is_in_force(on))
        if found is None:
            raise UnknownForm(slug, on=on)
        return found

    def form_version(self, code: FormCode, version: int) -> FormTemplate:
        """A version of a form, whether in force or not; raises UnknownForm."""
        found = _first(self.forms, lambda form: form.code == code and form.version == version)
        if found is None:
            raise UnknownForm(code)
        return found

    def regimes_in_force(self, on: date) -> tuple[Regime, ...]:
        """Every regime that asks for reports on a day."""
        return tuple(regime for regime in self.regimes if regime.is_in_force(on))

    def regime(self, code: RegimeCode, *, on: date) -> Regime:
        """The version of a regime in force on a day; raises UnknownRegime."""
        found = _first(self.regimes_in_force(on), lambda regime: regime.code == code)
        if found is None:
            raise UnknownRegime(code, on=on)
        return found

    def regime_of_form(self, form: FormCode, *, on: date) -> Regime:
        """The regime that asks for a form on a day; raises UnknownForm if none does."""
        found = _first(self.regimes_in_force(on), lambda regime: form in regime.forms)
        if found is None:
            raise UnknownForm(form, on=on)
        return found

    def indicators_of(self, form: FormCode, *, on: date) -> tuple[Indicator, ...]:
        """The indicators computed from a form, by the methods of a day."""
        return tuple(
            dated.indicator
            for dated in self.indicators
            if dated.indicator.form == form and _holds(dated, on)
        )

    def indicator(self, code: IndicatorCode, *, on: date) -> Indicator:
        """One indicator by the method of a day; raises UnknownIndicator."""
        found = _first(
            self.indicators, lambda dated: dated.indicator.code == code and _holds(dated, on)
        )
        if found is None:
            raise UnknownIndicator(code, on=on)
        return found.indicator

    def receiver(
        self, reporter_id: OrganizationId, *, regime: RegimeCode, on: date
    ) -> OrganizationId | None:
        """Who receives a regime's reports of an organization on a day: its link, else its parent."""
        links = self.links.get(regime, ())
        return receiver_of(reporter_id, links=links, tree=self.tree(on))

    def deadlines(self, regime: Regime, period: Period) -> dict[str, LadderDeadline]:
        """The deadline of each level for a period, lowest level first."""
        return ladder_deadlines(regime.ladder, cutoff=period.cutoff_date, calendar=self.calendar)


class CatalogueReader:
    """Gives the current catalogue, and reads it anew when the database holds a newer change.

    The database is asked for its newest number at most once a second, or when a caller needs a
    change that the view in memory lacks. Concurrent callers share one reading.
    """

    def __init__(
        self, engine: AsyncEngine, *, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._engine = engine
        self._seconds = seconds
        self._catalogue: Catalogue | None = None
        self._checked_at = 0.0
        self._lock = asyncio.Lock()

    async def current(self, *, minimum: int = 0) -> Catalogue:
        """The catalogue, at change `minimum` or later.

        Raises CatalogueBehind if the database does not hold that change.
        """
        known = self._fresh(minimum)
        if known is not None:
            return known
        async with self._lock:
            known = self._fresh(minimum) or await self._refreshed()
        if known.number < minimum:
            raise CatalogueBehind(wanted=minimum, found=known.number)
        return known

    def _fresh(self, minimum: int) -> Catalogue | None:
        """The view in memory, if it was checked lately and holds what is asked for."""
        known = self._catalogue
        due = self._seconds() - self._checked_at >= CHECK_INTERVAL_SECONDS
        return None if known is None or due or known.number < minimum else known

    async def _refreshed(self) -> Catalogue:
        checked_at = self._seconds()
        async with snapshot(self._engine) as connection:
            known = self._catalogue
            if known is None or await newest_number(connection) > known.number:
                known = Catalogue.of(await read_stored(connection))
        self._catalogue = known
        self._checked_at = checked_at
        return known


ItemT = TypeVar("ItemT")


def _first(items: tuple[ItemT, ...], wanted: Callable[[ItemT], bool]) -> ItemT | None:
    return next(filter(wanted, items), None)


def _holds(dated: DatedIndicator, on: date) -> bool:
    return in_force(on, valid_from=dated.valid_from, valid_to=dated.valid_to)
