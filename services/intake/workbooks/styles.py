"""How the sheets of a workbook look: the type face of official documents, and quiet colours."""

from functools import cached_property
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

FONT = "Times New Roman"
SIZE = 12
MEDIUM = 2
"""The number of a border in the format of Excel."""

A4 = 9
"""The number of the paper in the format of Excel."""

MARGIN_INCHES = {"left": 30 / 25.4, "right": 15 / 25.4, "top": 20 / 25.4, "bottom": 20 / 25.4}
"""Nghị định 30/2020/NĐ-CP, appendix I: 30, 15, 20 and 20 mm."""

INPUT_FILL = "#FFF8DC"
REQUIRED_FILL = "#FFE3A8"
DERIVED_FILL = "#EDEFF2"
CLOSED_FILL = "#D5D9DE"
CLOSED_PATTERN = 14
"""Thin stripes, so that colour is not all that tells a closed cell."""

HEAD_FILL = "#DCE6F1"
LINE = "#7F8790"
WARNING_INK = "#B3261E"
QUIET_INK = "#4A5560"


class Styles:
    """The formats of one workbook; each is made once."""

    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        self._workbook = workbook
        self._figures: dict[tuple[str, bool, bool, bool], Format] = {}
        self._words: dict[tuple[str, bool], Format] = {}

    def make(self, **properties: Any) -> Format:
        """A format in the workbook's type face."""
        own = {"font_name": FONT, "font_size": SIZE, "valign": "vcenter"}
        return self._workbook.add_format({**own, **properties})

    @cached_property
    def text(self) -> Format:
        return self.make()

    @cached_property
    def quiet(self) -> Format:
        return self.make(font_color=QUIET_INK)

    @cached_property
    def wrapped(self) -> Format:
        return self.make(text_wrap=True, valign="top")

    @cached_property
    def quiet_wrapped(self) -> Format:
        return self.make(font_color=QUIET_INK, text_wrap=True, italic=True)

    @cached_property
    def closed(self) -> Format:
        """Of a cell that is none of the unit's business."""
        return self.make(
            pattern=CLOSED_PATTERN,
            fg_color=LINE,
            bg_color=CLOSED_FILL,
            border=1,
            border_color=LINE,
        )

    def word(self, *, shown: str, required: bool) -> Format:
        """A cell of text, a date or a choice; made once for each kind."""
        key = (shown, required)
        if key not in self._words:
            self._words[key] = self.make(
                num_format=shown,
                locked=False,
                text_wrap=True,
                valign="top" if shown == "@" else "vcenter",
                border=MEDIUM if required else 1,
                border_color=LINE,
                bg_color=REQUIRED_FILL if required else INPUT_FILL,
            )
        return self._words[key]

    def paragraph(self, *, required: bool) -> Format:
        """A section of the outline."""
        return self.word(shown="@", required=required)

    @cached_property
    def strong(self) -> Format:
        return self.make(bold=True)

    @cached_property
    def title(self) -> Format:
        return self.make(bold=True, font_size=14)

    @cached_property
    def warning(self) -> Format:
        return self.make(bold=True, font_color=WARNING_INK)

    @cached_property
    def head(self) -> Format:
        return self.make(
            bold=True,
            align="center",
            text_wrap=True,
            border=1,
            border_color=LINE,
            bg_color=HEAD_FILL,
        )

    @cached_property
    def head_number(self) -> Format:
        return self.make(
            italic=True,
            align="center",
            border=1,
            border_color=LINE,
            bg_color=HEAD_FILL,
            font_size=10,
        )

    @cached_property
    def choice(self) -> Format:
        return self.make(
            locked=False, align="center", border=1, border_color=LINE, bg_color=INPUT_FILL
        )

    def label(self, *, bold: bool, indent: int = 0, centred: bool = False) -> Format:
        return self.make(
            bold=bold,
            text_wrap=True,
            border=1,
            border_color=LINE,
            indent=indent,
            align="center" if centred else "left",
        )

    def figure(self, *, decimals: int, typed: bool, bold: bool, required: bool = False) -> Format:
        """A cell to type in is unlocked; the format says how many decimals are shown."""
        shown = "#,##0" + ("." + "0" * decimals if decimals else "")
        key = (shown, typed, bold, required)
        own_fill = REQUIRED_FILL if required else INPUT_FILL
        if key not in self._figures:
            self._figures[key] = self.make(
                num_format=shown,
                locked=not typed,
                bold=bold,
                border=MEDIUM if required else 1,
                border_color=LINE,
                bg_color=own_fill if typed else DERIVED_FILL,
            )
        return self._figures[key]


def set_up_page(sheet: Worksheet, *, landscape: bool) -> None:
    """A4, the margins of official documents, one page wide, numbered."""
    if landscape:
        sheet.set_landscape()
    else:
        sheet.set_portrait()
    sheet.set_paper(A4)
    sheet.set_margins(**MARGIN_INCHES)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer('&C&"Times New Roman,Regular"&12&P/&N')
