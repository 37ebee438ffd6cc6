"""What a version changed of the words of the one before, as the history tells it."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.intake.contents import label_in
from services.intake.grids import part_label
from services.intake.said_contents import shown_text
from shared.domain.cells import CellRef
from shared.domain.content_reading import Wording, word_cell
from shared.domain.contents import WordChange
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import ColumnCode, RowCode
from shared.domain.narratives import ListCode, SectionCode
from shared.labels.labels import Language


@dataclass(frozen=True, slots=True)
class ShownWord:
    """Where it stands, and what it said and says, "" where nothing."""

    place: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class _Spot:
    names: tuple[str, ...]
    wording: Wording | None = None


def shown_words(
    changes: Sequence[WordChange], form: FormTemplate, *, language: Language
) -> list[ShownWord]:
    """In the words of the form; what the form lacks is named by its codes."""
    return [_shown(each, form, language=language) for each in changes]


def _shown(change: WordChange, form: FormTemplate, *, language: Language) -> ShownWord:
    spot = _spot(change.place, form, language=language) or _Spot(change.place[1:])

    def read(text: str | None) -> str:
        if text is None or spot.wording is None:
            return text or ""
        return shown_text(text, spot.wording, language=language)

    return ShownWord(", ".join(spot.names), read(change.before), read(change.after))


def _spot(place: tuple[str, ...], form: FormTemplate, *, language: Language) -> _Spot | None:
    member, code, *keys = place
    if member == "sections":
        return _section_spot(form, SectionCode(code), language=language)
    if member == "files":
        found = _section_spot(form, SectionCode(code), language=language)
        return None if found is None else _Spot((*found.names, str(int(keys[0]) + 1), keys[1]))
    if member == "lists":
        return _entry_spot(form, ListCode(code), keys, language=language)
    row = form.row_by_code.get(RowCode(code))
    column = form.column_by_code.get(ColumnCode(keys[0]))
    if row is None or column is None:
        return None
    names = (part_label(row, language), part_label(column, language))
    return _Spot(names, word_cell(form, CellRef(row.code, column.code)))


def _section_spot(form: FormTemplate, code: SectionCode, *, language: Language) -> _Spot | None:
    section = form.section_by_code.get(code)
    if section is None:
        return None
    return _Spot((label_in(section.heading, section.heading_en, language),))


def _entry_spot(
    form: FormTemplate, code: ListCode, keys: Sequence[str], *, language: Language
) -> _Spot | None:
    entries = form.list_by_code.get(code)
    column = None if entries is None else entries.column_by_code.get(ColumnCode(keys[1]))
    if entries is None or column is None:
        return None
    label = label_in(entries.label, entries.label_en, language)
    names = (label, str(int(keys[0]) + 1), label_in(column.label, column.label_en, language))
    return _Spot(names, column)
