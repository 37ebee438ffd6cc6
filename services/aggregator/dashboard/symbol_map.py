"""A map of one symbol for each unit: where it lies by its coordinates, how much by its area.

Sizes are areas, so that twice as much looks twice as much. Shares have no size: their symbols are
all alike, and darker where the share is higher. There are no boundaries to draw.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.aggregator.indicators.comparisons import PERCENT
from services.aggregator.indicators.use_cases import NodeReadings
from shared.domain.identifiers import IndicatorCode
from shared.domain.indicators import Indicator
from shared.domain.organizations import OrganizationVersion

WIDTH = 480
TALLEST = 460
EDGE = 22
"""Room for the largest symbol beyond the outermost unit."""

LARGEST = 18
SMALLEST = 3
ALIKE = 9
MISSING = 5
SHADES = 5
FEWEST = 3
"""Of fewer units there is nothing to see on a map."""

PI = Decimal("3.14159265")


@dataclass(frozen=True, slots=True)
class Symbol:
    """One unit; `shade` from 1 to SHADES tells a share. Without a value it is missing, not zero."""

    organization: OrganizationVersion
    value: Decimal | None
    x: int
    y: int
    radius: int
    shade: int


@dataclass(frozen=True, slots=True)
class SymbolMap:
    """The greatest come first, so that small ones lie on top of them."""

    symbols: tuple[Symbol, ...]
    height: int
    lowest: Decimal
    highest: Decimal
    width: int = WIDTH
    alike: int = ALIKE
    largest: int = LARGEST
    missing: int = MISSING

    @property
    def has_missing(self) -> bool:
        return any(each.value is None for each in self.symbols)


def symbol_map(children: Sequence[NodeReadings], indicator: Indicator) -> SymbolMap | None:
    """None where too few units with coordinates have a value."""
    values = {each.organization.id: value_of(each, indicator.code) for each in children}
    placed = [each.organization for each in children if _is_placed(each)]
    known = [value for each in placed if (value := values[each.id]) is not None]
    if len(known) < FEWEST:
        return None
    frame = _Frame.around(placed)
    drawing = _Drawing(indicator.unit == PERCENT, min(known), max(known))
    symbols = (drawing.symbol(each, values[each.id], frame=frame) for each in placed)
    return SymbolMap(
        symbols=tuple(sorted(symbols, key=lambda each: -each.radius)),
        height=frame.height,
        lowest=drawing.lowest,
        highest=drawing.highest,
    )


def value_of(node: NodeReadings, code: IndicatorCode) -> Decimal | None:
    """What a node has of one indicator."""
    return next((each.value for each in node.readings if each.indicator.code == code), None)


def _is_placed(node: NodeReadings) -> bool:
    unit = node.organization
    return bool(node.coverage.expected and unit.latitude and unit.longitude)


@dataclass(frozen=True, slots=True)
class _Frame:
    """From degrees to the drawing; a degree of longitude is shorter than one of latitude."""

    west: Decimal
    north: Decimal
    narrowing: Decimal
    scale: Decimal
    height: int

    @classmethod
    def around(cls, units: Iterable[OrganizationVersion]) -> "_Frame":
        places = [(each.latitude or Decimal(0), each.longitude or Decimal(0)) for each in units]
        south, north = min(lat for lat, _ in places), max(lat for lat, _ in places)
        west, east = min(lon for _, lon in places), max(lon for _, lon in places)
        narrowing = _cosine((south + north) / 2)
        across, down = (east - west) * narrowing or Decimal(1), north - south or Decimal(1)
        scale = min((WIDTH - 2 * EDGE) / across, (TALLEST - 2 * EDGE) / down)
        return cls(west, north, narrowing, scale, int(down * scale) + 2 * EDGE)

    def place(self, unit: OrganizationVersion) -> tuple[int, int]:
        x = ((unit.longitude or self.west) - self.west) * self.narrowing * self.scale
        y = (self.north - (unit.latitude or self.north)) * self.scale
        return EDGE + int(x), EDGE + int(y)


@dataclass(frozen=True, slots=True)
class _Drawing:
    """How values look; `lowest` and `highest` are those of all units shown."""

    is_share: bool
    lowest: Decimal
    highest: Decimal

    def symbol(self, unit: OrganizationVersion, value: Decimal | None, *, frame: _Frame) -> Symbol:
        x, y = frame.place(unit)
        return Symbol(unit, value, x, y, self._radius(value), self._shade(value))

    def _radius(self, value: Decimal | None) -> int:
        if value is None:
            return MISSING
        if self.is_share:
            return ALIKE
        part = max(value, Decimal(0)) / (self.highest or Decimal(1))
        return max(int(LARGEST * part.sqrt()), SMALLEST)

    def _shade(self, value: Decimal | None) -> int:
        spread = self.highest - self.lowest
        if value is None or not self.is_share or not spread:
            return SHADES
        return 1 + int((value - self.lowest) / spread * (SHADES - 1))


def _cosine(degrees: Decimal) -> Decimal:
    """To a thousandth, between the equator and the northernmost point of the country."""
    angle = degrees * PI / 180
    return 1 - angle**2 / 2 + angle**4 / 24
