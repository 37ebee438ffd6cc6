"""What a cell of a file says, as a figure of the form.

Text such as `1.234` has two readings and is refused with both, as everywhere; but in a cell that
takes whole numbers only, one of them cannot be, so there it is 1234. A number that Excel itself
keeps as a number has one reading wherever it stands.
"""

import re
from collections.abc import Mapping
from decimal import Decimal

from services.intake.workbooks.faults import SheetFault
from services.intake.workbooks.numbers import Measured
from services.intake.workbooks.raw import CellKind, RawCell
from shared.domain.figures import InvalidFigure, figure_text, parse_figure, printable
from shared.domain.forms import CellRef

EXACT_BELOW = Decimal(10) ** 15
"""Excel keeps fifteen digits; of a longer number the last ones are lost before we see it."""

_GROUPED_ONCE = re.compile(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}")

_NOT_FIGURES: Mapping[CellKind, tuple[str, str]] = {
    CellKind.TRUTH: ("not_a_number", "Ô này là giá trị đúng/sai, không phải số. Hãy nhập số."),
    CellKind.DATE: (
        "date_instead_of_figure",
        "Excel đang hiểu ô này là ngày tháng ({text}). Hãy đổi định dạng ô thành Số (Number) rồi "
        "nhập lại.",
    ),
    CellKind.ERROR: (
        "formula_error",
        "Công thức trong ô cho kết quả lỗi {text}. Hãy sửa công thức hoặc nhập số.",
    ),
    CellKind.NOT_CALCULATED: (
        "formula_not_calculated",
        "Công thức trong ô chưa được tính (={text}). Hãy mở tệp bằng Excel rồi lưu lại, hoặc nhập "
        "số.",
    ),
}


class NotAFigure(Exception):
    """The cell holds no figure that could be taken; `code` and `detail` are those of a fault."""

    def __init__(self, code: str, detail: str) -> None:
        self.code, self.detail = code, detail
        super().__init__(detail)


def figure_of(cell: RawCell, measure: Measured) -> Decimal:
    """The exact figure. Raises NotAFigure with the reason and how to mend it."""
    if cell.kind in _NOT_FIGURES:
        code, detail = _NOT_FIGURES[cell.kind]
        raise NotAFigure(code, detail.format(text=printable(cell.text)))
    try:
        return parse_figure(
            _given(cell, measure), column_type=measure.type, decimals=measure.decimals
        )
    except InvalidFigure as error:
        raise NotAFigure(error.code, str(error)) from None


def typed_text(figure: Decimal) -> str:
    """The figure as an officer would have typed it into a draft."""
    return figure_text(figure).replace(".", ",")


def fault_at(cell: CellRef, *, code: str, detail: str, sheet: str, address: str) -> SheetFault:
    """A fault of a cell of the form."""
    return SheetFault(
        code=code, detail=detail, sheet=sheet, cell=address, row=cell.row, column=cell.column
    )


def _given(cell: RawCell, measure: Measured) -> str | Decimal:
    if cell.kind is CellKind.NUMBER:
        number = Decimal(cell.text)
        if abs(number) >= EXACT_BELOW:
            raise NotAFigure(
                "digits_lost",
                "Excel chỉ giữ đúng 15 chữ số của một số. Hãy đổi định dạng ô thành Văn bản "
                "(Text) rồi nhập lại đủ các chữ số.",
            )
        return number
    text = cell.text.strip()
    if measure.decimals == 0 and _GROUPED_ONCE.fullmatch(text):
        return text.replace(".", "").replace(",", "")
    return text
