"""Where the bars of a series stand: whole units of a drawing of WIDTH × HEIGHT.

Bars start at zero, so that their lengths can be compared; below zero they hang down.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import dropwhile

from services.aggregator.series.use_cases import Point
from shared.domain.geography import Exactness

WIDTH = 960
HEIGHT = 260
ABOVE = 36
"""Room for the values written over the bars and for the words at a change."""

BELOW = 28
"""Room for the names of the periods."""

BAR_SHARE = Decimal("0.62")
MOST_LABELS = 12


@dataclass(frozen=True, slots=True)
class Bar:
    """One period. Without a value there is a place but no bar."""

    point: Point
    x: int
    width: int
    y: int
    height: int
    partial: bool
    estimated: bool
    labelled: bool

    @property
    def middle(self) -> int:
        return self.x + self.width // 2


@dataclass(frozen=True, slots=True)
class Chart:
    """`target_y` is the line of the target, None without one; `zero_y` is that of zero."""

    bars: tuple[Bar, ...]
    step: int
    zero_y: int
    target_y: int | None
    width: int = WIDTH
    height: int = HEIGHT
    label_y: int = HEIGHT - 8

    @property
    def is_empty(self) -> bool:
        return all(bar.point.value is None for bar in self.bars)


@dataclass(frozen=True, slots=True)
class _Scale:
    """From values to heights; `top` and `bottom` are the values at the edges."""

    top: Decimal
    bottom: Decimal

    def y(self, value: Decimal) -> int:
        span = (self.top - self.bottom) or Decimal(1)
        return ABOVE + int((self.top - value) / span * (HEIGHT - ABOVE - BELOW))


def chart_of(points: Sequence[Point], *, target: Decimal | None) -> Chart:
    """The drawing of a series in the order of time, from the first period that has a value."""
    points = list(dropwhile(lambda point: point.value is None, points)) or points[-1:]
    known = [point.value for point in points if point.value is not None]
    shown = [Decimal(0), *known, *([] if target is None else [target])]
    scale = _Scale(max(shown), min(shown))
    step = WIDTH // max(len(points), 1)
    every = -(-len(points) // MOST_LABELS)
    return Chart(
        bars=tuple(
            _bar(point, x=place * step, step=step, scale=scale, labelled=left % every == 0)
            for place, (left, point) in enumerate(
                zip(range(len(points) - 1, -1, -1), points, strict=True)
            )
        ),
        step=step,
        zero_y=scale.y(Decimal(0)),
        target_y=None if target is None else scale.y(target),
    )


def _bar(point: Point, *, x: int, step: int, scale: _Scale, labelled: bool) -> Bar:
    width = max(int(step * BAR_SHARE), 2)
    end, zero = scale.y(point.value or Decimal(0)), scale.y(Decimal(0))
    return Bar(
        point=point,
        x=x + (step - width) // 2,
        width=width,
        y=min(end, zero),
        height=max(abs(zero - end), 1) if point.value is not None else 0,
        partial=point.goes_on or point.coverage.reported < point.coverage.expected,
        estimated=point.made_of is not None and point.made_of.exactness is Exactness.ESTIMATED,
        labelled=labelled,
    )
