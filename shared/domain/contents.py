"""What a report says besides its figures: cells of words, entries of lists, sections of text.

Everything is kept as plain text: a date as 2025-06-30, a choice by its code, the figure of an entry
as ``figure_text`` writes it. Nothing of it is ever put together with that of others, but for the
cells of the table that a list feeds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypedDict

from shared.domain import faults as say
from shared.domain.cells import CellRef
from shared.domain.faults import Fault
from shared.domain.figures import figure_text, is_blank
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import ColumnCode, RowCode
from shared.domain.narratives import Feed, FeedOperator, ListCode, SectionCode
from shared.domain.rollups import exact_sum

Texts = Mapping[RowCode, Mapping[ColumnCode, str]]
Entry = Mapping[ColumnCode, str]


class NamedFile(TypedDict):
    """A supporting file: its SHA-256 in lowercase hexadecimal digits, and what it is called."""

    sha256: str
    name: str


@dataclass(frozen=True, slots=True)
class Content:
    """What is blank is not there: no row without text, no list without an entry."""

    texts: Texts = field(default_factory=dict)
    lists: Mapping[ListCode, Sequence[Entry]] = field(default_factory=dict)
    sections: Mapping[SectionCode, str] = field(default_factory=dict)
    files: Mapping[SectionCode, Sequence[NamedFile]] = field(default_factory=dict)

    @property
    def is_blank(self) -> bool:
        return not (self.texts or self.lists or self.sections or self.files)

    def text(self, cell: CellRef) -> str | None:
        return self.texts.get(cell.row, {}).get(cell.column)

    def entries(self, code: ListCode) -> Sequence[Entry]:
        return self.lists.get(code, ())

    def as_json(self) -> dict[str, Any]:
        """Without the members that are blank; the same for the same content, to the order of what
        stands within lists, which is hashed as it is.
        """
        members: dict[str, Any] = {
            "texts": self.texts,
            "lists": {
                code: [dict(sorted(entry.items())) for entry in entries]
                for code, entries in self.lists.items()
            },
            "sections": self.sections,
            "files": {
                code: [{"name": each["name"], "sha256": each["sha256"]} for each in files]
                for code, files in self.files.items()
            },
        }
        return {name: value for name, value in members.items() if value}


NOTHING = Content()


def content_of(stored: Mapping[str, Any] | None) -> Content:
    """What ``as_json`` wrote; what nobody wrote is blank."""
    return NOTHING if not stored else Content(**stored)


@dataclass(frozen=True, slots=True)
class WordChange:
    """A place before and after, None where nothing was said. ``place``: ``("texts", row, column)``,
    ``("lists", list, index, column)`` or ``("sections", section)``.
    """

    place: tuple[str, ...]
    before: str | None
    after: str | None


def changed_words(before: Content, after: Content) -> tuple[WordChange, ...]:
    """Every place that says something else; entries are compared in their order."""
    old, new = _flat(before.as_json()), _flat(after.as_json())
    places = [*old, *(place for place in new if place not in old)]
    return tuple(
        WordChange(place, old.get(place), new.get(place))
        for place in places
        if old.get(place) != new.get(place)
    )


def _flat(said: object, place: tuple[str, ...] = ()) -> dict[tuple[str, ...], str]:
    if isinstance(said, str):
        return {place: said}
    members = said.items() if isinstance(said, Mapping) else enumerate(_sequence(said))
    found: dict[tuple[str, ...], str] = {}
    for key, value in members:
        found |= _flat(value, (*place, str(key)))
    return found


def _sequence(said: object) -> Sequence[object]:
    return said if isinstance(said, list | tuple) else ()


def fed_figures(form: FormTemplate, content: Content) -> dict[CellRef, Decimal]:
    """The figures of the cells that lists fill in; an empty list makes 0."""
    return {
        cell: _fed(content.entries(entries.code), feed)
        for cell, (entries, feed) in form.fed_cells.items()
    }


def with_fed_figures(form: FormTemplate, raw: object, content: Content) -> object:
    """The raw figures with those that lists fill in; what is no sheet stays as it is."""
    if not form.fed_cells or not isinstance(raw, Mapping):
        return raw
    figures = dict(raw)
    for cell, figure in fed_figures(form, content).items():
        cells = figures.get(cell.row)
        if cells is None or isinstance(cells, Mapping):
            figures[cell.row] = {**(cells or {}), cell.column: figure_text(figure)}
    return figures


def fed_faults(form: FormTemplate, raw: object, content: Content) -> tuple[Fault, ...]:
    """Figures that were sent for cells which a list fills in, and are not what the list makes."""
    if not form.fed_cells or not isinstance(raw, Mapping):
        return ()
    return tuple(
        say.fed_cell(cell, entries=form.fed_cells[cell][0], figure=figure)
        for cell, figure in fed_figures(form, content).items()
        if not _is_same(_sent(raw, cell), figure)
    )


def _sent(raw: Mapping[str, Any], cell: CellRef) -> object:
    cells = raw.get(cell.row)
    return cells.get(cell.column) if isinstance(cells, Mapping) else None


def _is_same(sent: object, figure: Decimal) -> bool:
    return is_blank(sent) or str(sent).strip().replace(",", ".") == figure_text(figure)


def _fed(entries: Sequence[Entry], feed: Feed) -> Decimal:
    if feed.operator is FeedOperator.COUNT or feed.column is None:
        return Decimal(len(entries))
    return exact_sum(Decimal(each[feed.column]) for each in entries if feed.column in each)
