"""What a report says besides its figures, as pages and papers show it: to be filled in, or read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from shared.domain.cells import CellRef, Choice, ColumnType
from shared.domain.content_reading import InvalidText, Wording, read_text, word_cell
from shared.domain.contents import Content, Entry, NamedFile
from shared.domain.faults import Fault, escaped_pointer
from shared.domain.figures import is_blank
from shared.domain.forms import FormTemplate
from shared.domain.narratives import EntryList, ListColumn, Section
from shared.labels.labels import Language

LONG_TEXT = 200
"""A field that takes more characters has several lines."""

Words = Mapping[str, Any]
"""`texts`, `lists` and `sections` as they were typed."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field to fill in. `kind`: text, lines, date, choice or figure; `options` of a choice."""

    name: str
    id: str
    kind: str
    label: str
    text: str
    required: bool
    max_length: int
    options: tuple[tuple[str, str], ...] = ()
    fault: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class EntryFields:
    """One entry of a list; `number` is what people count."""

    index: int
    number: int
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class ListFields:
    """A list to fill in."""

    code: str
    label: str
    guidance: str
    entries: tuple[EntryFields, ...]
    fault: str
    least: int
    most: int

    @property
    def is_full(self) -> bool:
        return len(self.entries) >= self.most


@dataclass(frozen=True, slots=True)
class SectionField:
    """A section to write."""

    number: str
    heading: str
    guidance: str
    field: Field
    files: tuple[NamedFile, ...] = ()
    takes_files: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything below the table, to be filled in."""

    lists: tuple[ListFields, ...]
    sections: tuple[SectionField, ...]


def typed_words(form: FormTemplate, content: Content) -> Words | None:
    """What was sent as an officer would type it, to go on from; None where nothing was."""
    if content.is_blank:
        return None
    lists = {
        code: [_typed_entry(form.list_by_code.get(code), entry) for entry in entries]
        for code, entries in content.lists.items()
    }
    return {**content.as_json(), "lists": lists}


def _typed_entry(entries: EntryList | None, entry: Entry) -> dict[str, str]:
    columns = {} if entries is None else entries.column_by_code
    figures = {code for code, column in columns.items() if column.type.is_figure}
    return {
        code: text.replace(".", ",") if code in figures else text for code, text in entry.items()
    }


def word_field(
    form: FormTemplate, cell: CellRef, words: Words, *, label: str, language: Language
) -> Field:
    """The field of a cell of words; what is wrong with it is told under its row."""
    row = words.get("texts", {}).get(cell.row, {})
    return _field(
        word_cell(form, cell),
        name=f"word:{cell.row}:{cell.column}",
        id=f"cell-{cell.row}-{cell.column}",
        label=label,
        text=str(row.get(cell.column) or ""),
        required=form.is_required(cell),
        language=language,
    )


def asked_content(
    form: FormTemplate, words: Words, *, faults: Iterable[Fault], language: Language
) -> Asked:
    """The lists and the sections with what is typed and what is wrong with it."""
    told: dict[str, str] = {}
    for fault in faults:
        told.setdefault(fault.pointer, fault.detail)
    lists, sections = words.get("lists", {}), words.get("sections", {})
    return Asked(
        tuple(
            _asked_list(each, lists.get(each.code) or (), told=told, language=language)
            for each in form.lists
        ),
        tuple(
            replace(
                _asked_section(each, sections.get(each.code), told=told, language=language),
                files=tuple(words.get("files", {}).get(each.code, ())),
                takes_files=each.max_files > 0,
            )
            for each in form.sections
        ),
    )


def is_below_table(fault: Fault) -> bool:
    """Whether a fault speaks of a list or a section."""
    return fault.pointer.startswith(("/content/lists/", "/content/sections/"))


def anchor_of(fault: Fault) -> str:
    """The field that a fault of a list or a section speaks of, as a link within the page."""
    _, _, member, *keys = fault.pointer.split("/")
    return f"#{'list' if member == 'lists' else 'section'}-{'-'.join(keys)}"


def place_in_words(fault: Fault, form: FormTemplate, *, language: Language) -> list[str]:
    """Where a fault of a list or a section is, from the outside in."""
    _, _, member, code, *keys = fault.pointer.split("/")
    if member == "sections":
        found = [each for each in form.sections if each.code == code]
        return [label_in(each.heading, each.heading_en, language) for each in found]
    entries = next((each for each in form.lists if each.code == code), None)
    if entries is None:
        return []
    columns = [
        label_in(each.label, each.label_en, language)
        for each in entries.columns
        if each.code in keys[1:]
    ]
    label = label_in(entries.label, entries.label_en, language)
    return [label, *(str(int(key) + 1) for key in keys[:1]), *columns]


def _asked_list(
    entries: EntryList, typed: Sequence[Any], *, told: Mapping[str, str], language: Language
) -> ListFields:
    given = [each if isinstance(each, Mapping) else {} for each in typed]
    return ListFields(
        code=entries.code,
        label=label_in(entries.label, entries.label_en, language),
        guidance=entries.guidance or "",
        entries=tuple(
            EntryFields(
                index,
                index + 1,
                tuple(
                    _entry_field(entries, column, entry, index=index, told=told, language=language)
                    for column in entries.columns
                ),
            )
            for index, entry in enumerate(given)
        ),
        fault=told.get(escaped_pointer("content", "lists", entries.code), ""),
        least=entries.min_entries,
        most=entries.max_entries,
    )


def _entry_field(
    entries: EntryList,
    column: ListColumn,
    entry: Mapping[str, Any],
    *,
    index: int,
    told: Mapping[str, str],
    language: Language,
) -> Field:
    keys = (entries.code, str(index), column.code)
    text = str(entry.get(column.code) or "")
    return _field(
        column,
        name=f"list:{':'.join(keys)}",
        id=f"list-{'-'.join(keys)}",
        label=label_in(column.label, column.label_en, language),
        text=text,
        required=column.required,
        language=language,
        fault=told.get(escaped_pointer("content", "lists", *keys), ""),
        unit=column.unit,
    )


def _asked_section(
    section: Section, typed: object, *, told: Mapping[str, str], language: Language
) -> SectionField:
    heading = label_in(section.heading, section.heading_en, language)
    return SectionField(
        number=section.number,
        heading=heading,
        guidance=section.guidance or "",
        field=Field(
            name=f"section:{section.code}",
            id=f"section-{section.code}",
            kind="lines",
            label=heading,
            text=str(typed or ""),
            required=section.required,
            max_length=section.max_length,
            fault=told.get(escaped_pointer("content", "sections", section.code), ""),
        ),
    )


def _field(
    wording: Wording,
    *,
    name: str,
    id: str,  # noqa: A002 - what it is called in the page
    label: str,
    text: str,
    required: bool,
    language: Language,
    fault: str = "",
    unit: str = "",
) -> Field:
    kind, shown = _kind(wording, text)
    return Field(
        name=name,
        id=id,
        kind=kind,
        label=label,
        text=shown,
        required=required,
        max_length=wording.max_length,
        options=_options(wording.choices, shown, language=language),
        fault=fault,
        unit=unit,
    )


def _kind(wording: Wording, text: str) -> tuple[str, str]:
    """The kind of field, and its value; what no date field can hold stays as it was typed."""
    if wording.type.is_figure:
        return "figure", text
    if wording.type is ColumnType.TEXT:
        return ("lines" if wording.max_length > LONG_TEXT else "text"), text
    kind = wording.type.value
    if is_blank(text):
        return kind, ""
    try:
        return kind, read_text(text, wording)
    except InvalidText:
        return ("text" if wording.type is ColumnType.DATE else kind), text


def _options(
    choices: Iterable[Choice], text: str, *, language: Language
) -> tuple[tuple[str, str], ...]:
    """The answers; what was typed and is none of them stays to be seen."""
    options = tuple((each.code, _choice_label(each, language)) for each in choices)
    unknown = options and text and text not in {code for code, _ in options}
    return (*options, (text, text)) if unknown else options


def _choice_label(choice: Choice, language: Language) -> str:
    return label_in(choice.label, choice.label_en, language)


def label_in(vietnamese: str, english: str | None, language: Language) -> str:
    """The words of the reader's language; Vietnamese where there are no others."""
    return (english if language is Language.EN else None) or vietnamese
