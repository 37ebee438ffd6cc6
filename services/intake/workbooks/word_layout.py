"""Where lists and the outline of a form stand in its workbook: each list on a sheet of its own."""

from dataclasses import dataclass
from functools import cached_property

from services.intake.workbooks.addresses import Spot
from services.intake.workbooks.layout import FIGURES_SHEET, Layout
from shared.domain.forms import FormTemplate
from shared.domain.narratives import EntryList

NARRATIVE_SHEET = "Thuyết minh"
LIST_TITLE = Spot(0, 0)
LIST_GUIDANCE = Spot(1, 0)
LIST_HEAD_ROW = 3
LIST_FIRST_ROW = 4
LIST_FIRST_COLUMN = 1
"""The first column holds the numbers of the entries."""

NARRATIVE_TITLE = Spot(0, 0)
LINES_A_SECTION = 4
"""Heading, what to write about, the text, and a blank line."""


@dataclass(frozen=True, slots=True)
class WordPlace:
    """Where a fault of the content stands; labels are for people."""

    sheet: str
    cell: str
    row_label: str | None = None
    column_label: str | None = None


# No slots: cached_property keeps the names in the instance.
@dataclass(frozen=True)
class WordLayout:
    """The places of one form's lists and sections, and of its cells of words."""

    form: FormTemplate

    @cached_property
    def sheets(self) -> dict[str, EntryList]:
        """The lists by the names of their sheets, in printed order."""
        return {f"Danh sách {number}": each for number, each in enumerate(self.form.lists, start=1)}

    @property
    def sheet_names(self) -> frozenset[str]:
        narrative = {NARRATIVE_SHEET} if self.form.sections else set()
        return frozenset({*self.sheets, *narrative})

    def entry_spot(self, place: int, right: int) -> Spot:
        return Spot(LIST_FIRST_ROW + place, LIST_FIRST_COLUMN + right)

    def heading_spot(self, place: int) -> Spot:
        return Spot(2 + LINES_A_SECTION * place, 0)

    def section_spot(self, place: int) -> Spot:
        return Spot(4 + LINES_A_SECTION * place, 0)

    def column_range(self, name: str, right: int) -> str:
        """`'Danh sách 1'!$B$5:$B$54`: all entries of one column."""
        most = self.sheets[name].max_entries
        first, last = self.entry_spot(0, right), self.entry_spot(most - 1, right)
        return f"'{name}'!{_fixed(first)}:{_fixed(last)}"

    def place_of(self, pointer: str) -> WordPlace | None:
        """Where the workbook has what a fault's pointer names; None for anything else."""
        keys = [each.replace("~1", "/").replace("~0", "~") for each in pointer.split("/")[1:]]
        match keys:
            case ["content", "texts", row, column]:
                address = Layout(self.form).address(row, column)
                return None if address is None else WordPlace(FIGURES_SHEET, address)
            case ["content", "lists", code, *rest]:
                return self._in_list(code, rest)
            case ["content", "sections", code]:
                return self._in_section(code)
        return None

    def _in_list(self, code: str, rest: list[str]) -> WordPlace | None:
        for name, entries in self.sheets.items():
            if entries.code != code:
                continue
            if not rest or not rest[0].isdecimal():
                return WordPlace(name, LIST_TITLE.address, entries.label)
            place, codes = int(rest[0]), [each.code for each in entries.columns]
            right = next((at for at, each in enumerate(codes) if each == "".join(rest[1:])), 0)
            label = entries.columns[right].label if len(rest) > 1 else None
            spot = self.entry_spot(place, right)
            return WordPlace(name, spot.address, f"{entries.label}, mục {place + 1}", label)
        return None

    def _in_section(self, code: str) -> WordPlace | None:
        for place, section in enumerate(self.form.sections):
            if section.code == code:
                return WordPlace(NARRATIVE_SHEET, self.section_spot(place).address, section.heading)
        return None


def _fixed(spot: Spot) -> str:
    letters, digits = spot.address.rstrip("0123456789"), spot.row + 1
    return f"${letters}${digits}"
