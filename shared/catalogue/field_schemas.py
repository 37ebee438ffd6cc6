"""What a form of a pack is made of: columns, rows, lists and sections, as pydantic models."""

from typing import Annotated

from pydantic import Field, StrictBool, StrictInt, StringConstraints

from shared.catalogue.schema_parts import (
    MAX_DECIMALS,
    CellCode,
    Code,
    Entry,
    LevelName,
    Sourced,
    Text,
)
from shared.domain.forms import ColumnType
from shared.domain.narratives import LONGEST_SECTION, MOST_ENTRIES, MOST_FILES, FeedOperator
from shared.domain.operators import TimeOperator, TreeOperator, ValueKind
from shared.domain.organizations import OrganizationKind

LONGEST_CELL = 2000
"""Characters that a form may allow in one cell of text."""

MaxLength = Annotated[StrictInt, Field(ge=1, le=LONGEST_CELL)]
OnlyFor = tuple[Annotated[str, StringConstraints(min_length=1, max_length=35)], ...]


class ChoiceModel(Entry):
    """One of the answers; the code is what is stored and sent."""

    code: CellCode
    label: Text
    label_en: Text | None = None


Choices = tuple[ChoiceModel, ...]


class ClosedForModel(Entry):
    """Organizations that have nothing to say in a cell, by kind or by level."""

    kinds: tuple[OrganizationKind, ...] = ()
    levels: tuple[LevelName, ...] = ()


class ColumnModel(Entry):
    """A column; with a `formula` it is derived and locked.

    `indicator` is the code of the concept that it asks for, the same in every form. `weight` is the
    column that weighs a weighted average. `prefill` fills a typed cell in from other periods.
    `required` says whether a blank is a fault; `closed_for` and `only_for` for whom the cells are
    locked. `max_length` is of text, `choices` are of a choice.
    """

    code: CellCode
    label: Text
    label_en: Text | None = None
    number: Text | None = None
    type: ColumnType = ColumnType.COUNT
    unit: Text | None = None
    formula: Text | None = None
    parent: CellCode | None = None
    indicator: Code | None = None
    time_operator: TimeOperator = TimeOperator.SUM
    tree_operator: TreeOperator = TreeOperator.SUM
    weight: CellCode | None = None
    value_kind: ValueKind = ValueKind.ACTUAL
    prefill: Text | None = None
    required: StrictBool | None = None
    closed_for: ClosedForModel | None = None
    only_for: OnlyFor = ()
    max_length: MaxLength | None = None
    choices: Choices = ()
    decimals: Annotated[StrictInt, Field(ge=0, le=MAX_DECIMALS)] = 0


class RowModel(Entry):
    """A row; with `sum_of_children` or a `formula` it is derived and locked.

    `type`, `unit`, `decimals`, the operators and `value_kind` take the place of the column's.
    `indicator` is the code of the concept that it asks for, the same in every form. `weight` is the
    row that weighs a weighted average. The others are as of a column.
    """

    code: CellCode
    label: Text
    label_en: Text | None = None
    number: Annotated[str, StringConstraints(max_length=20)] = ""
    parent: CellCode | None = None
    sum_of_children: StrictBool = False
    indicator: Code | None = None
    formula: Text | None = None
    type: ColumnType | None = None
    unit: Text | None = None
    decimals: Annotated[StrictInt, Field(ge=0, le=MAX_DECIMALS)] | None = None
    time_operator: TimeOperator | None = None
    tree_operator: TreeOperator | None = None
    weight: CellCode | None = None
    value_kind: ValueKind | None = None
    prefill: Text | None = None
    required: StrictBool | None = None
    closed_for: ClosedForModel | None = None
    only_for: OnlyFor = ()
    max_length: MaxLength | None = None
    choices: Choices = ()


class CellModel(Entry):
    """What holds of one cell alone, before what its row and its column say."""

    row: CellCode
    column: CellCode
    required: StrictBool | None = None
    closed_for: ClosedForModel | None = None
    only_for: OnlyFor = ()


class ListColumnModel(Entry):
    """What each entry of a list holds; `unit` and `decimals` are of figures."""

    code: CellCode
    label: Text
    label_en: Text | None = None
    type: ColumnType = ColumnType.TEXT
    unit: Text | None = None
    decimals: Annotated[StrictInt, Field(ge=0, le=MAX_DECIMALS)] = 0
    required: StrictBool = False
    max_length: MaxLength | None = None
    choices: Choices = ()


class FeedModel(Entry):
    """Fills a cell of the table, which nobody then types: the number of entries, or the sum of the
    column `of`.
    """

    row: CellCode
    column: CellCode
    operator: FeedOperator
    of: CellCode | None = None


class ListModel(Sourced):
    """A list that the unit extends, from `min` to `max` entries."""

    code: CellCode
    label: Text
    label_en: Text | None = None
    guidance: Text | None = None
    min: Annotated[StrictInt, Field(ge=0, le=MOST_ENTRIES)] = 0
    max: Annotated[StrictInt, Field(ge=1, le=MOST_ENTRIES)] = MOST_ENTRIES
    columns: Annotated[tuple[ListColumnModel, ...], Field(min_length=1)]
    feeds: tuple[FeedModel, ...] = ()


class SectionModel(Sourced):
    """A heading of the outline; `guidance` says what to write about under it."""

    code: CellCode
    heading: Text
    heading_en: Text | None = None
    number: Annotated[str, StringConstraints(max_length=20)] = ""
    guidance: Text | None = None
    required: StrictBool = False
    max_length: Annotated[StrictInt, Field(ge=1, le=LONGEST_SECTION)] = LONGEST_SECTION
    max_files: Annotated[StrictInt, Field(ge=0, le=MOST_FILES)] = 0


class Columns(Sourced):
    """The columns, in printed order."""

    items: Annotated[tuple[ColumnModel, ...], Field(min_length=1)]


class Rows(Sourced):
    """The rows, in printed order."""

    items: Annotated[tuple[RowModel, ...], Field(min_length=1)]
