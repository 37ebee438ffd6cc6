"""A cell of a form: where it is, what it holds, how it comes about, and for whom it is closed.

Figures are put together over tree and time; text, dates and choices are only read.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from shared.domain.expressions import Expression
from shared.domain.identifiers import ColumnCode, OrganizationCode, RowCode
from shared.domain.operators import TimeOperator, TreeOperator, ValueKind
from shared.domain.organizations import OrganizationKind, OrganizationVersion

LONGEST_TEXT = 500
"""Characters of a cell of text that gives no limit of its own."""


class ColumnType(StrEnum):
    COUNT = "count"
    DECIMAL = "decimal"
    MONEY = "money"
    PERCENT = "percent"
    TEXT = "text"
    DATE = "date"
    CHOICE = "choice"

    @property
    def is_figure(self) -> bool:
        return self not in _WORDS


_WORDS = frozenset({ColumnType.TEXT, ColumnType.DATE, ColumnType.CHOICE})


class CellRef(NamedTuple):
    row: RowCode
    column: ColumnCode


class Choice(NamedTuple):
    """One of the answers that a cell takes; the code is what is stored."""

    code: str
    label: str
    label_en: str | None = None


class Measure(NamedTuple):
    """What the figure of a cell is; ``decimals`` is the most digits after the mark.

    ``weight`` is the cell that weighs it where an operator is a weighted average. Of a derived cell
    only the operator NONE says something: it is computed anew from its parts, or not at all.
    """

    type: ColumnType
    unit: str
    decimals: int
    time_operator: TimeOperator
    tree_operator: TreeOperator = TreeOperator.SUM
    weight: CellRef | None = None
    value_kind: ValueKind = ValueKind.ACTUAL


class Derivation(NamedTuple):
    """How a derived cell is computed; without a ``formula`` it is the sum of ``parts``.

    ``parts`` are the cells of this period that it is computed from. Those that are ``skipped``
    where they are missing are closed for some: the others still have a sum.
    """

    formula: Expression | None
    parts: tuple[CellRef, ...]
    skipped: frozenset[CellRef] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Who has nothing to say in a cell: some kinds and levels of organizations; and, where
    ``only`` names any, everybody else.
    """

    kinds: frozenset[OrganizationKind] = frozenset()
    levels: frozenset[str] = frozenset()
    only: frozenset[OrganizationCode] = frozenset()

    @property
    def is_everybody(self) -> bool:
        return not (self.kinds or self.levels or self.only)

    def closes(self, unit: OrganizationVersion) -> bool:
        """Whether the cell is none of that unit's business."""
        unnamed = bool(self.only) and unit.code not in self.only
        return unnamed or unit.kind in self.kinds or unit.level in self.levels


OPEN = Scope()


@dataclass(frozen=True, slots=True, kw_only=True)
class CellRule:
    """What holds of one cell alone; ``required`` None: what row and column say."""

    cell: CellRef
    required: bool | None = None
    closed: Scope = OPEN
