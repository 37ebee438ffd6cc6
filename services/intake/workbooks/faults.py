"""What is wrong with a file, with its place on the sheet and how to mend it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from shared.domain.faults import Fault
from shared.domain.forms import FormTemplate
from shared.web.problems import ProblemFault

HARD = "hard"


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFault:
    """`sheet` and `cell` (A1) say where; `row` and `column` are codes of the form."""

    code: str
    detail: str
    sheet: str | None = None
    cell: str | None = None
    row: str | None = None
    column: str | None = None
    row_label: str | None = None
    column_label: str | None = None
    severity: str = HARD

    def as_json(self) -> dict[str, str]:
        """The members that are there."""
        members = {
            "code": self.code,
            "detail": self.detail,
            "sheet": self.sheet,
            "cell": self.cell,
            "row": self.row,
            "column": self.column,
            "row_label": self.row_label,
            "column_label": self.column_label,
            "severity": self.severity,
        }
        return {name: value for name, value in members.items() if value is not None}

    def labelled(self, form: FormTemplate) -> "SheetFault":
        """The same with the names of its row and column."""
        rows = (each.label for each in form.rows if each.code == self.row)
        columns = (each.label for each in form.columns if each.code == self.column)
        return replace(
            self,
            row_label=next(rows, self.row_label),
            column_label=next(columns, self.column_label),
        )


def sheet_fault_of(members: Mapping[str, Any]) -> SheetFault:
    """From what `as_json` gave."""
    return SheetFault(**members)


def file_fault(
    code: str, detail: str, *, sheet: str | None = None, cell: str | None = None
) -> SheetFault:
    """A fault of the file itself, before any figure is judged."""
    return SheetFault(code=code, detail=detail, sheet=sheet, cell=cell)


def of_rule(fault: Fault, *, sheet: str | None, cell: str | None) -> SheetFault:
    """A fault that the form's rules find."""
    return SheetFault(
        code=fault.code,
        detail=fault.detail,
        sheet=sheet,
        cell=cell,
        row=fault.row,
        column=fault.column,
        severity=fault.severity.value,
    )


def problem_fault(fault: SheetFault) -> ProblemFault:
    """As an entry of a problem's `errors`."""
    return ProblemFault(
        code=fault.code,
        detail=fault.detail,
        row=fault.row,
        column=fault.column,
        severity=fault.severity,
        sheet=fault.sheet,
        cell=fault.cell,
    )
