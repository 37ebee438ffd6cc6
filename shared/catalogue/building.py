"""Makes the values of the domain from the documents of the catalogue."""

from collections.abc import Iterable
from datetime import date

from shared.catalogue.regime_schemas import Deadlines, DeadlineStep, PeriodRule, RegimeFile
from shared.catalogue.regimes import Regime, RequestRule
from shared.catalogue.schemas import (
    CalendarFile,
    IndicatorModel,
)
from shared.domain.calendars import WorkingCalendar
from shared.domain.deadlines import (
    DayOfMonth,
    DeadlineRule,
    FixedDate,
    Ladder,
    LadderStep,
    WorkingDaysAfterCutoff,
)
from shared.domain.identifiers import FormCode, IndicatorCode, RegimeCode
from shared.domain.indicators import Indicator
from shared.domain.periods import MONDAY, PeriodKind
from shared.domain.windows import DataWindow, DayOfYear, YearlyWindow
from shared.formulas.parser import parse_formula


def build_calendar(models: Iterable[CalendarFile]) -> WorkingCalendar:
    """One working calendar of all years; raises ContradictoryCalendar."""
    years = tuple(models)
    return WorkingCalendar(
        days_off=frozenset(day.date for year in years for day in year.days_off),
        days_worked=frozenset(day.date for year in years for day in year.days_worked),
        estimated_years=frozenset(year.year for year in years if year.estimated),
    )


def day_names(models: Iterable[CalendarFile]) -> dict[date, str]:
    """Why each day that differs from Monday to Friday does."""
    return {day.date: day.name for year in models for day in (*year.days_off, *year.days_worked)}


def build_regime(model: RegimeFile) -> Regime:
    """A regime; raises InvalidRule for a ladder that names a level twice."""
    return Regime(
        code=RegimeCode(model.code),
        version=model.version,
        name=model.name,
        name_en=model.name_en,
        type=model.type,
        periods=build_kind(model.periods),
        ladder=_ladder(model.deadlines),
        on_request=(
            RequestRule(
                frozenset(model.on_request.asking_levels), model.on_request.min_working_days
            )
            if model.on_request
            else None
        ),
        forms=tuple(FormCode(code) for code in model.forms),
        closes_after_working_days=(
            model.closing.working_days_after_last_deadline if model.closing else None
        ),
        source=model.source,
        assumed=any(
            each.assumption
            for each in (model, model.periods, model.deadlines, model.on_request)
            if each is not None
        ),
        valid_from=model.valid_from,
        valid_to=model.valid_to,
    )


def build_kind(model: PeriodRule) -> PeriodKind:
    """How the regime cuts time into periods."""
    return PeriodKind(
        model.frequency,
        model.calendar,
        first_day=model.first_day or 1,
        week_starts_on=model.week_starts_on.number if model.week_starts_on else MONDAY,
        windows=tuple(
            YearlyWindow(
                DayOfYear(each.first.month, each.first.day),
                DayOfYear(each.last.month, each.last.day),
            )
            for each in model.windows
        ),
        dates=tuple(DataWindow(each.first, each.last) for each in model.dates),
    )


def _ladder(model: Deadlines | None) -> Ladder:
    if model is None:
        return Ladder(steps=())
    return Ladder(
        steps=tuple(LadderStep(step.level, _rule(step)) for step in model.steps),
        roll=model.roll,
        min_gap_working_days=model.min_gap_working_days,
    )


def _rule(step: DeadlineStep) -> DeadlineRule:
    if step.working_days_after_cutoff is not None:
        return WorkingDaysAfterCutoff(step.working_days_after_cutoff)
    if step.day_of_month is not None:
        return DayOfMonth(step.day_of_month, step.month_offset)
    if step.fixed_date is None:
        raise ValueError("a validated step has a rule")
    return FixedDate(step.fixed_date.month, step.fixed_date.day, step.fixed_date.year_offset)


def build_indicator(model: IndicatorModel) -> Indicator:
    """An indicator; raises FormulaError, or InvalidIndicator for what is no figure of a sheet."""
    return Indicator(
        code=IndicatorCode(model.code),
        name=model.name,
        name_en=model.name_en,
        unit=model.unit,
        form=FormCode(model.form),
        expression=parse_formula(model.expression),
        decimals=model.decimals,
        direction=model.direction,
        target=model.target,
        time_operator=model.time_operator,
        plan=None if model.plan is None else IndicatorCode(model.plan),
        estimate=None if model.estimate is None else IndicatorCode(model.estimate),
    )
