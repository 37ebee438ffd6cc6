"""Form II.06a/VPCP/KSTT as in force in the second quarter of 2025, and figures that fit it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from shared.domain.forms import (
    Column,
    ColumnType,
    CrossCheck,
    FormTemplate,
    Precedence,
    Row,
    Severity,
)
from shared.domain.identifiers import ColumnCode, FormCode, RowCode
from shared.domain.operators import TimeOperator
from shared.formulas.parser import parse_formula

TOTAL = RowCode("TONG")
FIELDS_OF_WORK = tuple(RowCode(f"LV{number:02d}") for number in range(1, 21))

_LABELS = {
    "3": "Tiếp nhận: tổng số",
    "4": "Tiếp nhận trong kỳ: trực tuyến",
    "5": "Tiếp nhận trong kỳ: trực tiếp, dịch vụ bưu chính",
    "6": "Từ kỳ trước",
    "7": "Đã giải quyết: tổng số",
    "8": "Đã giải quyết: trước hạn",
    "9": "Đã giải quyết: đúng hạn",
    "10": "Đã giải quyết: quá hạn",
    "11": "Đang giải quyết: tổng số",
    "12": "Đang giải quyết: trong hạn",
    "13": "Đang giải quyết: quá hạn",
}
_FORMULAS = {"3": "[4] + [5] + [6]", "7": "[8] + [9] + [10]", "11": "[12] + [13]"}


PERCENT: dict[str, Any] = {"type": ColumnType.PERCENT, "unit": "%", "decimals": 1}
MONEY: dict[str, Any] = {"type": ColumnType.MONEY, "unit": "triệu đồng", "decimals": 3}


def column(code: str, formula: str | None = None, **changed: Any) -> Column:
    """A column of counts, or what the keywords say."""
    fields: dict[str, Any] = {
        "label": f"Cột {code}",
        "type": ColumnType.COUNT,
        "unit": "hồ sơ",
        "number": f"({code})",
        "formula": parse_formula(formula) if formula else None,
    }
    return Column(code=ColumnCode(code), **(fields | changed))


def row(code: str, **changed: Any) -> Row:
    fields: dict[str, Any] = {"label": f"Dòng {code}", "number": code}
    return Row(code=RowCode(code), **(fields | changed))


def cross_check(code: str, condition: str, **changed: Any) -> CrossCheck:
    fields: dict[str, Any] = {"severity": Severity.HARD, "message": f"{code} sai."}
    return CrossCheck(code=code, expression=parse_formula(condition), **(fields | changed))


def form(**changed: Any) -> FormTemplate:
    """A small form: columns 1 and 2, their sum 3, one row; or what the keywords say."""
    fields: dict[str, Any] = {
        "code": FormCode("THU/01"),
        "slug": "thu-01",
        "version": 1,
        "name": "Mẫu thử",
        "rows": (row("D1"),),
        "columns": (column("1"), column("2"), column("3", "[1] + [2]")),
        "checks": (),
        "entering_levels": frozenset({"commune"}),
        "summing_levels": frozenset({"district", "province"}),
        "blank_is_zero": False,
        "valid_from": date(2020, 12, 15),
    }
    return FormTemplate(**(fields | changed))


def form_ii_06a(*, fields_of_work: int = 20, **changed: Any) -> FormTemplate:
    """II.06a/VPCP/KSTT (Thông tư 01/2020/TT-VPCP), with so many of its fields of work."""
    fields: dict[str, Any] = {
        "code": FormCode("II.06a/VPCP/KSTT"),
        "slug": "ii-06a",
        "name": "Tình hình, kết quả giải quyết thủ tục hành chính",
        "rows": (
            *(
                row(code, label=f"Lĩnh vực {number}", number=str(number), parent=TOTAL)
                for number, code in enumerate(FIELDS_OF_WORK[:fields_of_work], start=1)
            ),
            row(TOTAL, label="TỔNG CỘNG", number="", sum_of_children=True),
        ),
        "columns": tuple(
            column(code, _FORMULAS.get(code), label=label) for code, label in _LABELS.items()
        ),
        "checks": (
            cross_check(
                "BALANCE",
                "[3] = [7] + [11]",
                message="Cột 3 ({left}) phải bằng cột 7 cộng cột 11 ({right}), lệch {difference}. "
                "Kiểm tra lại các cột 4–6, 8–10, 12, 13.",
            ),
            cross_check(
                "CARRIED_OVER",
                "[6] = previous([11])",
                severity=Severity.SOFT,
                message="Cột 6 ({col_6}) khác cột 11 của kỳ trước ({previous_11}). "
                "Hãy kiểm tra lại hoặc giải trình.",
            ),
        ),
        "blank_is_zero": True,
        "valid_to": date(2026, 2, 15),
    }
    return form(**(fields | changed))


def form_of_indicators() -> FormTemplate:
    """A plan, what was spent of it since the start of the year, and the rate of the two."""
    return form(
        rows=(
            row("PLAN", **MONEY),
            row("SPENT", **MONEY, time_operator=TimeOperator.LAST),
            row("RATE", formula=parse_formula("[SPENT] / [PLAN] * 100"), **PERCENT),
            row("LATE", formula=parse_formula("[PLAN, V] - [SPENT, V]")),
            row("COUNT"),
        ),
        columns=(column("V"),),
        checks=(
            cross_check(
                "CUMULATIVE",
                "[V] >= previous_in_year([V])",
                message="{left} thấp hơn {previous_V}.",
                rows=(RowCode("SPENT"),),
            ),
            cross_check("RATE", "[V] <= 100", message="{row}: {left}.", rows=(RowCode("RATE"),)),
        ),
        precedence=Precedence.ROW,
    )


def form_of_crossed_formulas(precedence: Precedence) -> FormTemplate:
    """A difference of rows crossed with a rate of columns."""
    return form(
        rows=(row("A"), row("B"), row("GAP", formula=parse_formula("[A] - [B]"), unit="lần")),
        columns=(column("1"), column("2"), column("3", "[1] / [2] * 100", **PERCENT)),
        precedence=precedence,
    )


def balanced_row(
    *, online: int = 60, in_person: int = 40, carried_over: int = 20
) -> dict[str, int]:
    """Inputs of one field of work that hold together: all but 22 files are resolved."""
    received = online + in_person + carried_over
    resolved = max(received - 22, 0)
    late = min(resolved, 3)
    still_open = received - resolved
    return {
        "4": online,
        "5": in_person,
        "6": carried_over,
        "8": (resolved - late) // 2,
        "9": resolved - late - (resolved - late) // 2,
        "10": late,
        "12": still_open - still_open // 10,
        "13": still_open // 10,
    }


def balanced_figures(template: FormTemplate) -> dict[str, dict[str, int]]:
    """A whole submission as JSON would hold it, each row a little different."""
    return {
        each.code: balanced_row(online=60 + place, in_person=40 + 2 * place, carried_over=place)
        for place, each in enumerate(template.input_rows)
    }


def figures(raw: Mapping[str, Mapping[str, int | str]]) -> dict[RowCode, dict[ColumnCode, Decimal]]:
    """Exact figures from plain numbers or exact text."""
    return {
        RowCode(row_code): {ColumnCode(code): Decimal(value) for code, value in cells.items()}
        for row_code, cells in raw.items()
    }
