"""What a report says besides its figures, as pages and papers show it to be read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from services.intake.contents import label_in
from shared.domain.cells import CellRef, ColumnType
from shared.domain.content_reading import Wording, word_cell
from shared.domain.contents import Content, Entry, NamedFile
from shared.domain.figures import vietnamese_figure
from shared.domain.forms import FormTemplate
from shared.domain.narratives import EntryList, ListColumn
from shared.labels.labels import Language


@dataclass(frozen=True, slots=True)
class Said:
    """A text to read; `before` is what the version before said, None where it said the same."""

    label: str
    text: str
    before: str | None = None
    is_figure: bool = False
    files: tuple[NamedFile, ...] = ()


@dataclass(frozen=True, slots=True)
class SaidList:
    """A list to read: its headings, and its entries; those that were removed are last."""

    label: str
    headings: tuple[str, ...]
    entries: tuple[tuple[Said, ...], ...]


@dataclass(frozen=True, slots=True)
class SaidContent:
    """Everything below the table, to be read."""

    lists: tuple[SaidList, ...]
    sections: tuple[Said, ...]

    @property
    def has_changes(self) -> bool:
        entries = (each for listed in self.lists for entry in listed.entries for each in entry)
        return any(each.before is not None for each in (*entries, *self.sections))


def said_content(
    form: FormTemplate, content: Content, *, language: Language, before: Content | None = None
) -> SaidContent:
    """What was said, marked where the version before said something else."""
    old = content if before is None else before
    sections = (
        replace(
            _said(
                f"{each.number}. ".removeprefix(". ")
                + label_in(each.heading, each.heading_en, language),
                content.sections.get(each.code, ""),
                old.sections.get(each.code, ""),
            ),
            files=tuple(content.files.get(each.code, ())),
        )
        for each in form.sections
    )
    return SaidContent(
        lists=tuple(
            _said_list(each, content.entries(each.code), old.entries(each.code), language=language)
            for each in form.lists
        ),
        sections=tuple(sections),
    )


def shown_word(form: FormTemplate, cell: CellRef, content: Content, *, language: Language) -> str:
    """A cell of words as people read it, "" where there is nothing."""
    text = content.text(cell)
    return "" if text is None else shown_text(text, word_cell(form, cell), language=language)


def shown_text(text: str, wording: Wording, *, language: Language) -> str:
    """A stored text as people read it: `30/06/2025`, `Giải phóng mặt bằng`, `1.234,5`."""
    if wording.type is ColumnType.DATE:
        return f"{date.fromisoformat(text):%d/%m/%Y}"
    if wording.type is ColumnType.CHOICE:
        chosen = (each for each in wording.choices if each.code == text)
        labels = (label_in(each.label, each.label_en, language) for each in chosen)
        return next(labels, text)
    return vietnamese_figure(Decimal(text)) if wording.type.is_figure else text


def _said(label: str, text: str, old: str, *, is_figure: bool = False) -> Said:
    return Said(label, text, None if text == old else old, is_figure)


def _said_list(
    entries: EntryList, now: Sequence[Entry], old: Sequence[Entry], *, language: Language
) -> SaidList:
    """Entry by entry in their order: people add at the end, and mend in place."""

    def shown(entry: Entry, column: ListColumn) -> str:
        text = entry.get(column.code)
        return "" if text is None else shown_text(text, column, language=language)

    nothing: Entry = {}
    pairs = (
        (
            now[index] if index < len(now) else nothing,
            old[index] if index < len(old) else nothing,
        )
        for index in range(max(len(now), len(old)))
    )
    return SaidList(
        label=label_in(entries.label, entries.label_en, language),
        headings=tuple(
            label_in(each.label, each.label_en, language) + (f" ({each.unit})" if each.unit else "")
            for each in entries.columns
        ),
        entries=tuple(
            tuple(
                _said(
                    label_in(column.label, column.label_en, language),
                    shown(after, column),
                    shown(before, column),
                    is_figure=column.type.is_figure,
                )
                for column in entries.columns
            )
            for after, before in pairs
        ),
    )
