"""What a report says besides figures, as it stands on paper."""

from collections.abc import Iterator, Sequence
from datetime import date

from services.intake.printing.papers import PaperList, PaperSection
from shared.domain.cells import CellRef, ColumnType
from shared.domain.content_reading import Wording, word_cell
from shared.domain.contents import Content, Entry
from shared.domain.forms import FormTemplate
from shared.domain.narratives import EntryList, ListColumn


def shown_word(text: str, wording: Wording) -> str:
    """A date as 30/06/2025, a choice by its label; text and figures as they are."""
    if wording.type is ColumnType.DATE:
        return f"{date.fromisoformat(text):%d/%m/%Y}"
    if wording.type is ColumnType.CHOICE:
        return next((each.label for each in wording.choices if each.code == text), text)
    return text


def word_of(form: FormTemplate, cell: CellRef, content: Content) -> str:
    """What stands in a cell of words."""
    text = content.text(cell)
    return "" if text is None else shown_word(text, word_cell(form, cell))


def sections_of(form: FormTemplate, content: Content) -> Iterator[PaperSection]:
    """The sections that somebody wrote, in the order of the outline."""
    for section in form.sections:
        lines = content.sections.get(section.code, "").splitlines()
        paragraphs = tuple(line.strip() for line in lines if line.strip())
        if paragraphs:
            number = f"{section.number}. " if section.number else ""
            yield PaperSection(heading=f"{number}{section.heading}", paragraphs=paragraphs)


def lists_of(form: FormTemplate, content: Content) -> Iterator[PaperList]:
    """The lists that have entries."""
    for entries in form.lists:
        rows = content.entries(entries.code)
        if rows:
            yield _list(entries, rows)


def _list(entries: EntryList, rows: Sequence[Entry]) -> PaperList:
    return PaperList(
        title=entries.label,
        heads=tuple(map(_head, entries.columns)),
        decimals=tuple(each.decimals if each.type.is_figure else None for each in entries.columns),
        rows=tuple(tuple(_entry_text(row, each) for each in entries.columns) for row in rows),
    )


def _head(column: ListColumn) -> str:
    """With the unit of figures."""
    has_unit = column.type.is_figure and column.unit
    return f"{column.label} ({column.unit})" if has_unit else column.label


def _entry_text(row: Entry, column: ListColumn) -> str:
    return shown_word(row[column.code], column) if column.code in row else ""
