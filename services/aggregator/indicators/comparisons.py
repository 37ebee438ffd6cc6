"""How much a value differs from that of another period."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from shared.domain.figures import rounded
from shared.domain.identifiers import IndicatorCode
from shared.domain.indicators import Indicator
from shared.domain.operators import ValueKind
from shared.domain.rollups import Coverage

PERCENT = "%"


@dataclass(frozen=True, slots=True)
class Change:
    """Against another period: of a share in points, of a size in percent.

    `partial`: not all have sent for both periods, so that sizes differ by that, too.
    """

    value: Decimal
    in_points: bool
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Against:
    """A value against what was planned or expected; `percent` of it, None where that is nothing.

    Of shares the difference alone tells something.
    """

    difference: Decimal
    percent: Decimal | None


@dataclass(frozen=True, slots=True)
class Beside:
    """What an indicator is planned or expected to be, and how far it has come."""

    kind: ValueKind
    indicator: Indicator
    value: Decimal | None
    against: Against | None


def beside(
    indicator: Indicator | None,
    *,
    value: Decimal | None,
    read: Callable[[IndicatorCode], tuple[Indicator | None, Decimal | None]],
) -> tuple[Beside, ...]:
    """The plan and the estimate that the indicator names; `read` tells each and its value."""
    if indicator is None:
        return ()
    found = []
    for kind, code in ((ValueKind.PLAN, indicator.plan), (ValueKind.ESTIMATE, indicator.estimate)):
        other, amount = (None, None) if code is None else read(code)
        if other is not None:
            difference = against(indicator, value=value, other=amount)
            found.append(Beside(kind, other, amount, difference))
    return tuple(found)


def against(
    indicator: Indicator, *, value: Decimal | None, other: Decimal | None
) -> Against | None:
    """None where either side is missing."""
    if value is None or other is None:
        return None
    share = None
    if other and indicator.unit != PERCENT:
        share = rounded(Fraction(value) / Fraction(other) * 100, 1)
    return Against(value - other, share)


def change_between(
    indicator: Indicator,
    *,
    value: Decimal | None,
    before: Decimal | None,
    coverages: Iterable[Coverage] = (),
) -> Change | None:
    """None where either side is missing, or a size has nothing to be compared with."""
    if value is None or before is None:
        return None
    if indicator.unit == PERCENT:
        return Change(value - before, in_points=True)
    if not before:
        return None
    growth = (Fraction(value) / Fraction(before) - 1) * 100
    partial = any(each.reported < each.expected for each in coverages)
    return Change(rounded(growth, 1), in_points=False, partial=partial)
