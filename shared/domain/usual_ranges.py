"""What a unit usually reports: a hint beside a cell, never a rule."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from shared.domain.figures import Figures
from shared.domain.forms import CellRef, FormTemplate
from shared.domain.sheets import complete

LOOKED_BACK = 12
"""So many periods of the unit's own history are looked at."""

LEAST_KNOWN = 4
"""Fewer figures say nothing about what is usual."""


@dataclass(frozen=True, slots=True)
class UsualRange:
    """The least and the greatest of the last figures of a cell, both included."""

    least: Decimal
    most: Decimal
    periods: int

    def __contains__(self, figure: Decimal) -> bool:
        return self.least <= figure <= self.most


UsualRanges = Mapping[CellRef, UsualRange]


def usual_ranges(form: FormTemplate, reported: Iterable[Figures]) -> UsualRanges:
    """The usual range of each typed cell, from what the same unit reported for earlier periods.

    A cell that has always been zero has no range: its first figure is no outlier.
    """
    sheets = [complete(form, figures) for figures in reported]
    found: dict[CellRef, UsualRange] = {}
    for cell in form.input_cells:
        known = [value for sheet in sheets if (value := sheet.value(cell)) is not None]
        if len(known) >= LEAST_KNOWN and any(known):
            found[cell] = UsualRange(min(known), max(known), len(known))
    return found
