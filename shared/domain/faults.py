"""What is wrong with a submission, cell by cell, in words that say how to mend it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from shared.domain.figures import InvalidFigure, printable, rounded, vietnamese_figure
from shared.domain.form_faults import PLACEHOLDER
from shared.domain.forms import CellRef, FormTemplate, Severity
from shared.domain.identifiers import ColumnCode, RowCode
from shared.domain.narratives import EntryList
from shared.domain.operations import Rational
from shared.domain.plans import CompiledCheck, Grid

NOT_THERE = "chưa có"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """``pointer`` is a JSON pointer (RFC 6901) into the submission; ``check`` the rule that failed.

    ``row`` and ``column`` are as they were sent: of ``unknown_row`` and ``unknown_column`` the form
    has none such.
    ``explanation`` is what the sender said about a soft rule.
    """

    pointer: str
    code: str
    detail: str
    row: RowCode | None = None
    column: ColumnCode | None = None
    severity: Severity = Severity.HARD
    check: str | None = None
    explanation: str | None = None

    @property
    def blocks(self) -> bool:
        """Sending waits until this is mended or, for a soft rule, explained."""
        return self.severity is Severity.HARD or self.explanation is None


def pointer_to(*keys: str) -> str:
    """``/figures/LV01/4``; halves of surrogate pairs, which no encoding carries, are replaced."""
    return escaped_pointer("figures", *keys)


def escaped_pointer(*keys: str) -> str:
    escaped = (key.replace("~", "~0").replace("/", "~1") for key in keys)
    return "".join(f"/{key}" for key in escaped).encode("utf-8", "replace").decode("utf-8")


def not_an_object(*keys: str) -> Fault:
    shape = "{dòng: {cột: số}}" if not keys else "{cột: số}"
    return Fault(
        pointer=pointer_to(*keys),
        code="not_an_object",
        detail=f"Chỗ này phải là một đối tượng JSON dạng {shape}.",
    )


def unknown_row(row: str) -> Fault:
    return Fault(
        pointer=pointer_to(row),
        code="unknown_row",
        detail=f"Mẫu không có dòng “{printable(row)}”. Hãy đối chiếu mã dòng với mẫu.",
        row=RowCode(printable(row)),
    )


def unknown_column(row: RowCode, column: str) -> Fault:
    return Fault(
        pointer=pointer_to(row, column),
        code="unknown_column",
        detail=f"Mẫu không có cột “{printable(column)}”. Hãy đối chiếu mã cột với mẫu.",
        row=row,
        column=ColumnCode(printable(column)),
    )


def at_cell(cell: CellRef, *, code: str, detail: str) -> Fault:
    return Fault(
        pointer=pointer_to(*cell), code=code, detail=detail, row=cell.row, column=cell.column
    )


def misplaced(cell: CellRef, *, form: FormTemplate) -> Fault:
    """A figure where the form takes none from this unit."""
    if cell in form.locked:
        return at_cell(
            cell,
            code="closed_cell",
            detail="Đơn vị không thuộc diện báo cáo ô này. Hãy để trống ô này.",
        )
    return at_cell(
        cell,
        code="not_a_figure",
        detail="Ô này không phải ô số liệu. Hãy gửi nội dung của ô ở content/texts.",
    )


def fed_cell(cell: CellRef, *, entries: EntryList, figure: Decimal) -> Fault:
    """Something else than what a list makes of its entries."""
    return at_cell(
        cell,
        code="fed_cell",
        detail=f"Ô này lấy từ danh sách “{entries.label}”: {vietnamese_figure(figure)}. "
        "Hãy sửa danh sách, hoặc để trống ô này.",
    )


def invalid_figure(cell: CellRef, error: InvalidFigure) -> Fault:
    return at_cell(cell, code=error.code, detail=str(error))


def missing_cell(cell: CellRef) -> Fault:
    return at_cell(
        cell,
        code="missing_cell",
        detail="Ô này chưa có số liệu. Hãy nhập số; nếu không có thì nhập 0.",
    )


def nothing_entered() -> Fault:
    return Fault(
        pointer=pointer_to(),
        code="nothing_entered",
        detail="Chưa nhập ô nào. Hãy nhập số liệu, hoặc chọn “Không phát sinh” nếu không có.",
    )


def not_derivable(cell: CellRef) -> Fault:
    return at_cell(
        cell,
        code="derived_cell",
        detail="Ô này do hệ thống tính và kỳ này không tính được. Hãy để trống ô này.",
    )


def total_mismatch(cell: CellRef, *, typed: Rational, computed: Rational, decimals: int) -> Fault:
    values: tuple[Rational, ...] = (typed, computed, _distance(typed, computed))
    entered, expected, apart = (_shown(value, decimals) for value in values)
    return at_cell(
        cell,
        code="total_mismatch",
        detail=f"Số gửi lên là {entered}, tính từ các ô thành phần là {expected}, lệch {apart}. "
        "Hãy kiểm tra lại các ô thành phần, hoặc để trống ô này để hệ thống tính.",
    )


def too_many_faults(limit: int) -> Fault:
    return Fault(
        pointer=pointer_to(),
        code="too_many_faults",
        detail=f"Còn lỗi khác ngoài {limit} lỗi đầu. Hãy sửa các lỗi này rồi gửi lại.",
    )


def failed_check(compiled: CompiledCheck, grid: Grid, *, explanation: str | None) -> Fault:
    check = compiled.check
    return Fault(
        pointer=pointer_to(*compiled.anchor),
        code="cross_check_failed",
        detail=filled_in(check.message, message_values(compiled, grid)),
        row=compiled.anchor.row,
        column=compiled.anchor.column,
        severity=check.severity,
        check=check.code,
        explanation=explanation if check.severity is Severity.SOFT else None,
    )


def message_values(compiled: CompiledCheck, grid: Grid) -> dict[str, str]:
    """What each placeholder of a check's message stands for on this grid."""
    values: dict[str, Rational | None] = {
        name: evaluate(grid) for name, evaluate in compiled.placeholders.items()
    }
    values["difference"] = _apart(values.get("left"), values.get("right"))
    shown = {name: _shown(value, compiled.decimals) for name, value in values.items()}
    return {**shown, "row": compiled.row.label}


def _apart(left: Rational | None, right: Rational | None) -> Rational | None:
    return None if left is None or right is None else _distance(left, right)


def _distance(left: Rational, right: Rational) -> Rational:
    return left - right if left > right else right - left


def filled_in(message: str, values: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: values.get(found[1], NOT_THERE), message)


def _shown(value: Rational | None, decimals: int) -> str:
    return NOT_THERE if value is None else vietnamese_figure(rounded(value, decimals))
