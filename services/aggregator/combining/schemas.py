"""What a value was put together of, as JSON."""

from collections.abc import Iterable
from typing import Any

from services.aggregator.combining.readings import IntervalReading
from services.aggregator.indicators.comparisons import Beside
from shared.domain.combinations import PartOperator
from shared.domain.forms import CellRef
from shared.domain.measures import Unavailable
from shared.domain.operators import TimeOperator, ValueKind
from shared.web.answers import Answer, ExactNumber


class TypedCellModel(Answer):
    """A typed cell of the form."""

    row: str
    column: str


class PartOperatorModel(TypedCellModel):
    """How one of the cells behind a computed value is put together over the periods."""

    operator: TimeOperator
    weight: TypedCellModel | None


class CombinedModel(Answer):
    """How a value was put together over periods.

    `operator` is null where the value is computed anew from `parts`, each put together by its own.
    `periods` are those that were looked at, of all `periods_ended`; `is_whole` is false as long as
    more are to come. `reason` says why the value is null; `coverage` beside it counts the reports
    of the periods looked at.
    """

    operator: TimeOperator | None
    parts: list[PartOperatorModel]
    periods: list[str]
    periods_ended: list[str]
    is_whole: bool
    reason: Unavailable | None


class BesideModel(Answer):
    """The indicator that says how large another is planned or expected to be.

    `difference` is the other's value less this one, `percent` the other's value of this one.
    """

    kind: ValueKind
    indicator: str
    value: ExactNumber | None
    difference: ExactNumber | None
    percent: ExactNumber | None


def beside_json(found: Iterable[Beside]) -> list[dict[str, Any]]:
    """As `BesideModel` describes each."""
    return [
        {
            "kind": each.kind,
            "indicator": each.indicator.code,
            "value": each.value,
            "difference": each.against.difference if each.against else None,
            "percent": each.against.percent if each.against else None,
        }
        for each in found
    ]


def combined_json(reading: IntervalReading | None) -> dict[str, Any] | None:
    """As `CombinedModel` describes it; None where nothing was put together."""
    if reading is None:
        return None
    found = reading.combined
    return {
        "operator": found.operator,
        "parts": [_part_json(each) for each in found.parts],
        "periods": [each.code for each in reading.used],
        "periods_ended": [each.code for each in reading.interval.periods],
        "is_whole": reading.interval.is_whole,
        "reason": found.reason,
    }


def _part_json(part: PartOperator) -> dict[str, Any]:
    return {
        **_cell_json(part.cell),
        "operator": part.operator.value,
        "weight": None if part.weight is None else _cell_json(part.weight),
    }


def _cell_json(cell: CellRef) -> dict[str, str]:
    return {"row": cell.row, "column": cell.column}
