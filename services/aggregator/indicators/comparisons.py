"""How much a value differs from that of another period."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from shared.domain.figures import rounded
from shared.domain.indicators import Indicator
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
