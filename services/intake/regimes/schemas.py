"""Regimes as JSON."""

from datetime import date, datetime
from typing import Any

from services.intake.regimes.use_cases import Duty, RegimeDuties
from shared.catalogue.regimes import RegimeType
from shared.domain.deadlines import LadderDeadline
from shared.domain.periods import Frequency, Period, PeriodCalendar
from shared.labels.labels import Language
from shared.web.answers import Answer, NamedOrganization

Day = date
"""A field may be named `date` too."""


class ReceiverModel(NamedOrganization):
    """Somebody who receives, and how many send to it."""

    reporters: int


class DutyModel(Answer):
    """A form that a level owes; `to_parent` of its organizations send it to their parent.

    `deadline` is that of the level in the next period.
    """

    form: str
    level: str
    reporters: int
    to_parent: int
    receivers: list[ReceiverModel]
    deadline: datetime | None


class LevelDeadlineModel(Answer):
    """A deadline ends with its day."""

    level: str
    date: Day
    deadline: datetime


class NextPeriodModel(Answer):
    """The period that is due next, with the deadline of each level, lowest first."""

    period: str
    window_first: date
    window_last: date
    cutoff_date: date
    deadlines: list[LevelDeadlineModel]


class OnRequestModel(Answer):
    """Which levels may ask, and how many working days at least those asked have."""

    asking_levels: list[str]
    min_working_days: int


class RegimeModel(Answer):
    """`source` is its legal basis; `assumed`: its periods, deadlines or reporters are assumed, not
    read in a law. `next_version_from`: a change applies from that day on.
    """

    code: str
    version: int
    type: RegimeType
    name: str
    frequency: Frequency
    calendar: PeriodCalendar
    source: str | None
    assumed: bool
    valid_from: date
    valid_to: date | None
    next_version_from: date | None
    closes_after_working_days: int | None
    on_request: OnRequestModel | None
    forms: list[str]
    next_period: NextPeriodModel | None
    duties: list[DutyModel]


class RegimesModel(Answer):
    """`next` is the `offset` of the rest, null at the end."""

    items: list[RegimeModel]
    next: int | None


def regime_json(found: RegimeDuties, *, language: Language) -> dict[str, Any]:
    """As `RegimeModel` describes it."""
    regime, rule = found.regime, found.regime.on_request
    english = regime.name_en if language is Language.EN else None
    return {
        "code": regime.code,
        "version": regime.version,
        "type": regime.type.value,
        "name": english or regime.name,
        "frequency": regime.frequency,
        "calendar": regime.calendar,
        "source": regime.source,
        "assumed": regime.assumed,
        "valid_from": regime.valid_from,
        "valid_to": regime.valid_to,
        "next_version_from": found.successor.valid_from if found.successor else None,
        "closes_after_working_days": regime.closes_after_working_days,
        "on_request": None
        if rule is None
        else {
            "asking_levels": sorted(rule.asking_levels),
            "min_working_days": rule.min_working_days,
        },
        "forms": list(regime.forms),
        "next_period": None
        if found.period is None
        else _period_json(found.period, found.deadlines),
        "duties": [_duty_json(each) for each in found.duties],
    }


def _period_json(period: Period, deadlines: tuple[LadderDeadline, ...]) -> dict[str, Any]:
    return {
        "period": period.code,
        "window_first": period.window.first,
        "window_last": period.window.last,
        "cutoff_date": period.cutoff_date,
        "deadlines": [
            {"level": each.level, "date": each.date, "deadline": each.instant} for each in deadlines
        ],
    }


def _duty_json(duty: Duty) -> dict[str, Any]:
    return {
        "form": duty.form.code,
        "level": duty.level,
        "reporters": duty.reporters,
        "to_parent": duty.up_the_tree,
        "receivers": [
            {"code": each.code, "name": each.name, "reporters": count}
            for each, count in duty.receivers
        ],
        "deadline": None if duty.deadline is None else duty.deadline.instant,
    }
