"""What a form asks for besides its table: lists that the unit extends, and sections of text."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NewType

from shared.domain.cells import LONGEST_TEXT, CellRef, Choice, ColumnType
from shared.domain.identifiers import ColumnCode

ListCode = NewType("ListCode", str)
SectionCode = NewType("SectionCode", str)

MOST_ENTRIES = 200
"""Entries of a list that gives no limit of its own; no list may allow more."""

MOST_FILES = 10
"""Supporting files that a form may let a section have."""

LONGEST_SECTION = 10_000
"""Characters of a section that gives no limit of its own."""


class FeedOperator(StrEnum):
    """How the entries of a list make one figure: their number, or the sum of a column."""

    COUNT = "count"
    SUM = "sum"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Fills a cell of the table from a list; ``column`` is what a sum adds up."""

    cell: CellRef
    operator: FeedOperator
    column: ColumnCode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListColumn:
    """``unit`` and ``decimals`` are of figures, ``max_length`` of text, ``choices`` of choices."""

    code: ColumnCode
    label: str
    type: ColumnType
    unit: str = ""
    decimals: int = 0
    required: bool = False
    max_length: int = LONGEST_TEXT
    choices: tuple[Choice, ...] = ()
    label_en: str | None = None


# No slots: cached_property keeps its value in the instance.
@dataclass(frozen=True, kw_only=True)
class EntryList:
    """From ``min_entries`` to ``max_entries`` entries of the same columns."""

    code: ListCode
    label: str
    columns: tuple[ListColumn, ...]
    min_entries: int = 0
    max_entries: int = MOST_ENTRIES
    feeds: tuple[Feed, ...] = ()
    guidance: str | None = None
    label_en: str | None = None

    @cached_property
    def column_by_code(self) -> dict[ColumnCode, ListColumn]:
        return {column.code: column for column in self.columns}


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading of the outline, under which the unit writes; ``guidance`` says what about.

    ``max_files`` supporting files may be attached to it.
    """

    code: SectionCode
    heading: str
    number: str = ""
    guidance: str | None = None
    required: bool = False
    max_length: int = LONGEST_SECTION
    max_files: int = 0
    heading_en: str | None = None
