"""Made-up figures of II.06a/VPCP/KSTT, of plausible size and consistent from quarter to quarter.

The same seed gives the same figures on every machine. What a quarter carries over is what the one
before it left in progress; every total follows from the parts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

BUSY_FIELDS: Mapping[str, int] = {"LV01": 160, "LV02": 420, "LV03": 60, "LV04": 35}
"""Files a quarter of an average commune in its busiest fields of work; others have a handful."""

QUIET_FIELD = 4
QUIET_FIELDS_WITH_FILES = 0.45
ONLINE_SHARE = (0.62, 0.93)
IN_PROGRESS_SHARE = (0.0, 0.06)
LATE_SHARE = (0.0, 0.05)
EARLY_SHARE = (0.55, 0.9)

Cells = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Quarter:
    """One commune's typed cells, and what it leaves in progress by field of work."""

    cells: Cells
    in_progress: Mapping[str, int]


def quarter(
    commune: str,
    *,
    period: str,
    rows: tuple[str, ...],
    carried_over: Mapping[str, int] | None = None,
) -> Quarter:
    """The figures of one commune for one quarter; without `carried_over` a start is made up."""
    size = Random(commune).uniform(0.45, 1.9)  # noqa: S311 (made-up figures, not secrets)
    random = Random(f"{commune} {period}")  # noqa: S311
    cells: Cells = {}
    left: dict[str, int] = {}
    for row in rows:
        before = carried_over.get(row, 0) if carried_over is not None else None
        filled = _row(random, average=_average(random, row) * size, carried_over=before)
        if filled is not None:
            cells[row] = {column: str(value) for column, value in filled.items()}
            left[row] = filled["12"] + filled["13"]
    return Quarter(cells=cells, in_progress=left)


def _average(random: Random, row: str) -> float:
    busy = BUSY_FIELDS.get(row)
    if busy is not None:
        return busy
    return QUIET_FIELD if random.random() < QUIET_FIELDS_WITH_FILES else 0


def _row(random: Random, *, average: float, carried_over: int | None) -> dict[str, int] | None:
    """The typed columns of one row; None for a field of work without files."""
    received = max(0, round(random.gauss(average, average / 5)))
    made_up = round(received * random.uniform(*IN_PROGRESS_SHARE))
    before = made_up if carried_over is None else carried_over
    total = received + before
    if not total:
        return None
    online = round(received * random.uniform(*ONLINE_SHARE))
    in_progress = min(total, round(received * random.uniform(*IN_PROGRESS_SHARE)))
    resolved = total - in_progress
    late = round(resolved * random.uniform(*LATE_SHARE))
    early = round((resolved - late) * random.uniform(*EARLY_SHARE))
    overdue = round(in_progress * random.uniform(*LATE_SHARE))
    return {
        "4": online,
        "5": received - online,
        "6": before,
        "8": early,
        "9": resolved - late - early,
        "10": late,
        "12": in_progress - overdue,
        "13": overdue,
    }
