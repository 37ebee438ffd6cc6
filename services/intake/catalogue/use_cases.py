"""What the catalogue says, put together for people and programs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from shared.catalogue.catalogue import Catalogue
from shared.catalogue.regimes import Regime
from shared.domain.deadlines import LadderDeadline, LadderWarning
from shared.domain.identifiers import OrganizationCode, OrganizationId
from shared.domain.lineage import LineageEdge
from shared.domain.names import search_key
from shared.domain.organizations import OrganizationVersion, Tree
from shared.domain.periods import Period
from shared.web.problems import NotFound


@dataclass(frozen=True, slots=True)
class Organizations:
    """A page of those that were asked for; `next_offset` is None at the end."""

    items: tuple[OrganizationVersion, ...]
    tree: Tree
    total: int
    next_offset: int | None


@dataclass(frozen=True, slots=True)
class Relative:
    """A unit on the other side of a reorganization, under the name that it bore then."""

    organization: OrganizationVersion
    edge: LineageEdge


@dataclass(frozen=True, slots=True)
class OrganizationStory:
    """Every stretch of an organization, and what it came from and became."""

    versions: tuple[OrganizationVersion, ...]
    before: tuple[Relative, ...]
    after: tuple[Relative, ...]


@dataclass(frozen=True, slots=True)
class DuePeriod:
    """One period of a regime with the deadline of each level, lowest first."""

    regime: Regime
    period: Period
    deadlines: tuple[LadderDeadline, ...]

    @property
    def last_day(self) -> date:
        """The day on which the last level is due."""
        return max(deadline.date for deadline in self.deadlines)

    @property
    def crowded(self) -> tuple[LadderDeadline, ...]:
        """Days off leave the receivers of these levels less time than the regime grants them."""
        return tuple(each for each in self.deadlines if LadderWarning.GAP_NOT_KEPT in each.warnings)


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """A year as offices work it; `names` says why a day differs from Monday to Friday."""

    year: int
    estimated: bool
    days_off: tuple[date, ...]
    days_worked: tuple[date, ...]
    names: Mapping[date, str]
    periods: tuple[DuePeriod, ...]


def find_organizations(
    known: Catalogue,
    *,
    on: date,
    parent: str | None,
    words: str | None,
    offset: int,
    limit: int,
) -> Organizations:
    """Those in force on a day, by name; raises UnknownOrganizationCode for an unknown parent."""
    tree = known.tree(on)
    found = _below(tree, parent)
    if words:
        key = search_key(words)
        found = [each for each in found if key in each.search_key or each.code == words.strip()]
    found.sort(key=lambda each: (each.sort_key, each.code))
    end = offset + limit
    return Organizations(
        items=tuple(found[offset:end]),
        tree=tree,
        total=len(found),
        next_offset=end if end < len(found) else None,
    )


def _below(tree: Tree, parent: str | None) -> list[OrganizationVersion]:
    if parent is None:
        return list(tree.organizations.values())
    above = tree.by_code(OrganizationCode(parent))
    return [tree.get(each) for each in tree.children(above.id)]


def story_of(known: Catalogue, organization_id: int) -> OrganizationStory:
    """Raises NotFound for a number that no organization bears."""
    asked = OrganizationId(organization_id)
    versions = known.versions(asked)
    if not versions:
        raise NotFound
    return OrganizationStory(
        versions=versions,
        before=tuple(
            Relative(_last(known, edge.source_id), edge)
            for edge in known.lineage
            if edge.target_id == asked != edge.source_id
        ),
        after=tuple(
            Relative(_first(known, edge.target_id), edge)
            for edge in known.lineage
            if edge.source_id == asked != edge.target_id
        ),
    )


def _last(known: Catalogue, organization_id: OrganizationId) -> OrganizationVersion:
    return known.versions(organization_id)[-1]


def _first(known: Catalogue, organization_id: OrganizationId) -> OrganizationVersion:
    return known.versions(organization_id)[0]


def calendar_of(known: Catalogue, year: int) -> CalendarYear:
    """The days that differ, and every period whose cut-off lies in the year."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    calendar = known.calendar
    return CalendarYear(
        year=year,
        estimated=year in calendar.estimated_years,
        days_off=tuple(sorted(day for day in calendar.days_off if day.year == year)),
        days_worked=tuple(sorted(day for day in calendar.days_worked if day.year == year)),
        names=known.day_names,
        periods=due_periods(known, first=first, last=last),
    )


def _deadlines(known: Catalogue, regime: Regime, period: Period) -> tuple[LadderDeadline, ...]:
    """Of the levels that there are at the cut-off: a regime may outlive one of them."""
    deadlines = known.deadlines(regime, period)
    levels = {each.level for each in known.tree(period.cutoff_date).organizations.values()}
    there = tuple(each for level, each in deadlines.items() if level in levels)
    return there or tuple(deadlines.values())


def due_periods(known: Catalogue, *, first: date, last: date) -> tuple[DuePeriod, ...]:
    """Every period cut off from `first` to `last`, by cut-off and regime."""
    found = [
        DuePeriod(regime, period, _deadlines(known, regime, period))
        for regime in known.regimes
        for period in regime.periods.between(first, last)
        if first <= period.cutoff_date <= last and regime.is_in_force(period.cutoff_date)
    ]
    return tuple(sorted(found, key=lambda each: (each.period.cutoff_date, each.regime.code)))
