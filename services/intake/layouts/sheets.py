"""A sheet of a layout, with its merged areas spread out, and how texts on it are told apart."""

import re
import unicodedata
from dataclasses import dataclass, field

from services.intake.workbooks.addresses import Spot, spot_of
from services.intake.workbooks.raw import RawSheet
from shared.domain.names import search_key

MOST_SPREAD_CELLS = 200_000
"""Of all merged areas together; more is no layout of a form."""

LETTER = re.compile(r"[^\W\d_]")
IN_BRACKETS = re.compile(r"\s*\([^()]*\)\s*$")
TOTALS = frozenset({"tong cong", "tong so", "cong", "tong", "tong chung"})


@dataclass(frozen=True, slots=True)
class Doubt:
    """What was not understood, or had to be guessed, at a cell."""

    cell: str
    text: str


@dataclass(slots=True)
class Findings:
    """What the author of the pack is told beside the draft."""

    understood: list[str] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    def doubt(self, spot: Spot, text: str) -> None:
        self.doubts.append(Doubt(spot.address, text))


class Page:
    """Texts by place; every cell of a merged area has the text of its first."""

    def __init__(self, sheet: RawSheet) -> None:
        self.name = sheet.name
        self.formulas = sheet.formulas
        self.rows = max((spot.row for spot in sheet.cells), default=-1) + 1
        self.columns = max((spot.column for spot in sheet.cells), default=-1) + 1
        self._texts = {spot: _clean(cell.text) for spot, cell in sheet.cells.items()}
        self._anchors: dict[Spot, Spot] = {}
        for area in sheet.merged:
            self._spread(area)

    def text(self, spot: Spot) -> str:
        return self._texts.get(self.anchor(spot), "")

    def own_text(self, spot: Spot) -> str:
        """The text that stands in the cell itself."""
        return self._texts.get(spot, "")

    def anchor(self, spot: Spot) -> Spot:
        """The first cell of the merged area that the cell lies in, else the cell itself."""
        return self._anchors.get(spot, spot)

    def anchors_of(self, row: int, columns: range) -> set[Spot]:
        """The different cells with a text that a part of a row shows."""
        found = {self.anchor(Spot(row, column)) for column in columns}
        return {each for each in found if each in self._texts}

    def is_blank(self, row: int) -> bool:
        return not any(Spot(row, column) in self._texts for column in range(self.columns))

    def _spread(self, area: str) -> None:
        first, _, last = area.partition(":")
        start, end = spot_of(first), spot_of(last)
        if start is None or end is None:
            return
        rows = range(start.row, min(end.row + 1, self.rows))
        columns = range(start.column, min(end.column + 1, self.columns))
        if len(self._anchors) + len(rows) * len(columns) > MOST_SPREAD_CELLS:
            return
        for row in rows:
            for column in columns:
                self._anchors[Spot(row, column)] = start


def key_of(text: str) -> str:
    """For comparing: without diacritics, case, and what stands in brackets at the end."""
    return search_key(IN_BRACKETS.sub("", text).strip(" :.*"))


def has_words(text: str) -> bool:
    return LETTER.search(text) is not None


def is_total(text: str) -> bool:
    return key_of(text) in TOTALS


def _clean(text: str) -> str:
    shown = "".join(each if each.isprintable() else " " for each in text)
    return unicodedata.normalize("NFC", " ".join(shown.split()))
