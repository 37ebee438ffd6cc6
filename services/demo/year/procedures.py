"""Files of administrative procedures of one part: by field and quarter, and their months.

A quarter's months add up to it, so that II.06a and the monthly set tell the same story.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from random import Random

from services.demo.figures import quarter
from services.demo.year.units import Part

MONTHS = 3
QUIET_ONCE_IN = 90
"""One part in so many has a quarter without a single file."""

Cells = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class MonthOfFiles:
    """What one part received and resolved in a month."""

    received: int
    online: int
    on_time: int
    late: int


class Files:
    """All quarters of one part, in order; each begins with what the one before left."""

    def __init__(self, part: Part, *, quarters: tuple[str, ...], rows: tuple[str, ...]) -> None:
        self._part = part
        self._quarters = quarters
        self._rows = rows

    @cached_property
    def by_quarter(self) -> Mapping[str, Cells]:
        """Typed cells of II.06a by quarter."""
        return dict(self._tell())

    def _tell(self) -> Iterator[tuple[str, Cells]]:
        quiet = self._quiet_quarter()
        left: Mapping[str, int] | None = None
        for place, code in enumerate(self._quarters):
            if place == quiet:
                yield code, {}
                left = {}
                continue
            told = quarter(self._part.key, period=code, rows=self._rows, carried_over=left)
            cells = {
                row: {column: int(text) for column, text in typed.items()}
                for row, typed in told.cells.items()
            }
            if place + 1 == quiet:
                cells = {row: _all_done(typed) for row, typed in cells.items()}
            left = {row: typed["12"] + typed["13"] for row, typed in cells.items()}
            yield code, cells

    def _quiet_quarter(self) -> int | None:
        """Never the first, nor one of those around the reform."""
        random = Random(f"quiet {self._part.key}")  # noqa: S311 (made-up figures, not secrets)
        if random.randrange(QUIET_ONCE_IN):
            return None
        return 1 + random.randrange(max(len(self._quarters) - 4, 1))

    def month(self, quarter_code: str, *, number: int) -> MonthOfFiles:
        """The first, second or third month (0, 1, 2) of a quarter."""
        random = Random(f"months {self._part.key} {quarter_code}")  # noqa: S311
        first = random.uniform(0.28, 0.38)
        bounds = (0.0, first, first + random.uniform(0.28, 0.36), 1.0)
        ends = tuple(pairwise(bounds))[number]
        cells = tuple(self.by_quarter[quarter_code].values())
        online = _piece(_total(cells, "4"), ends)
        return MonthOfFiles(
            received=online + _piece(_total(cells, "5"), ends),
            online=online,
            on_time=_piece(_total(cells, "8", "9"), ends),
            late=_piece(_total(cells, "10"), ends),
        )


def added(sheets: Iterable[Cells]) -> Cells:
    """The sheet of a unit from those of its parts."""
    total: Cells = {}
    for sheet in sheets:
        for row, cells in sheet.items():
            into = total.setdefault(row, {})
            for column, value in cells.items():
                into[column] = into.get(column, 0) + value
    return total


def _all_done(typed: Mapping[str, int]) -> dict[str, int]:
    """Nothing is left for a quarter in which nothing happens."""
    return {**typed, "9": typed["9"] + typed["12"] + typed["13"], "12": 0, "13": 0}


def _total(cells: Iterable[Mapping[str, int]], *columns: str) -> int:
    return sum(typed[column] for typed in cells for column in columns)


def _piece(total: int, ends: tuple[float, float]) -> int:
    """The pieces of neighbouring ends add up to the whole."""
    return round(total * ends[1]) - round(total * ends[0])
