"""What a report says besides figures, as it stands on paper."""

from collections.abc import Iterator, Sequence

from services.intake.printing.papers import PaperList, PaperSection
from services.intake.said_contents import shown_text
from shared.domain.cells import CellRef
from shared.domain.content_reading import word_cell
from shared.domain.contents import Content, Entry
from shared.domain.forms import FormTemplate
from shared.domain.narratives import EntryList, ListColumn
from shared.labels.labels import Language


def word_of(form: FormTemplate, cell: CellRef, content: Content) -> str:
    """What stands in a cell of words."""
    text = content.text(cell)
    wording = word_cell(form, cell)
    return "" if text is None else shown_text(text, wording, language=Language.VI)


def sections_of(form: FormTemplate, content: Content) -> Iterator[PaperSection]:
    """The sections that somebody wrote or gave files to, in the order of the outline."""
    for section in form.sections:
        lines = content.sections.get(section.code, "").splitlines()
        paragraphs = tuple(line.strip() for line in lines if line.strip())
        names = [file["name"] for file in content.files.get(section.code, ())]
        if names:
            paragraphs = (*paragraphs, f"Tài liệu kèm theo: {'; '.join(names)}.")
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
    """Figures stay exact: what writes the file shows them."""
    text = row.get(column.code, "")
    is_plain = column.type.is_figure or not text
    return text if is_plain else shown_text(text, column, language=Language.VI)
