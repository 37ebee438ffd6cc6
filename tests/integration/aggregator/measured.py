"""A monthly form of all kinds of measures, and what two communes have sent on it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from shared.catalogue.catalogue import Catalogue, DatedIndicator
from shared.domain.forms import Column, ColumnType, FormTemplate, Row
from shared.domain.identifiers import (
    ColumnCode,
    FormCode,
    IndicatorCode,
    PeriodCode,
    RegimeCode,
    RowCode,
)
from shared.domain.indicators import Indicator
from shared.domain.operators import TimeOperator, TreeOperator, ValueKind
from shared.domain.periods import Frequency, PeriodCalendar, PeriodKind
from shared.formulas.parser import parse_formula
from tests.integration.aggregator.world import COMMUNES, DISTRICTS, QUARTERLY

MEASURED = FormCode("MEASURED")
ONE, OTHER = (COMMUNES[each][0] for each in DISTRICTS[:2])
MONTHS = tuple(PeriodCode(f"2025-{each:02d}") for each in range(1, 7))


def _column(code: str, formula: str | None = None, **changed: Any) -> Column:
    fields: dict[str, Any] = {"label": code, "type": ColumnType.DECIMAL, "unit": "", "decimals": 2}
    parsed = parse_formula(formula) if formula else None
    return Column(code=ColumnCode(code), number=code, formula=parsed, **(fields | changed))


FORM = FormTemplate(
    code=MEASURED,
    slug="measured",
    version=1,
    name="Đo lường",
    rows=(Row(code=RowCode("ALL"), label="Tất cả", number=""),),
    columns=(
        _column("received"),
        _column("resolved"),
        _column("rate", "[resolved] / [received] * 100", type=ColumnType.PERCENT, unit="%"),
        _column("poor", time_operator=TimeOperator.LAST),
        _column("planned", time_operator=TimeOperator.LAST, value_kind=ValueKind.PLAN),
        _column(
            "price",
            time_operator=TimeOperator.WEIGHTED_AVERAGE,
            tree_operator=TreeOperator.WEIGHTED_AVERAGE,
            weight=ColumnCode("received"),
        ),
        _column("word", time_operator=TimeOperator.NONE, tree_operator=TreeOperator.NONE),
        _column("highest", time_operator=TimeOperator.MAX, tree_operator=TreeOperator.MAX),
        _column("lowest", time_operator=TimeOperator.MIN, tree_operator=TreeOperator.MIN),
        _column("mean", time_operator=TimeOperator.AVERAGE, tree_operator=TreeOperator.AVERAGE),
        _column("units", time_operator=TimeOperator.COUNT, tree_operator=TreeOperator.COUNT),
        _column("opening", time_operator=TimeOperator.FIRST),
        _column("twice", "[highest] * 2"),
        _column("expected", value_kind=ValueKind.ESTIMATE),
    ),
    checks=(),
    entering_levels=frozenset({"commune"}),
    summing_levels=frozenset({"district", "province"}),
    blank_is_zero=False,
    valid_from=date(2024, 1, 1),
)
MONTHLY = replace(
    QUARTERLY,
    code=RegimeCode("MONTHLY"),
    periods=PeriodKind(Frequency.MONTH, PeriodCalendar.ADMINISTRATIVE),
    forms=(MEASURED,),
)


def _indicators() -> Iterator[DatedIndicator]:
    for column in FORM.columns:
        is_received = column.code == "received"
        indicator = Indicator(
            code=IndicatorCode(f"M.{column.code}"),
            name=column.label,
            unit=column.unit,
            form=MEASURED,
            expression=parse_formula(f"[{column.code}]"),
            decimals=2,
            plan=IndicatorCode("M.planned") if is_received else None,
            estimate=IndicatorCode("M.expected") if is_received else None,
        )
        yield DatedIndicator(indicator, date(2024, 1, 1), None)


def measured(known: Catalogue) -> Catalogue:
    """The small province, which also sends a monthly form of all kinds of measures."""
    return replace(
        known,
        regimes=(*known.regimes, MONTHLY),
        forms=(*known.forms, FORM),
        indicators=(*known.indicators, *_indicators()),
    )


def of_month(number: int, *, share: int) -> dict[str, int]:
    """The figures of a commune in a month; all of them differ."""
    received = 100 * share + 10 * number
    return {
        "received": received,
        "resolved": received - number,
        "poor": 50 * share - number,
        "planned": 1000 * share,
        "price": 7 * share + number,
        "word": number,
        "highest": 10 * share + number,
        "lowest": 20 * share - number,
        "mean": 5 * share + 2 * number,
        "units": share,
        "opening": 30 * share + number,
        "expected": received + 7,
    }


REPORTED = {
    (unit, month): of_month(number, share=share)
    for number, month in enumerate(MONTHS, start=1)
    for share, unit in ((1, ONE), (3, OTHER))
}


def total(code: str, *months: int) -> Decimal:
    wanted = {MONTHS[each - 1] for each in months}
    return Decimal(sum(f[code] for (_, month), f in REPORTED.items() if month in wanted))
