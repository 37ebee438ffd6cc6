"""Cells of words in a workbook: drop-downs, dates, text; and the sheets of lists and outline."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Protocol

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from services.intake.workbooks import word_layout as places
from services.intake.workbooks.addresses import Spot, letters
from services.intake.workbooks.identity import IDENTITY_SHEET
from services.intake.workbooks.numbers import write_figure
from services.intake.workbooks.styles import Styles, set_up_page
from services.intake.workbooks.word_layout import WordLayout
from shared.domain.cells import Choice, ColumnType
from shared.domain.content_reading import (
    EARLIEST_YEAR,
    LATEST_YEAR,
    InvalidText,
    WordCell,
    Wording,
    read_text,
)
from shared.domain.narratives import EntryList, ListColumn, Section

CHOICES_COLUMN = 3
"""Of the sheet that nobody sees: the first two hold what the workbook is for."""

LONGEST_TITLE = 32
LONGEST_MESSAGE = 255
"""What Excel shows of a rule that a value does not meet."""

WIDTH_NUMBER = 6
WIDTHS = {ColumnType.DATE: 13.0, ColumnType.CHOICE: 22.0, ColumnType.TEXT: 34.0}
WIDTH_FIGURE = 14.0
WIDTH_NARRATIVE = 84
LINE_POINTS = 16.5
HEAD_LINES = 3
SECTION_POINTS = 150

Say = Callable[..., str]
Words = Mapping[str, Any]
"""What was typed besides figures: `texts`, `lists` and `sections`."""


class Typed(Wording, Protocol):
    """What a place takes, and whether it may stay blank."""

    @property
    def required(self) -> bool: ...


@dataclass(slots=True)
class Choices:
    """The lists of drop-downs, each written once on the sheet that nobody sees."""

    english: bool
    lists: dict[tuple[Choice, ...], int] = field(default_factory=dict)

    def label(self, choice: Choice) -> str:
        return (choice.label_en if self.english else None) or choice.label

    def source(self, choices: tuple[Choice, ...]) -> str:
        """Where the labels of these choices stand, as a formula."""
        column = CHOICES_COLUMN + self.lists.setdefault(choices, len(self.lists))
        name = letters(column)
        return f"='{IDENTITY_SHEET}'!${name}$1:${name}${len(choices)}"

    def write(self, sheet: Worksheet) -> None:
        for choices, place in self.lists.items():
            for row, choice in enumerate(choices):
                sheet.write_string(row, CHOICES_COLUMN + place, self.label(choice))


class WordWriter:
    """Writes what is typed in places of words, with the rules that Excel keeps of them."""

    def __init__(self, styles: Styles, choices: Choices, *, say: Say) -> None:
        self.styles, self.choices, self.say = styles, choices, say

    def style(self, wording: Wording, *, required: bool) -> Format:
        shown = "@" if wording.type is ColumnType.TEXT else "dd/mm/yyyy"
        if wording.type.is_figure:
            shown = "#,##0" + ("." + "0" * wording.decimals if wording.decimals else "")
        elif wording.type is ColumnType.CHOICE:
            shown = "General"
        return self.styles.word(shown=shown, required=required)

    def write(
        self, sheet: Worksheet, spot: Spot, *, text: str, wording: Wording, style: Format
    ) -> None:
        """A date as a date, a choice by its label; what is neither as the text that it is."""
        if not text:
            sheet.write_blank(*spot, None, style)
        elif wording.type.is_figure:
            write_figure(sheet, spot, text, measure=wording, style=style)
        elif wording.type is ColumnType.DATE:
            self._write_date(sheet, spot, text, wording=wording, style=style)
        else:
            labels = {each.code: self.choices.label(each) for each in wording.choices}
            sheet.write_string(*spot, labels.get(text, text), style)

    def _write_date(
        self, sheet: Worksheet, spot: Spot, text: str, *, wording: Wording, style: Format
    ) -> None:
        try:
            day = date.fromisoformat(read_text(text, wording))
        except InvalidText:
            sheet.write_string(*spot, text, style)
            return
        # Excel counts days from 1900, and nobody's time zone is in it.
        sheet.write_datetime(*spot, datetime.combine(day, time()), style)

    def rule(self, wording: Wording) -> dict[str, object]:
        """What Excel lets people type in a place of words."""
        title = {"error_title": self.say("wrong_title")[:LONGEST_TITLE]}
        if wording.type is ColumnType.CHOICE:
            source = self.choices.source(wording.choices)
            message = self.say("word_choice_wrong")
            return {"validate": "list", "source": source, "error_message": message, **title}
        if wording.type is ColumnType.DATE:
            return {
                "validate": "date",
                "criteria": "between",
                "minimum": date(EARLIEST_YEAR, 3, 1),
                "maximum": date(LATEST_YEAR, 12, 31),
                "error_message": self.say("date_wrong"),
                **title,
            }
        if wording.type is ColumnType.TEXT:
            message = self.say("text_wrong", most=wording.max_length)[:LONGEST_MESSAGE]
            return {
                "validate": "length",
                "criteria": "<=",
                "value": wording.max_length,
                "error_message": message,
                **title,
            }
        return {
            "validate": "decimal" if wording.decimals else "integer",
            "criteria": ">=",
            "value": 0 if wording.type is ColumnType.COUNT else -1e15,
            "error_message": self.say("figure_wrong"),
            **title,
        }

    def write_list(self, sheet: Worksheet, entries: EntryList, *, rows: list[Words]) -> None:
        """A sheet of entries, one a line, as many as the list allows."""
        title = (entries.label_en if self.choices.english else None) or entries.label
        sheet.write_string(*places.LIST_TITLE, title, self.styles.title)
        hint = self.say("list_hint", most=entries.max_entries)
        guidance = " ".join(filter(None, (entries.guidance, hint)))
        sheet.write_string(*places.LIST_GUIDANCE, guidance, self.styles.quiet)
        sheet.write_string(places.LIST_HEAD_ROW, 0, self.say("number"), self.styles.head)
        sheet.set_row(places.LIST_HEAD_ROW, HEAD_LINES * LINE_POINTS)
        number = self.styles.label(bold=False, centred=True)
        for place in range(entries.max_entries):
            sheet.write_number(places.LIST_FIRST_ROW + place, 0, place + 1, number)
        for right, column in enumerate(entries.columns):
            self._write_list_column(sheet, entries, right=right, texts=_column_texts(rows, column))
        last = len(entries.columns)
        sheet.set_column(0, 0, WIDTH_NUMBER)
        sheet.freeze_panes(places.LIST_FIRST_ROW, places.LIST_FIRST_COLUMN)
        set_up_page(sheet, landscape=True)
        sheet.repeat_rows(places.LIST_HEAD_ROW)
        sheet.print_area(0, 0, places.LIST_FIRST_ROW + max(len(rows), 10) - 1, last)
        sheet.protect("", {"format_columns": True, "format_rows": True})
        sheet.hide_gridlines(2)

    def _write_list_column(
        self, sheet: Worksheet, entries: EntryList, *, right: int, texts: list[str]
    ) -> None:
        column, at = entries.columns[right], places.LIST_FIRST_COLUMN + right
        sheet.write_string(places.LIST_HEAD_ROW, at, self.head(column), self.styles.head)
        sheet.set_column(at, at, WIDTHS.get(column.type, WIDTH_FIGURE))
        # Only an entry that is begun has to be whole, so that the star in the head says it.
        style = self.style(column, required=False)
        for place in range(entries.max_entries):
            text = texts[place] if place < len(texts) else ""
            spot = Spot(places.LIST_FIRST_ROW + place, at)
            self.write(sheet, spot, text=text, wording=column, style=style)
        last = places.LIST_FIRST_ROW + entries.max_entries - 1
        sheet.data_validation(places.LIST_FIRST_ROW, at, last, at, self.rule(column))

    def head(self, column: ListColumn) -> str:
        """`Vốn kế hoạch (triệu đồng) *`: with the unit, and a star where it must be filled in."""
        name = (column.label_en if self.choices.english else None) or column.label
        unit = f" ({column.unit})" if column.type.is_figure and column.unit else ""
        return f"{name}{unit}{' *' if column.required else ''}"

    def write_narrative(
        self, sheet: Worksheet, layout: WordLayout, *, texts: Mapping[str, Any]
    ) -> None:
        """A sheet with a cell of text under each heading of the outline."""
        sheet.set_column(0, 0, WIDTH_NARRATIVE)
        sheet.write_string(*places.NARRATIVE_TITLE, self.say("narrative"), self.styles.title)
        for place, section in enumerate(layout.form.sections):
            spot = layout.section_spot(place)
            sheet.write_string(
                *layout.heading_spot(place), self.heading(section), self.styles.strong
            )
            hint = self.say("section_hint", most=section.max_length)
            guidance = " ".join(filter(None, (section.guidance, hint)))
            sheet.write_string(spot.row - 1, 0, guidance, self.styles.quiet_wrapped)
            wording = WordCell(ColumnType.TEXT, section.max_length, ())
            style = self.styles.paragraph(required=section.required)
            text = texts.get(section.code)
            given = text if isinstance(text, str) else ""
            self.write(sheet, spot, text=given, wording=wording, style=style)
            sheet.data_validation(*spot, *spot, self.rule(wording))
            lines = sum(1 + len(line) // WIDTH_NARRATIVE for line in given.splitlines())
            sheet.set_row(spot.row, min(400, max(SECTION_POINTS, lines * LINE_POINTS)))
        set_up_page(sheet, landscape=False)
        sheet.protect("", {"format_rows": True})
        sheet.hide_gridlines(2)

    def heading(self, section: Section) -> str:
        """`I. Kết quả chỉ đạo *`."""
        name = (section.heading_en if self.choices.english else None) or section.heading
        number = f"{section.number}. " if section.number else ""
        return f"{number}{name}{' *' if section.required else ''}"


def _column_texts(rows: list[Words], column: ListColumn) -> list[str]:
    return [str(row.get(column.code) or "") for row in rows]


def entries_typed(words: Words, entries: EntryList) -> list[Words]:
    """The entries of a list as they were typed, as many as the list allows."""
    lists = words.get("lists")
    typed = lists.get(entries.code) if isinstance(lists, Mapping) else None
    rows = typed if isinstance(typed, list | tuple) else []
    return [row for row in rows if isinstance(row, Mapping)][: entries.max_entries]
