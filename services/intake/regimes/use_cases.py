"""What the regimes ask for on a day, put together for people and programs."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from shared.catalogue.catalogue import Catalogue
from shared.catalogue.regimes import Regime
from shared.domain.deadlines import LadderDeadline
from shared.domain.errors import CatalogueError
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import FormCode, OrganizationId
from shared.domain.organizations import OrganizationVersion
from shared.domain.periods import Period

LOOKING_BACK = timedelta(days=93)
LOOKING_AHEAD = timedelta(days=400)
"""A period that was cut off a quarter ago may still be due; the next year is a year away."""


@dataclass(frozen=True, slots=True)
class Duty:
    """A form that the organizations of a level owe: `receivers` with how many send to each.

    `up_the_tree` counts those whose reports go to the organization above them. `deadline` is that
    of the level in the regime's next period.
    """

    form: FormTemplate
    level: str
    reporters: int
    up_the_tree: int
    receivers: tuple[tuple[OrganizationVersion, int], ...]
    deadline: LadderDeadline | None


@dataclass(frozen=True, slots=True)
class RegimeDuties:
    """A regime in force, and who owes what to whom on that day.

    `period` is the one that is due next; None where nothing more is asked, or only on request.
    `successor` is the version of the regime that takes its place.
    """

    regime: Regime
    forms: tuple[FormTemplate, ...]
    duties: tuple[Duty, ...]
    period: Period | None
    deadlines: tuple[LadderDeadline, ...]
    successor: Regime | None


def duties_on(known: Catalogue, on: date) -> tuple[RegimeDuties, ...]:
    """Who owes what to whom on a day, regime by regime."""
    return tuple(_of_regime(known, regime, on=on) for regime in known.regimes_in_force(on))


def _of_regime(known: Catalogue, regime: Regime, *, on: date) -> RegimeDuties:
    period = _next_period(known, regime, on=on)
    deadlines = {} if period is None else known.deadlines(regime, period)
    later = [
        each
        for each in known.regimes
        if each.code == regime.code and each.valid_from > regime.valid_from
    ]
    return RegimeDuties(
        regime=regime,
        forms=tuple(_forms(known, regime, on=on)),
        duties=tuple(_duties(known, regime, deadlines=deadlines, on=on)),
        period=period,
        deadlines=tuple(deadlines.values()),
        successor=min(later, key=lambda each: each.valid_from, default=None),
    )


def _next_period(known: Catalogue, regime: Regime, *, on: date) -> Period | None:
    """The first whose last deadline has not passed."""
    for period in regime.periods.between(on - LOOKING_BACK, on + LOOKING_AHEAD):
        if regime.is_in_force(period.cutoff_date):
            last = max(each.date for each in known.deadlines(regime, period).values())
            if last >= on:
                return period
    return None


def _forms(known: Catalogue, regime: Regime, *, on: date) -> Iterator[FormTemplate]:
    for code in regime.forms:
        form = _form(known, code, on=on)
        if form is not None:
            yield form


def _form(known: Catalogue, code: FormCode, *, on: date) -> FormTemplate | None:
    try:
        return known.form(code, on=on)
    except CatalogueError:
        return None


def _duties(
    known: Catalogue, regime: Regime, *, deadlines: dict[str, LadderDeadline], on: date
) -> Iterator[Duty]:
    tree = known.tree(on)
    for form in _forms(known, regime, on=on):
        for level in (step.level for step in regime.ladder.steps):
            reporters = [each for each in tree.organizations.values() if each.level == level]
            if level in form.entering_levels and reporters:
                yield _duty(
                    known,
                    regime,
                    form=form,
                    reporters=reporters,
                    deadline=deadlines.get(level),
                    on=on,
                )


def _duty(
    known: Catalogue,
    regime: Regime,
    *,
    form: FormTemplate,
    reporters: list[OrganizationVersion],
    deadline: LadderDeadline | None,
    on: date,
) -> Duty:
    named: dict[OrganizationId, int] = defaultdict(int)
    for each in reporters:
        receiver = known.receiver(each.id, regime=regime.code, on=on)
        if receiver is not None and receiver != each.parent_id:
            named[receiver] += 1
    tree = known.tree(on)
    return Duty(
        form=form,
        level=reporters[0].level,
        reporters=len(reporters),
        up_the_tree=len(reporters) - sum(named.values()),
        receivers=tuple((tree.get(each), count) for each, count in named.items()),
        deadline=deadline,
    )
