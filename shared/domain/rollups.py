"""Adding up over the tree: the plain oracle that every faster path is compared with.

value(node) = its own report, if the form lets its level enter, ⊕ its children, if the form lets
its level sum. Combining is associative and commutative, so order and grouping never matter. A
cell that nobody has reported is absent: missing is not zero.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Clamped, Context, Decimal, Inexact, InvalidOperation, Overflow
from fractions import Fraction
from functools import reduce
from typing import TypeVar

from shared.domain.errors import DomainError
from shared.domain.figures import Figures
from shared.domain.forms import CellRef, FormTemplate
from shared.domain.identifiers import ColumnCode, OrganizationId, RowCode
from shared.domain.organizations import Tree

# Wider than any sum of figures; if it ever were not, Inexact stops the sum and nothing is rounded.
_EXACT = Context(prec=100, traps=[Inexact, InvalidOperation, Overflow, Clamped])

Value = TypeVar("Value")


class ImpossibleCoverage(DomainError):
    """More reports than were expected, or more on time than came in."""

    code = "impossible_coverage"

    def __init__(self, *, expected: int, reported: int, on_time: int) -> None:
        self.expected = expected
        self.reported = reported
        self.on_time = on_time
        super().__init__(
            f"Tiến độ gửi không hợp lý: {expected} báo cáo phải gửi, {reported} đã gửi, {on_time} "
            "đúng hạn. Hãy tổng hợp lại từ nhật ký."
        )


def exact_sum(values: Iterable[Decimal]) -> Decimal:
    """The sum without any rounding."""
    return reduce(_EXACT.add, values, Decimal(0))


def added_figures(form: FormTemplate, parts: Sequence[Figures]) -> Figures:
    """What several units reported, as if one had: cell by cell.

    A cell that one of them left out is missing, unless the form says that a blank means none.
    """
    added: dict[RowCode, dict[ColumnCode, Decimal]] = {}
    for cell in form.input_cells:
        typed = [part.get(cell.row, {}).get(cell.column) for part in parts]
        known = [value for value in typed if value is not None]
        if known and (form.blank_is_zero or len(known) == len(parts)):
            added.setdefault(cell.row, {})[cell.column] = exact_sum(known)
    return added


@dataclass(frozen=True, slots=True)
class CellSummary:
    """One cell over the organizations that reported it; ``total`` is exact."""

    total: Decimal
    count: int
    minimum: Decimal
    maximum: Decimal

    @classmethod
    def of(cls, value: Decimal) -> "CellSummary":
        return cls(value, 1, value, value)

    def combine(self, other: "CellSummary") -> "CellSummary":
        return CellSummary(
            _EXACT.add(self.total, other.total),
            self.count + other.count,
            min(self.minimum, other.minimum),
            max(self.maximum, other.maximum),
        )


@dataclass(frozen=True, slots=True)
class Coverage:
    """Numbers of reports: expected, of them received, of them received on time."""

    expected: int
    reported: int
    on_time: int

    def __post_init__(self) -> None:
        if not 0 <= self.on_time <= self.reported <= self.expected:
            raise ImpossibleCoverage(
                expected=self.expected, reported=self.reported, on_time=self.on_time
            )

    def combine(self, other: "Coverage") -> "Coverage":
        return Coverage(
            self.expected + other.expected,
            self.reported + other.reported,
            self.on_time + other.on_time,
        )

    @property
    def share(self) -> Fraction | None:
        """Reported of expected, 0 to 1; None where nothing is expected."""
        return Fraction(self.reported, self.expected) if self.expected else None


NO_COVERAGE = Coverage(0, 0, 0)

CellSummaries = Mapping[CellRef, CellSummary]


def roll_up(
    tree: Tree, own: Mapping[OrganizationId, Mapping[CellRef, Decimal]], *, form: FormTemplate
) -> dict[OrganizationId, CellSummaries]:
    """The summaries of every organization of the tree, from the figures that each typed itself.

    A typed figure never replaces the children: a level that both enters and sums adds the two.
    """

    def leaf(node: OrganizationId) -> CellSummaries:
        if tree.get(node).level not in form.entering_levels:
            return {}
        return {cell: CellSummary.of(value) for cell, value in own.get(node, {}).items()}

    def sums(node: OrganizationId) -> bool:
        return tree.get(node).level in form.summing_levels

    return _fold(tree, leaf=leaf, sums=sums, combine=combine_cells)


def roll_up_coverage(
    tree: Tree, own: Mapping[OrganizationId, Coverage]
) -> dict[OrganizationId, Coverage]:
    """The coverage of every subtree, from that of each organization's own obligations."""
    return _fold(
        tree,
        leaf=lambda node: own.get(node, NO_COVERAGE),
        sums=lambda _node: True,
        combine=Coverage.combine,
    )


def combine_cells(left: CellSummaries, right: CellSummaries) -> CellSummaries:
    """Cell by cell; a cell that only one side has is taken as it is."""
    result = dict(left)
    for cell, summary in right.items():
        held = result.get(cell)
        result[cell] = summary if held is None else held.combine(summary)
    return result


def _fold(
    tree: Tree,
    *,
    leaf: Callable[[OrganizationId], Value],
    sums: Callable[[OrganizationId], bool],
    combine: Callable[[Value, Value], Value],
) -> dict[OrganizationId, Value]:
    values: dict[OrganizationId, Value] = {}
    for node in tree.deepest_first():
        below = [values[child] for child in tree.children(node)] if sums(node) else []
        values[node] = reduce(combine, below, leaf(node))
    return values
