"""What a form is made of: columns, rows, and the rules between cells."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from shared.domain.cells import LONGEST_TEXT, OPEN, Choice, ColumnType, Scope
from shared.domain.expressions import Expression, has_division
from shared.domain.identifiers import ColumnCode, RowCode
from shared.domain.operators import TimeOperator, TreeOperator, ValueKind


class Severity(StrEnum):
    """HARD blocks sending; SOFT lets through what is explained."""

    HARD = "hard"
    SOFT = "soft"


class Precedence(StrEnum):
    """Whose formula computes a cell where its row and its column both have one."""

    ROW = "row"
    COLUMN = "column"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """``number`` is what is printed in the head; ``decimals`` the most digits after the mark.

    ``weight`` is the column that weighs a weighted average, row by row. ``prefill`` fills a typed
    cell in from other periods, ``indicator`` names the concept that it asks for. ``required`` says
    whether a blank is a fault (None: unless the form takes a blank for 0), ``closed`` for whom the
    cells are locked; ``max_length`` bounds text, ``choices`` are the answers.
    """

    code: ColumnCode
    label: str
    type: ColumnType
    unit: str
    number: str
    formula: Expression | None = None
    parent: ColumnCode | None = None
    time_operator: TimeOperator = TimeOperator.SUM
    decimals: int = 0
    label_en: str | None = None
    tree_operator: TreeOperator = TreeOperator.SUM
    weight: ColumnCode | None = None
    value_kind: ValueKind = ValueKind.ACTUAL
    prefill: Expression | None = None
    indicator: str | None = None
    required: bool | None = None
    closed: Scope = OPEN
    max_length: int = LONGEST_TEXT
    choices: tuple[Choice, ...] = ()

    @property
    def is_derived(self) -> bool:
        return self.formula is not None

    @property
    def is_ratio(self) -> bool:
        """Not additive: a total takes the formula over summed parts, not the sum of the rows."""
        return self.formula is not None and (
            self.type is ColumnType.PERCENT or has_division(self.formula)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """In ``formula``, a reference without a row, ``[DTC01]``, is that row in the same column.

    ``type``, ``unit``, ``decimals``, the operators and ``value_kind`` take the place of the
    column's, for forms whose rows are indicators of different units. ``weight`` is the row that
    weighs a weighted average, column by column. The other fields are as of a column, in place of
    the column's; a cell is closed where its row or its column is.
    """

    code: RowCode
    label: str
    number: str
    parent: RowCode | None = None
    sum_of_children: bool = False
    label_en: str | None = None
    formula: Expression | None = None
    type: ColumnType | None = None
    unit: str | None = None
    decimals: int | None = None
    time_operator: TimeOperator | None = None
    tree_operator: TreeOperator | None = None
    weight: RowCode | None = None
    value_kind: ValueKind | None = None
    prefill: Expression | None = None
    indicator: str | None = None
    required: bool | None = None
    closed: Scope = OPEN
    max_length: int | None = None
    choices: tuple[Choice, ...] = ()

    @property
    def is_derived(self) -> bool:
        return self.sum_of_children or self.formula is not None

    @property
    def is_ratio(self) -> bool:
        """Not additive, so no total may sum it."""
        return self.formula is not None and (
            self.type is ColumnType.PERCENT or has_division(self.formula)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossCheck:
    """A condition that a report must meet, and what to tell people when it does not.

    ``rows`` says where it is judged: "every" row that is entered, the "total" row, or the rows
    named. ``message`` may hold placeholders: ``{col_3}`` the figure of column 3 in the judged row,
    ``{previous_11}`` and ``{last_year_11}`` the same of another period, ``{LV01_3}`` that of a
    named row, ``{row}`` the label of the judged row, and, if the check is one comparison,
    ``{left}``, ``{right}`` and ``{difference}``.
    """

    code: str
    severity: Severity
    expression: Expression
    message: str
    rows: Literal["every", "total"] | tuple[RowCode, ...] = "every"
    message_en: str | None = None
