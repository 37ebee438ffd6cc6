"""What every sum must be, worked out plainly from what was sent and which acts were accepted.

Nothing of the product is used: not its forms, not its tree, not its arithmetic, not its database.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tests.acceptance.bodies import FIELDS, TOTALS, TYPED
from tests.support.province import DEADLINE

Cell = tuple[str, str]


@dataclass
class Account:
    """One commune's report, kept by hand: what the acknowledged acts leave standing."""

    live: bytes | None = None
    official: bytes | None = None
    first_submitted_at: datetime | None = None
    is_approved: bool = False
    versions: list[bytes] = field(default_factory=list)

    def submitted(self, body: bytes, *, at: datetime) -> None:
        self.live, self.is_approved = body, False
        self.first_submitted_at = self.first_submitted_at or at
        self.versions.append(body)

    def approved(self) -> None:
        self.official, self.is_approved = self.live, True

    def returned(self) -> None:
        """An approved report that is returned counts no longer; a correction leaves the old one."""
        self.official = None if self.is_approved else self.official
        self.live, self.is_approved = None, False

    def withdrawn(self) -> None:
        self.live = None
        if self.official is None:
            self.first_submitted_at = None

    def standing(self, track: str) -> bytes | None:
        return self.live if track == "live" else self.official


@dataclass(frozen=True)
class Sums:
    """What a unit must show in one track; a cell that no report fills is None, not 0."""

    cells: Mapping[Cell, int | None]
    counts: Mapping[Cell, int]
    minima: Mapping[Cell, int | None]
    maxima: Mapping[Cell, int | None]
    coverage: Mapping[str, int]


def sums_of(accounts: Iterable[Account], *, track: str) -> Sums:
    """The sums over the communes of a unit."""
    known = list(accounts)
    standing = [each for each in known if each.standing(track) is not None]
    sheets = [_sheet(each.standing(track) or b"") for each in standing]
    typed = {
        (row, column): [sheet[row, column] for sheet in sheets]
        for row in FIELDS
        for column in TYPED
    }
    sums = {cell: sum(found) for cell, found in typed.items()}
    return Sums(
        cells=_with_totals(sums, any_in=bool(sheets)),
        counts={cell: len(found) for cell, found in typed.items()},
        minima={cell: min(found, default=None) for cell, found in typed.items()},
        maxima={cell: max(found, default=None) for cell, found in typed.items()},
        coverage={
            "expected": len(known),
            "reported": len(standing),
            "on_time": sum(_is_on_time(each) for each in standing),
        },
    )


def _is_on_time(account: Account) -> bool:
    first = account.first_submitted_at
    return first is not None and first <= DEADLINE


def _sheet(sent: bytes) -> dict[Cell, int]:
    """Every typed cell of a report; this form says that a blank is zero."""
    figures = json.loads(sent).get("figures", {})
    return {
        (row, column): int(figures.get(row, {}).get(column) or 0)
        for row in FIELDS
        for column in TYPED
    }


def _with_totals(sums: dict[Cell, int], *, any_in: bool) -> dict[Cell, int | None]:
    """The printed totals too: of columns (3), (7), (11), and of the last row."""
    cells: dict[Cell, int | None] = {}
    for column in TYPED:
        sums["TONG", column] = sum(sums[row, column] for row in FIELDS)
    for row in (*FIELDS, "TONG"):
        for total, parts in TOTALS.items():
            sums[row, total] = sum(sums[row, part] for part in parts)
    for cell, value in sums.items():
        cells[cell] = value if any_in else None
    return cells
