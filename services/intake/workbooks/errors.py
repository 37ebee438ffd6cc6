"""Files that are not taken, as the API says it."""

from collections.abc import Sequence

from services.intake.workbooks.faults import SheetFault, problem_fault
from shared.web.problems import ProblemError, UnsupportedMediaType

WRONG_TYPE = frozenset({"wrong_type", "old_workbook", "encrypted_workbook", "workbook_with_macros"})
"""Faults of what the file is, whatever stands in it."""


class WorkbookNotAccepted(ProblemError):
    """`errors` names every fault with its sheet and cell; nothing was changed."""

    code = "workbook_not_accepted"


def refusal(faults: Sequence[SheetFault]) -> ProblemError:
    """The problem that names them all."""
    errors = [problem_fault(fault) for fault in faults]
    if all(fault.code in WRONG_TYPE for fault in faults):
        return UnsupportedMediaType(faults[0].detail, errors=errors)
    return WorkbookNotAccepted(errors=errors)
