"""Form templates: printed rows and columns, what is typed, what is derived, what must hold.

A cell is (organization, period, row, column). Columns and rows may have formulas; where both do,
the form's precedence says which one computes the cell. In a row that sums its children, a
percentage or another ratio is computed by its column's formula from the summed parts, never added
or averaged; every other column is the sum of the child rows, missing if one of them is. Derived
cells are never typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from shared.domain.cells import OPEN, CellRef, CellRule, ColumnType, Derivation, Measure, Scope
from shared.domain.derivations import derivation_of, derivations_of, in_column, measure_of
from shared.domain.errors import CatalogueError
from shared.domain.form_faults import faults_of
from shared.domain.form_parts import Column, CrossCheck, Precedence, Row, Severity
from shared.domain.identifiers import ColumnCode, FormCode, RowCode
from shared.domain.narratives import EntryList, Feed, ListCode, Section, SectionCode
from shared.domain.organizations import OrganizationVersion
from shared.domain.time import in_force, require_some_day

__all__ = [
    "CellRef",
    "Column",
    "ColumnType",
    "CrossCheck",
    "Derivation",
    "FormTemplate",
    "InvalidForm",
    "Measure",
    "Precedence",
    "Row",
    "Severity",
    "UnknownCell",
    "in_column",
]


class InvalidForm(CatalogueError):
    """A template that contradicts itself; ``faults`` lists all that must be mended."""

    code = "invalid_form"

    def __init__(self, form: FormCode, *, faults: tuple[str, ...]) -> None:
        self.form = form
        self.faults = faults
        super().__init__(f"Biểu mẫu {form} chưa đúng: " + " ".join(faults))


class UnknownCell(CatalogueError):
    code = "unknown_cell"

    def __init__(self, cell: CellRef, *, form: FormCode) -> None:
        self.cell = cell
        self.form = form
        super().__init__(
            f"Biểu mẫu {form} không có ô nhập ở dòng {cell.row}, cột {cell.column}. "
            "Hãy đối chiếu với mẫu."
        )


# No slots: cached_property keeps what is asked a thousand times a second in the instance.
@dataclass(frozen=True, kw_only=True)
class FormTemplate:
    """One version of a form, in force from ``valid_from`` until the day before ``valid_to``.

    ``entering_levels`` type their own figures; ``summing_levels`` add up their children; a level
    may be in both. ``slug`` stands for the code in addresses, ``short_name`` for the name where
    there is little room. ``cells`` are rules of single cells; ``locked`` are those that are closed
    for the organization that this template is of, see ``as_owed_by``. ``lists`` and ``sections``
    come after the table. Raises InvalidForm with every fault.
    """

    code: FormCode
    slug: str
    version: int
    name: str
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    checks: tuple[CrossCheck, ...]
    entering_levels: frozenset[str]
    summing_levels: frozenset[str]
    blank_is_zero: bool
    valid_from: date
    valid_to: date | None = None
    name_en: str | None = None
    short_name: str | None = None
    short_name_en: str | None = None
    precedence: Precedence = Precedence.COLUMN
    cells: tuple[CellRule, ...] = ()
    locked: frozenset[CellRef] = frozenset()
    lists: tuple[EntryList, ...] = ()
    sections: tuple[Section, ...] = ()

    def __post_init__(self) -> None:
        require_some_day(valid_from=self.valid_from, valid_to=self.valid_to)
        faults = tuple(faults_of(self))
        if faults:
            raise InvalidForm(self.code, faults=faults)

    def __hash__(self) -> int:
        return hash((self.code, self.version, self.locked))

    def is_in_force(self, on: date) -> bool:
        return in_force(on, valid_from=self.valid_from, valid_to=self.valid_to)

    @property
    def label(self) -> str:
        """What lists and the subjects of mails call it."""
        return self.short_name or self.name

    @property
    def label_en(self) -> str | None:
        return self.short_name_en or self.name_en

    @cached_property
    def row_by_code(self) -> dict[RowCode, Row]:
        return {row.code: row for row in self.rows}

    @cached_property
    def column_by_code(self) -> dict[ColumnCode, Column]:
        return {column.code: column for column in self.columns}

    @cached_property
    def input_rows(self) -> tuple[Row, ...]:
        """The rows in which some figure is typed."""
        typed = {cell.row for cell in self.input_cells}
        return tuple(row for row in self.rows if row.code in typed)

    @cached_property
    def input_columns(self) -> tuple[Column, ...]:
        typed = {cell.column for cell in self.input_cells}
        return tuple(column for column in self.columns if column.code in typed)

    @cached_property
    def input_cells(self) -> tuple[CellRef, ...]:
        """Row by row in printed order. This order is the index of stored arrays."""
        return tuple(cell for cell in self._typed_cells if self.is_figure(cell))

    @cached_property
    def word_cells(self) -> tuple[CellRef, ...]:
        """The cells that take text, a date or a choice, row by row in printed order."""
        return tuple(cell for cell in self._typed_cells if not self.is_figure(cell))

    @cached_property
    def _typed_cells(self) -> tuple[CellRef, ...]:
        return tuple(
            CellRef(row.code, column.code)
            for row in self.rows
            for column in self.columns
            if not (row.is_derived or column.is_derived)
            and CellRef(row.code, column.code) not in self.locked
        )

    @cached_property
    def has_content(self) -> bool:
        """Whether it asks for anything but figures."""
        return bool(self.word_cells or self.lists or self.sections)

    @cached_property
    def list_by_code(self) -> dict[ListCode, EntryList]:
        return {each.code: each for each in self.lists}

    @cached_property
    def section_by_code(self) -> dict[SectionCode, Section]:
        return {each.code: each for each in self.sections}

    @cached_property
    def fed_cells(self) -> Mapping[CellRef, tuple[EntryList, Feed]]:
        """The typed cells that a list fills in: nobody types them."""
        return {
            feed.cell: (each, feed)
            for each in self.lists
            for feed in each.feeds
            if feed.cell not in self.locked
        }

    def is_figure(self, cell: CellRef) -> bool:
        return self.measures[cell].type.is_figure

    def is_required(self, cell: CellRef) -> bool:
        """Whether a blank is a fault."""
        rule = self._rules.get(cell)
        own = (rule, self.row_by_code[cell.row], self.column_by_code[cell.column])
        said = (each.required for each in own if each is not None)
        return next((each for each in said if each is not None), self._requires_by_itself(cell))

    def _requires_by_itself(self, cell: CellRef) -> bool:
        return not self.blank_is_zero and self.is_figure(cell)

    @cached_property
    def _rules(self) -> dict[CellRef, CellRule]:
        return {rule.cell: rule for rule in self.cells}

    @cached_property
    def closable_cells(self) -> frozenset[CellRef]:
        """The typed cells that are closed for somebody."""
        return frozenset(cell for cell, scopes in self._scopes.items() if scopes)

    @cached_property
    def _scopes(self) -> dict[CellRef, tuple[Scope, ...]]:
        found: dict[CellRef, tuple[Scope, ...]] = {}
        for row in self.rows:
            for column in self.columns:
                cell = CellRef(row.code, column.code)
                rule = self._rules.get(cell)
                scopes = (row.closed, column.closed, OPEN if rule is None else rule.closed)
                if not (row.is_derived or column.is_derived):
                    found[cell] = tuple(each for each in scopes if not each.is_everybody)
        return found

    def as_owed_by(self, unit: OrganizationVersion) -> "FormTemplate":
        """The form as that unit has to fill it in: the same one, where nothing is closed for it."""
        if not self.closable_cells:
            return self
        locked = frozenset(
            cell
            for cell in self.closable_cells
            if any(scope.closes(unit) for scope in self._scopes[cell])
        )
        if locked == self.locked:
            return self
        if locked not in self._variants:
            self._variants[locked] = replace(self, locked=locked)
        return self._variants[locked]

    @cached_property
    def _variants(self) -> dict[frozenset[CellRef], "FormTemplate"]:
        return {}

    def cell_index(self, cell: CellRef) -> int:
        """The place of an input cell in stored arrays; raises UnknownCell."""
        try:
            return self._index_by_cell[cell]
        except KeyError:
            raise UnknownCell(cell, form=self.code) from None

    @cached_property
    def _index_by_cell(self) -> dict[CellRef, int]:
        return {cell: index for index, cell in enumerate(self.input_cells)}

    @cached_property
    def total_row(self) -> Row | None:
        """The one row that stands for the whole form; None if several rows stand side by side."""
        tops = [row for row in self.rows if row.parent is None]
        return tops[0] if len(tops) == 1 else None

    def children_of(self, row: RowCode) -> tuple[Row, ...]:
        return tuple(child for child in self.rows if child.parent == row)

    @cached_property
    def measures(self) -> dict[CellRef, Measure]:
        """What each cell holds: the row's own words, else the column's."""
        return {
            CellRef(row.code, column.code): self._measure(row, column)
            for row in self.rows
            for column in self.columns
        }

    def _measure(self, row: Row, column: Column) -> Measure:
        by_column = column.is_derived and row.is_derived and not self.prefers_rows
        return measure_of(row, column, by_column=by_column)

    @property
    def prefers_rows(self) -> bool:
        return self.precedence is Precedence.ROW

    @cached_property
    def derivations(self) -> Mapping[CellRef, Derivation]:
        """Every derived cell, after the cells that it is computed from."""
        return derivations_of(self)

    @cached_property
    def derivations_as_printed(self) -> Mapping[CellRef, Derivation]:
        """Every derived cell, row by row, as the form says it where nothing is closed."""
        return {
            CellRef(row.code, column.code): derivation_of(row, column, form=self)
            for row in self.rows
            for column in self.columns
            if (row.is_derived or column.is_derived)
            and self.is_figure(CellRef(row.code, column.code))
        }

    def judged_rows(self, check: CrossCheck) -> tuple[Row, ...]:
        """The rows that a check is applied to, in printed order."""
        if check.rows == "every":
            return self.input_rows
        if check.rows == "total":
            return (self.total_row,) if self.total_row else ()
        return tuple(row for row in self.rows if row.code in check.rows)
