"""Read access to reference data: one immutable view in memory, and the reader that keeps it fresh.

Everything that is dated is asked for with a date, usually the cut-off of a period: a report belongs
to the tree, the chain and the form that were in force on that day.
"""

import asyncio
import time
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.catalogue.building import (
    build_calendar,
    build_indicator,
    build_regime,
    day_names,
)
from shared.catalogue.errors import UnknownForm, UnknownIndicator, UnknownRegime
from shared.catalogue.faults import CatalogueBehind
from shared.catalogue.form_building import build_form
from shared.catalogue.history import TreeHistory
from shared.catalogue.regime_schemas import RegimeFile
from shared.catalogue.regimes import Regime
from shared.catalogue.remarks import Remark, remarks_of
from shared.catalogue.repository import newest_number, read_stored
from shared.catalogue.schemas import CalendarFile, FormFile, IndicatorModel
from shared.catalogue.stored import Stored, live
from shared.db.engine import snapshot
from shared.domain.calendars import WorkingCalendar
from shared.domain.chains import ChainLink, receiver_of
from shared.domain.deadlines import LadderDeadline, ladder_deadlines
from shared.domain.forms import FormTemplate
from shared.domain.holders import heirs
from shared.domain.identifiers import (
    FormCode,
    IndicatorCode,
    OrganizationCode,
    OrganizationId,
    RegimeCode,
)
from shared.domain.indicators import Indicator
from shared.domain.lineage import LineageEdge, predecessors
from shared.domain.organizations import OrganizationVersion, Tree
from shared.domain.periods import Period
from shared.domain.time import in_force

NO_HOLIDAYS = WorkingCalendar(frozenset(), frozenset())
CHECK_INTERVAL_SECONDS = 1.0

MAX_KEPT_CATALOGUES = 4
"""Older catalogues that were asked for: who looks back looks at one moment for a while."""


MOST_WORKED_OUT = 10_000

KeyT = TypeVar("KeyT", bound=Hashable)
ResultT = TypeVar("ResultT")


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
    lineage: tuple[LineageEdge, ...] = ()
    calendar: WorkingCalendar = NO_HOLIDAYS
    day_names: Mapping[date, str] = field(default_factory=dict)
    remarks: Mapping[tuple[FormCode, int], tuple[Remark, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, stored: Stored) -> "Catalogue":
        """The view of what the database holds."""
        documents = [document for document in stored.documents if not document.retracted]
        years = [each for each in documents if isinstance(each, CalendarFile)]
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
            lineage=tuple(stored.live_lineage()),
            calendar=build_calendar(years),
            day_names=day_names(years),
            remarks={
                (FormCode(each.code), each.version): remarks_of(each)
                for each in documents
                if isinstance(each, FormFile)
            },
        )

    def once(
        self, work: Callable[["Catalogue", KeyT], ResultT | None], key: KeyT
    ) -> ResultT | None:
        """What `work` gives for a key, worked out once: it must depend on nothing else.

        None is worked out again, so that what strangers make up takes no place.
        """
        found: ResultT | None = self._worked_out.get((work, key))
        if found is None:
            found = work(self, key)
            if found is not None:
                self._keep(work, key, found)
        return found

    def _keep(self, work: object, key: object, found: object) -> None:
        if len(self._worked_out) >= MOST_WORKED_OUT:
            self._worked_out.clear()
        self._worked_out[work, key] = found

    @cached_property
    def _worked_out(self) -> dict[tuple[object, object], Any]:
        return {}

    def tree(self, on: date) -> Tree:
        """The organizations in force on a day, each under its parent."""
        return self.history.tree(on)

    @cached_property
    def history(self) -> TreeHistory:
        """Every tree there was and will be, and how one becomes another."""
        return TreeHistory(self.organizations, self.lineage)

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
        """Who receives an organization's reports of a regime: its link, else its parent."""
        links = self.links.get(regime, ())
        return receiver_of(reporter_id, links=links, tree=self.tree(on))

    def reporters_to(self, receiver_id: OrganizationId, *, on: date) -> frozenset[OrganizationId]:
        """Whose reports of any regime an organization receives on a day.

        Regimes that have ended count too: their old reports still have a receiver. What is asked
        on request goes to whoever asks, so there only links count, which say whom one may ask.
        """
        tree = self.tree(on)
        if receiver_id not in tree.organizations:
            return frozenset()
        found: set[OrganizationId] = set()
        for links, by_tree in self._links_of_each_regime():
            valid = [link for link in links if link.is_valid_on(on)]
            linked = {link.reporter_id for link in valid}
            if by_tree:
                found |= set(tree.children(receiver_id)) - linked
            found |= {link.reporter_id for link in valid if link.receiver_id == receiver_id}
        return frozenset(found)

    def _links_of_each_regime(self) -> list[tuple[tuple[ChainLink, ...], bool]]:
        """Each with whether the tree decides where there is no link."""
        by_tree = {regime.code: regime.on_request is None for regime in self.regimes}
        found = [(self.links.get(code, ()), tree) for code, tree in by_tree.items()]
        return found if any(by_tree.values()) else [*found, ((), True)]

    def versions(self, organization_id: OrganizationId) -> tuple[OrganizationVersion, ...]:
        """Every stretch of an organization, earliest first; empty for an id that nobody has."""
        found = [each for each in self.organizations if each.id == organization_id]
        return tuple(sorted(found, key=lambda each: each.valid_from))

    def heirs(self, organization_id: OrganizationId, *, on: date) -> frozenset[OrganizationId]:
        """Those who have a part of an ended unit on a day, and all above them."""
        return heirs(organization_id, lineage=self.history.lineage, today=self.tree(on))

    def predecessors(
        self, organization_ids: Iterable[OrganizationId], *, on: date
    ) -> frozenset[OrganizationId]:
        """All units that became part of these by a day, directly or through others."""
        return predecessors(organization_ids, edges=self.lineage, on=on)

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
        self._catalogue = Catalogue()
        self._checked_at: float | None = None
        self._lock = asyncio.Lock()
        self._older: dict[int, Catalogue] = {}
        self._older_lock = asyncio.Lock()

    async def current(self, *, minimum: int = 0) -> Catalogue:
        """The catalogue, at change `minimum` or later, at most a second old.

        Raises CatalogueBehind if the database does not hold that change.
        """
        if self._is_due() or self._catalogue.number < minimum:
            async with self._lock:
                if self._is_due() or self._catalogue.number < minimum:
                    await self._refresh()
        return self._at_least(minimum)

    async def at_least(self, number: int) -> Catalogue:
        """The catalogue in memory if it holds change `number`, however old; else the newest.

        For consumers, whose events name the change they were judged by. Raises CatalogueBehind.
        """
        if self._checked_at is None or self._catalogue.number < number:
            await self.current(minimum=number)
        return self._at_least(number)

    async def as_known(self, number: int) -> Catalogue:
        """The catalogue as of change `number`, whatever came after it; 0 is the empty one.

        Raises CatalogueBehind if the database does not hold that change.
        """
        newest = await self.at_least(number)
        if newest.number == number:
            return newest
        async with self._older_lock:
            found = self._older.pop(number, None) or await self._read(number)
            self._older[number] = found
            if len(self._older) > MAX_KEPT_CATALOGUES:
                self._older.pop(next(iter(self._older)))
        return found

    async def _read(self, number: int) -> Catalogue:
        async with snapshot(self._engine) as connection:
            return Catalogue.of(await read_stored(connection, number=number))

    def _is_due(self) -> bool:
        checked_at = self._checked_at
        return checked_at is None or self._seconds() - checked_at >= CHECK_INTERVAL_SECONDS

    def _at_least(self, number: int) -> Catalogue:
        if self._catalogue.number < number:
            raise CatalogueBehind(wanted=number, found=self._catalogue.number)
        return self._catalogue

    async def _refresh(self) -> None:
        checked_at = self._seconds()
        async with snapshot(self._engine) as connection:
            if await newest_number(connection) > self._catalogue.number:
                self._catalogue = Catalogue.of(await read_stored(connection))
        self._checked_at = checked_at


ItemT = TypeVar("ItemT")


def _first(items: tuple[ItemT, ...], wanted: Callable[[ItemT], bool]) -> ItemT | None:
    return next(filter(wanted, items), None)


def _holds(dated: DatedIndicator, on: date) -> bool:
    return in_force(on, valid_from=dated.valid_from, valid_to=dated.valid_to)
