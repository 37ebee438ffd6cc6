"""How much a value differs from that of another period."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from shared.domain.figures import rounded
from shared.domain.indicators import Indicator

PERCENT = "%"


@dataclass(frozen=True, slots=True)
class Change:
    """Against another period: of a share in points, of a size in percent."""

    value: Decimal
    in_points: bool


def change_between(
    indicator: Indicator, *, value: Decimal | None, before: Decimal | None
) -> Change | None:
    """None where either side is missing, or a size has nothing to be compared with."""
    if value is None or before is None:
        return None
    if indicator.unit == PERCENT:
        return Change(value - before, in_points=True)
    if not before:
        return None
    growth = (Fraction(value) / Fraction(before) - 1) * 100
    return Change(rounded(growth, 1), in_points=False)
